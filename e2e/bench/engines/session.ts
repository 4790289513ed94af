import type { Counts } from '../browser';

/** What every engine is asked for. */
export const PROMPT = 128;
export const TOKENS = 64;
export const CONTEXT = 512;
/** Runs of a session, after one that warms up. */
export const RUNS = 3;

export interface Run {
  readonly promptTokens: number;
  readonly promptPerSecond: number;
  readonly tokensPerSecond: number;
  readonly ids: number[];
}

export interface Session {
  readonly loadMs: number;
  readonly runs: Run[];
  readonly peakBytes: number;
  /** Of one generated token. */
  readonly perToken: Counts | null;
  readonly note?: string;
}

/** A run whose prompt and decode were timed by the page. */
export const runOf = (
  promptTokens: number,
  { ids, promptMs, decodeMs }: { ids: number[]; promptMs: number; decodeMs: number },
): Run => ({
  ids,
  promptTokens,
  promptPerSecond: (1000 * promptTokens) / promptMs,
  tokensPerSecond: (1000 * (ids.length - 1)) / decodeMs,
});
