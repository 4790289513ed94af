import type { Page } from '@playwright/test';
import { CONTEXT, runOf, type Session, sessionOf } from './session';

type Ours = typeof import('../ours');

export async function runNibble(page: Page, level: string, prompt: readonly number[]): Promise<Session> {
  const started = performance.now();
  await page.evaluate(
    async ({ level, context }) => {
      const path = '/bench/browser/ours.ts';
      const engine = (await import(/* @vite-ignore */ path)) as Ours;
      Object.assign(globalThis, { engine });
      await engine.load('/bench/model.gguf', level, context);
    },
    { level, context: CONTEXT },
  );
  const loadMs = performance.now() - started;
  const run = async (count: number) => {
    const timed = await page.evaluate(
      ({ prompt, count }) => (globalThis as unknown as { engine: Ours }).engine.run(prompt, count),
      { prompt, count },
    );
    return runOf(prompt.length, timed);
  };
  return sessionOf(page, loadMs, run);
}
