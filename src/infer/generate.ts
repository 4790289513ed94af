import { type AnswerPart, joinParts, textOfKind } from '../text/answer-reader';
import { checkStopStrings } from '../text/stop-strings';
import type { TokenTable } from '../text/tokenizer';
import { throwIfCancelled } from '../util/errors';
import { AnswerWriter, type GeneratedPiece } from './answer-writer';
import type { Engine, SamplingOptions } from './engine';
import type { Sampled } from './readback';
import type { RankedToken } from './scored-token';
import type { Work } from '../util/work';

export type { GeneratedPiece } from './answer-writer';

export interface GenerateRequest {
  readonly ids: readonly number[];
  readonly maxTokens: number;
  readonly sampling: SamplingOptions;
  /** Token ids that end the answer; empty to ignore them. */
  readonly stops: readonly number[];
  /** Texts that end the answer and are not in it, as llama.cpp's server takes them. */
  readonly stop?: readonly string[] | undefined;
  /** Likeliest tokens that are told with each token, at most 4; 0, or left out, is off. */
  readonly topLogprobs?: number | undefined;
  /**
   * The rendered conversation that is answered, by which thoughts are told from the answer. Without it the text is only
   * continued, and no tag in it means anything.
   */
  readonly conversation?: string | undefined;
}

/**
 * An answer, why it ended, and how fast it came. `ids` are those of the answer, without the stop token and without tokens
 * that are all stop string.
 */
export interface GenerateResult {
  readonly ids: readonly number[];
  /** All text, as llama.cpp prints it: without control tokens, with thoughts. */
  readonly text: string;
  /** The answer of a conversation without its thoughts and marks; calls of tools are in it. */
  readonly answer: string;
  readonly thoughts: string;
  /** The text in the order of its parts, marks included. */
  readonly parts: readonly AnswerPart[];
  readonly stopped: 'stop token' | 'stop string' | 'length' | 'context' | 'cancelled';
  /** The stop string that ended it. */
  readonly stopString?: string;
  /** The tokens of `ids` and their likeliest alternatives, if `topLogprobs` asked for them; else empty. */
  readonly ranked: readonly RankedToken[];
  /** Prompt tokens evaluated; the others were in the KV cache. */
  readonly evaluated: number;
  /** As the person waited. Speeds are without the delays of a browser's answers. */
  readonly timeToFirstTokenMs: number;
  readonly promptTokensPerSecond: number;
  /** Decode speed after the first token; 0 when there is only one. */
  readonly tokensPerSecond: number;
}

/** Streams an answer. Cancellation ends it with `stopped: 'cancelled'` and does not throw. */
export async function generate(
  engine: Engine,
  tokenizer: TokenTable | undefined,
  request: GenerateRequest,
  { signal, progress }: Work<GeneratedPiece> = {},
): Promise<GenerateResult> {
  const { maxTokens, stop = [], conversation } = request;
  checkStopStrings(stop);
  return engine.exclusive(async () => {
    throwIfCancelled(signal);
    const writer = new AnswerWriter(tokenizer, { stop, conversation, tell: progress });
    engine.setSampling(request.sampling, request.topLogprobs);
    const started = performance.now();
    await engine.compileSampling({ signal });
    const startedWork = engine.now();
    const first = await engine.prefill(request.ids, { signal });
    const timeToFirstTokenMs = performance.now() - started;
    const firstAt = engine.now();
    let taken = 0;
    /** Takes a token. Returns why the answer ends with it or before it, if it does. */
    const take = (sampled: Sampled): GenerateResult['stopped'] | undefined => {
      if (request.stops.includes(sampled.id)) return 'stop token';
      taken++;
      writer.take(sampled);
      if (writer.stopString !== undefined) return 'stop string';
      if (signal?.aborted) return 'cancelled';
      return taken >= maxTokens ? 'length' : undefined;
    };
    let stopped = maxTokens > 0 ? take(first) : 'length';
    if (!stopped)
      for await (const sampled of engine.sampled(first.id, maxTokens - 1)) {
        stopped = take(sampled);
        if (stopped) break;
      }
    writer.end();
    const joined = joinParts(writer.parts);
    const decodeMs = engine.now() - firstAt;
    const decoded = engine.cached.length - request.ids.length;
    const { ids, text, ranked, stopString } = writer;
    return {
      ids,
      text,
      answer: joined
        .filter(({ kind }) => kind === 'answer' || kind === 'tool call')
        .map((part) => part.text)
        .join(''),
      thoughts: textOfKind(joined, 'thoughts'),
      parts: joined,
      stopped: stopString === undefined ? (stopped ?? 'context') : 'stop string',
      ...(stopString === undefined ? {} : { stopString }),
      ranked,
      evaluated: first.evaluated,
      timeToFirstTokenMs,
      promptTokensPerSecond: (1000 * first.evaluated) / (firstAt - startedWork),
      tokensPerSecond: decoded > 0 ? (1000 * decoded) / decodeMs : 0,
    };
  });
}
