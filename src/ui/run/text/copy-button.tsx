import { useState } from 'react';
import { Icon } from '../../kit/icon';
import { useWords } from '../../words/use-words';

/** Copies a text; says so until the mouse or the focus leaves it. */
export function CopyButton(props: {
  readonly text: string;
  readonly label: string;
  /** The label is a word beside the icon. */
  readonly isWord?: boolean;
}) {
  const [isDone, setDone] = useState(false);
  const words = useWords().chat;
  const { text, label, isWord = false } = props;
  const said = isDone ? words.copied : label;
  return (
    <button
      className={isWord ? 'btn quiet' : 'btn quiet icon'}
      type="button"
      aria-label={isWord ? undefined : said}
      title={isWord ? undefined : said}
      onClick={() => {
        void navigator.clipboard.writeText(text).then(
          () => setDone(true),
          () => setDone(false),
        );
      }}
      onBlur={() => setDone(false)}
      onMouseLeave={() => setDone(false)}
    >
      <Icon name={isDone ? 'check' : 'copy'} />
      {isWord && said}
    </button>
  );
}
