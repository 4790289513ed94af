import type { Page } from '@playwright/test';
import { ask, perToken } from '../browser';
import { CONTEXT, RUNS, runOf, type Session, TOKENS } from './session';

type Ours = typeof import('../ours');

export async function runNibble(page: Page, level: string, prompt: readonly number[]): Promise<Session> {
  const started = performance.now();
  await page.evaluate(
    async ({ level, context }) => {
      const path = '/e2e/bench/ours.ts';
      const engine = (await import(/* @vite-ignore */ path)) as Ours;
      Object.assign(globalThis, { engine });
      await engine.load('/bench/model.gguf', level, context);
    },
    { level, context: CONTEXT },
  );
  const loadMs = performance.now() - started;
  const run = (count: number) =>
    page.evaluate(
      ({ prompt, count }) => (globalThis as unknown as { engine: Ours }).engine.run(prompt, count),
      { prompt, count },
    );
  await run(TOKENS);
  const runs = [];
  for (let i = 0; i < RUNS; i++) runs.push(runOf(prompt.length, await run(TOKENS)));
  const counts = await perToken(page, TOKENS, run);
  return { loadMs, runs, perToken: counts, peakBytes: (await ask(page)).peakBytes };
}
