import type { Page } from '@playwright/test';
import { ask, type Counts, perToken } from '../browser';

/** What every engine is asked for. */
export const PROMPT = 128;
export const TOKENS = 64;
export const CONTEXT = 512;
/** Runs of a session, after one that warms up. */
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

/** Runs an engine that is loaded. What it asks of WebGPU is counted, if it does. */
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
  return { loadMs, runs, perToken: counts, peakBytes: (await ask(page)).peakBytes };
}
