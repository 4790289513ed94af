import type { Page } from '@playwright/test';
import { type Counts, perToken, readCounts } from '../browser';

/** Prompt tokens, generated tokens and context length of every engine. */
export const PROMPT = 128;
export const TOKENS = 64;
export const CONTEXT = 512;
/** Measured runs per session, after one warm-up run. */
const RUNS = 3;

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
  /** WebGPU calls per generated token. */
  readonly perToken: Counts | null;
  readonly note?: string;
}

/** A run with prefill and decode timed by the page. */
export const runOf = (
  promptTokens: number,
  { ids, promptMs, decodeMs }: { ids: number[]; promptMs: number; decodeMs: number },
): Run => ({
  ids,
  promptTokens,
  promptPerSecond: (1000 * promptTokens) / promptMs,
  tokensPerSecond: (1000 * (ids.length - 1)) / decodeMs,
});

/** Runs a loaded engine; counts WebGPU calls if it runs on the GPU. */
export async function sessionOf(
  page: Page,
  loadMs: number,
  run: (tokens: number) => Promise<Run>,
  onGpu = true,
): Promise<Session> {
  await run(TOKENS);
  const runs: Run[] = [];
  for (let i = 0; i < RUNS; i++) runs.push(await run(TOKENS));
  if (!onGpu) return { loadMs, runs, perToken: null, peakBytes: 0 };
  const counts = await perToken(page, TOKENS, run);
  return { loadMs, runs, perToken: counts, peakBytes: (await readCounts(page)).peakBytes };
}
