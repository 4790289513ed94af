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
}

/** An answer, why it ended, and how fast it came. `ids` are those of the answer, without the stop token. */
export interface GenerateResult {
  readonly ids: readonly number[];
  readonly text: string;
  readonly stopped: 'stop token' | 'length' | 'context' | 'cancelled';
  /** Prompt tokens evaluated; the others were in the KV cache. */
  readonly evaluated: number;
  readonly timeToFirstTokenMs: number;
  readonly promptTokensPerSecond: number;
  /** Decode speed after the first token; 0 when there is only one. */
  readonly tokensPerSecond: number;
}

/** A token of an answer as it comes; an id of -1 is what an unfinished character leaves at the end. */
export interface GeneratedPiece {
  readonly id: number;
  readonly text: string;
}

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
    const ids: number[] = [];
    let text = '';
    engine.setSampling(request.sampling);
    const started = performance.now();
    const first = await engine.prefill(request.ids, { signal });
    const firstAt = performance.now();
    let stopped: GenerateResult['stopped'] | undefined;
    /** Appends a token, unless it is a stop token. */
    const take = (id: number): void => {
      if (request.stops.includes(id)) {
        stopped = 'stop token';
        return;
      }
      const piece = stream?.push(id) ?? '';
      ids.push(id);
      text += piece;
      progress?.({ id, text: piece });
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
    if (rest) progress?.({ id: -1, text: rest });
    const timeToFirstTokenMs = firstAt - started;
    const decodeMs = performance.now() - firstAt;
    const decoded = engine.cached.length - request.ids.length;
    return {
      ids,
      text: text + rest,
      stopped: stopped ?? 'context',
      evaluated: first.evaluated,
      timeToFirstTokenMs,
      promptTokensPerSecond: (1000 * first.evaluated) / timeToFirstTokenMs,
      tokensPerSecond: decoded > 0 ? (1000 * decoded) / decodeMs : 0,
    };
  });
}
