import { ForeignText } from '../kit/foreign';
import { useWords } from '../words/use-words';

/** A control token that the model wrote. */
export function Mark({ text }: { readonly text: string }) {
  const words = useWords().chat;
  return (
    <code className="mark" title={words.mark}>
      <ForeignText text={text} />
    </code>
  );
}
