import { throwIfCancelled } from '../util/errors';
import type { Engine } from './engine';
import { GREEDY } from './engine';
import type { RunProgress, Work } from '../util/work';

/** Median, extremes and all samples of a measurement. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: readonly number[];
}

/** Speed of decoding up to a context of so many tokens. */
export interface ContextSpeed {
  readonly contextTokens: number;
  readonly tokensPerSecond: Spread;
}
/** Reason why no longer context was measured: none was asked for, the model was made for none, or memory ends there. */
export type ContextEnd = 'asked' | 'model' | 'memory';
/** Speeds of decoding at contexts of several lengths. */
export interface SpeedByContext {
  /** Shortest context first. */
  readonly speeds: readonly ContextSpeed[];
  readonly endedBy: ContextEnd;
}

/** Prompt and decode speed in tokens a second. */
export interface SpeedResult {
  readonly promptTokens: number;
  readonly generatedTokens: number;
  readonly promptTokensPerSecond: Spread;
  readonly tokensPerSecond: Spread;
  /** Absent where it was not asked for. */
  readonly byContext?: SpeedByContext;
  /** Milliseconds that all of it took; absent in records of versions that did not state it. */
  readonly elapsedMs?: number;
}

export function spreadOf(runs: readonly number[]): Spread {
  const sorted = [...runs].sort((a, b) => a - b);
  const mid = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 ? sorted[mid]! : (sorted[mid - 1]! + sorted[mid]!) / 2;
  return { median, min: sorted[0]!, max: sorted[sorted.length - 1]!, runs };
}

export interface BenchmarkOptions {
  readonly promptTokens: number;
  readonly generatedTokens: number;
  /** Measured runs, after one warm-up run. */
  readonly runs: number;
}

export const DEFAULT_BENCHMARK: BenchmarkOptions = { promptTokens: 64, generatedTokens: 16, runs: 5 };

/**
 * Measures prefill and decode speed of a level in tokens per second: every run prefills an empty cache, then decodes
 * greedily. Delays of the browser's answers are no part of it.
 */
export async function benchmark(
  engine: Engine,
  vocabulary: number,
  options: BenchmarkOptions = DEFAULT_BENCHMARK,
  { signal, progress }: Work<RunProgress> = {},
): Promise<SpeedResult> {
  return engine.exclusive(async () => {
    const promptTokens = Math.min(options.promptTokens, Math.floor(engine.context / 2));
    const generatedTokens = Math.min(options.generatedTokens, engine.context - promptTokens - 1);
    const ids = Array.from({ length: promptTokens }, (_, i) => (i * 7919 + 13) % vocabulary);
    const prompt: number[] = [];
    const decode: number[] = [];
    engine.setSampling(GREEDY);
    for (let run = 0; run <= options.runs; run++) {
      engine.rollback(0);
      const started = engine.now();
      const { id } = await engine.prefill(ids, { signal });
      const prefilled = engine.now();
      for await (const _ of engine.tokens(id, generatedTokens)) throwIfCancelled(signal);
      const done = engine.now();
      if (run > 0) {
        prompt.push((1000 * promptTokens) / (prefilled - started));
        decode.push((1000 * generatedTokens) / (done - prefilled));
      }
      progress?.({ done: run + 1, total: options.runs + 1 });
    }
    engine.rollback(0);
    return {
      promptTokens,
      generatedTokens,
      promptTokensPerSecond: spreadOf(prompt),
      tokensPerSecond: spreadOf(decode),
    };
  });
}

/** Tokens at the end of each context, and measured runs. */
export const CONTEXT_RUNS = { generatedTokens: 16, runs: 3 } as const;

/**
 * Decode speed at contexts of several lengths, which the engine must hold. Keys and values of the tokens before are what lies in
 * the cache: the time does not depend on them.
 */
export async function speedsAt(
  engine: Engine,
  lengths: readonly number[],
  vocabulary: number,
  { signal, progress }: Work<RunProgress> = {},
): Promise<ContextSpeed[]> {
  return engine.exclusive(async () => {
    engine.setSampling(GREEDY);
    const speeds: ContextSpeed[] = [];
    for (const [i, contextTokens] of lengths.entries()) {
      const count = Math.min(CONTEXT_RUNS.generatedTokens, contextTokens - 1);
      const before = Array.from({ length: contextTokens - count }, (_, at) => at % vocabulary);
      const runs: number[] = [];
      // The first run of all is a warm-up.
      for (let run = i === 0 ? -1 : 0; run < CONTEXT_RUNS.runs; run++) {
        engine.assumeCached(before);
        const started = engine.now();
        for await (const _ of engine.tokens(1, count)) throwIfCancelled(signal);
        if (run >= 0) runs.push((1000 * count) / (engine.now() - started));
      }
      speeds.push({ contextTokens, tokensPerSecond: spreadOf(runs) });
      progress?.({ done: i + 1, total: lengths.length });
    }
    engine.rollback(0);
    return speeds;
  });
}
