import type { ReactNode } from 'react';
import { Foreign } from '../../kit/foreign';
import { ScrollRegion } from '../../kit/scroll-region';
import { useWords } from '../../words/use-words';
import { CopyButton } from './copy-button';

/** Code with its language, and a way to take it along. */
export function CodeBlock(props: {
  readonly language: string;
  readonly text: string;
  readonly children: ReactNode;
}) {
  const words = useWords().chat;
  const { language, text } = props;
  return (
    <div className="code">
      <div className="bar">
        <Foreign text={language} />
        <span className="push" />
        <CopyButton text={text} label={words.copyCode} isWord />
      </div>
      <ScrollRegion label={language === '' ? words.plainCode : words.code(language)}>
        <pre>{props.children}</pre>
      </ScrollRegion>
    </div>
  );
}
