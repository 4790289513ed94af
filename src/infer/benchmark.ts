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

/** Prompt and decode speed in tokens a second. */
export interface SpeedResult {
  readonly promptTokens: number;
  readonly generatedTokens: number;
  readonly promptTokensPerSecond: Spread;
  readonly tokensPerSecond: Spread;
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
