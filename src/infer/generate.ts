import { type AnswerPart, AnswerReader, joinParts, textOfKind, type TextOrMark } from '../text/answer-reader';
import { TextStream } from '../text/text-stream';
import type { TokenTable } from '../text/tokenizer';
import { throwIfCancelled } from '../util/errors';
import type { Engine, SamplingOptions } from './engine';
import type { Work } from '../util/work';

export interface GenerateRequest {
  readonly ids: readonly number[];
  readonly maxTokens: number;
  readonly sampling: SamplingOptions;
  /** Token ids that end the answer; empty to ignore them. */
  readonly stops: readonly number[];
  /**
   * The rendered conversation that is answered, by which thoughts are told from the answer. Without it the text is only
   * continued, and no tag in it means anything.
   */
  readonly conversation?: string | undefined;
}

/** An answer, why it ended, and how fast it came. `ids` are those of the answer, without the stop token. */
export interface GenerateResult {
  readonly ids: readonly number[];
  /** All text, as llama.cpp prints it: without control tokens, with thoughts. */
  readonly text: string;
  /** The answer of a conversation without its thoughts and marks; calls of tools are in it. */
  readonly answer: string;
  readonly thoughts: string;
  /** The text in the order of its parts, marks included. */
  readonly parts: readonly AnswerPart[];
  readonly stopped: 'stop token' | 'length' | 'context' | 'cancelled';
  /** Prompt tokens evaluated; the others were in the KV cache. */
  readonly evaluated: number;
  /** As the person waited. Speeds are without the delays of a browser's answers. */
  readonly timeToFirstTokenMs: number;
  readonly promptTokensPerSecond: number;
  /** Decode speed after the first token; 0 when there is only one. */
  readonly tokensPerSecond: number;
}

/**
 * A token of an answer as it comes: text, or a mark with the text that stands for it. An id of -1 is what is left at the
 * end. `parts` say what is certain now: the answer, thoughts before it, a call of a tool, or a mark that none of them is.
 */
export interface GeneratedPiece {
  readonly kind: 'text' | 'mark';
  readonly id: number;
  readonly text: string;
  readonly parts: readonly AnswerPart[];
}

const continued = ({ kind, text }: TextOrMark): AnswerPart => ({
  kind: kind === 'mark' ? 'mark' : 'answer',
  text,
});

/** Streams an answer. Cancellation ends it with `stopped: 'cancelled'` and does not throw. */
export async function generate(
  engine: Engine,
  tokenizer: TokenTable | undefined,
  request: GenerateRequest,
  { signal, progress }: Work<GeneratedPiece> = {},
): Promise<GenerateResult> {
  return engine.exclusive(async () => {
    throwIfCancelled(signal);
    const stream = tokenizer ? new TextStream(tokenizer) : undefined;
    const reader = request.conversation === undefined ? undefined : new AnswerReader(request.conversation);
    const parts: AnswerPart[] = [];
    const ids: number[] = [];
    let text = '';
    engine.setSampling(request.sampling);
    const started = performance.now();
    const startedWork = engine.now();
    const first = await engine.prefill(request.ids, { signal });
    const timeToFirstTokenMs = performance.now() - started;
    const firstAt = engine.now();
    let stopped: GenerateResult['stopped'] | undefined;
    const tell = (id: number, piece: TextOrMark): void => {
      const now = reader ? reader.push(piece) : [continued(piece)];
      const certain = now.filter((part) => part.text !== '');
      parts.push(...certain);
      progress?.({ ...piece, id, parts: certain });
    };
    /** Appends a token, unless it is a stop token. */
    const take = (id: number): void => {
      if (request.stops.includes(id)) {
        stopped = 'stop token';
        return;
      }
      ids.push(id);
      const pieces = stream?.read(id) ?? [{ kind: 'text', text: '' }];
      for (const [i, piece] of pieces.entries()) {
        // A mark that is no control token is text to llama.cpp, too.
        if (piece.kind === 'text' || (tokenizer?.bytes(id).length ?? 0) > 0) text += piece.text;
        tell(i < pieces.length - 1 ? -1 : id, piece);
      }
      if (signal?.aborted) stopped = 'cancelled';
      else if (ids.length >= request.maxTokens) stopped = 'length';
    };
    if (request.maxTokens > 0) take(first.id);
    else stopped = 'length';
    if (!stopped)
      for await (const id of engine.tokens(first.id, request.maxTokens - 1)) {
        take(id);
        if (stopped) break;
      }
    const rest = stream?.end() ?? '';
    if (rest) tell(-1, { kind: 'text', text: rest });
    const last = reader?.end() ?? [];
    parts.push(...last);
    if (last.length > 0) progress?.({ kind: 'text', id: -1, text: '', parts: last });
    const joined = joinParts(parts);
    const decodeMs = engine.now() - firstAt;
    const decoded = engine.cached.length - request.ids.length;
    return {
      ids,
      text: text + rest,
      answer: joined
        .filter(({ kind }) => kind === 'answer' || kind === 'tool call')
        .map((part) => part.text)
        .join(''),
      thoughts: textOfKind(joined, 'thoughts'),
      parts: joined,
      stopped: stopped ?? 'context',
      evaluated: first.evaluated,
      timeToFirstTokenMs,
      promptTokensPerSecond: (1000 * first.evaluated) / (firstAt - startedWork),
      tokensPerSecond: decoded > 0 ? (1000 * decoded) / decodeMs : 0,
    };
  });
}
