import { useMemo } from 'react';
import type { RankedToken } from '../../../infer/scored-token';
import { alignTokens, type TokenSpan } from '../../../store/chat/align';
import type { AnswerPart } from '../../../text/answer-reader';
import { Foreign, ForeignText } from '../../kit/foreign';
import { Icon } from '../../kit/icon';
import { useWords } from '../../words/use-words';
import { DrawnText } from '../text/drawn-text';
import { Tokens } from '../text/tokens';
import { Mark } from '../mark';
import { fixed } from '../../kit/numerals';

interface ThoughtsProps {
  readonly text: string;
  readonly isOpen: boolean;
  /** Milliseconds that they took; undefined where nobody knows. */
  readonly elapsedMs: number | undefined;
  readonly tokens: number;
}

/** Thoughts of a model, apart from its answer and out of the way. */
function Thoughts({ text, isOpen, elapsedMs, tokens }: ThoughtsProps) {
  const words = useWords().chat;
  const past = elapsedMs === undefined ? words.thoughts : words.thought(fixed(elapsedMs / 1000, 1));
  return (
    <details className="think" open={isOpen}>
      <summary>
        <Icon name="right" />
        <span>{isOpen ? words.thinking : past}</span>
        {tokens > 0 && <span className="cap">{words.tokens(tokens)}</span>}
      </summary>
      <p data-testid="thoughts">
        <ForeignText text={text} />
      </p>
    </details>
  );
}

/** The function that a call names, where it is JSON of the usual form. */
function calledName(text: string): string {
  try {
    const { name } = JSON.parse(text) as { name?: unknown };
    return typeof name === 'string' ? name : '';
  } catch {
    return '';
  }
}

/** A call of a tool that the model wrote. */
function ToolCall({ text }: { readonly text: string }) {
  const words = useWords().chat;
  return (
    <details className="tool">
      <summary>
        <Icon name="tool" />
        <span>{words.toolCall}</span>
        <code>
          <Foreign text={calledName(text)} />
        </code>
        <span className="push" />
        <span className="cap">{words.notRun}</span>
      </summary>
      <pre data-testid="tool-call">
        <ForeignText text={text} />
      </pre>
    </details>
  );
}

function Said({ text, spans, isWriting }: { text: string; spans: readonly TokenSpan[]; isWriting: boolean }) {
  const hasTokens = spans.length > 0;
  const shown = <DrawnText text={text} spans={hasTokens ? spans : undefined} isWriting={isWriting} />;
  return (
    <div data-testid={isWriting ? 'answer' : 'said'}>
      {hasTokens ? <Tokens spans={spans}>{shown}</Tokens> : <div className="md">{shown}</div>}
    </div>
  );
}

const NO_TOKENS: readonly RankedToken[] = [];

interface AnswerProps {
  readonly parts: readonly AnswerPart[];
  readonly ranked?: readonly RankedToken[] | undefined;
  readonly thoughtsMs?: number | undefined;
  /** It is being written. */
  readonly isWriting?: boolean;
}

/** An answer, whole or as it comes: text, thoughts, calls of tools, and marks by their names. */
export function Answer({ parts, ranked = NO_TOKENS, thoughtsMs, isWriting = false }: AnswerProps) {
  const spans = useMemo(() => alignTokens(parts, ranked), [parts, ranked]);
  return parts.map((part, i) => {
    const key = `${i}-${part.kind}`;
    const { text } = part;
    if (part.kind === 'thoughts') {
      // They are shown while nothing else is there to read.
      const isOpen = isWriting && i === parts.length - 1;
      return (
        <Thoughts key={key} text={text} isOpen={isOpen} elapsedMs={thoughtsMs} tokens={spans[i]!.length} />
      );
    }
    if (part.kind === 'mark') return <Mark key={key} text={text} />;
    if (part.kind === 'tool call') return <ToolCall key={key} text={text} />;
    return <Said key={key} text={text} spans={spans[i]!} isWriting={isWriting} />;
  });
}
