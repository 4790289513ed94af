import { setCompletion } from '../../store/work/actions';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';

/** The text to continue. */
export function PromptField() {
  const prompt = useStudio((s) => s.completion);
  const words = useWords().chat;
  return (
    <label className="labelled">
      <span>{words.textToContinue}</span>
      <textarea
        className="field"
        rows={3}
        value={prompt}
        onChange={(e) => setCompletion(e.currentTarget.value)}
      />
    </label>
  );
}
