import type { AnswerPart } from '../../text/answer-reader';
import { ForeignText } from '../kit/foreign';

/** Thoughts of a model, apart from its answer and out of the way. */
function Thoughts({ text, isOpen = false }: { text: string; isOpen?: boolean }) {
  return (
    <details className="thoughts" open={isOpen}>
      <summary>Thoughts</summary>
      <p data-testid="thoughts">
        <ForeignText text={text} />
      </p>
    </details>
  );
}

/** An answer, whole or as it comes: text, thoughts, calls of tools, and marks by their names. */
export function Answer({ parts, testId = 'answer' }: { parts: readonly AnswerPart[]; testId?: string }) {
  // Thoughts are shown while nothing else is there to read.
  const isThinking = parts.at(-1)?.kind === 'thoughts';
  return parts.map((part, i) => {
    const key = `${i}-${part.kind}`;
    if (part.kind === 'thoughts') return <Thoughts key={key} text={part.text} isOpen={isThinking} />;
    if (part.kind === 'mark') return <Mark key={key} text={part.text} />;
    if (part.kind === 'answer')
      return (
        <p key={key} data-testid={testId}>
          <ForeignText text={part.text} />
        </p>
      );
    return (
      <p key={key} className="tool-call">
        <span className="note">Tool call</span>{' '}
        <code data-testid="tool-call">
          <ForeignText text={part.text} />
        </code>
      </p>
    );
  });
}

/** A control token that the model wrote. */
export function Mark({ text }: { text: string }) {
  return (
    <code className="mark" title="A control token that the model wrote">
      <ForeignText text={text} />
    </code>
  );
}
