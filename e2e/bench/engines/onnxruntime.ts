import type { Page } from '@playwright/test';
import { ask, perToken } from '../browser';
import type { OnnxCache } from '../onnx/decoder';
import { RUNS, runOf, type Session, TOKENS } from './session';

type Theirs = typeof import('../onnx/page');

/** ONNX Runtime's WebGPU provider over the graph of onnx/decoder.ts; its cache stays on the GPU. */
export async function runOnnxRuntime(
  page: Page,
  prompt: readonly number[],
  cache: OnnxCache,
): Promise<Session> {
  const started = performance.now();
  await page.evaluate(async (cache) => {
    const path = '/e2e/bench/onnx/page.ts';
    const engine = (await import(/* @vite-ignore */ path)) as Theirs;
    Object.assign(globalThis, { engine });
    await engine.load('/bench/model.onnx', cache);
  }, cache);
  const loadMs = performance.now() - started;
  const run = (count: number) =>
    page.evaluate(
      ({ prompt, count }) => (globalThis as unknown as { engine: Theirs }).engine.run(prompt, count),
      { prompt, count },
    );
  await run(TOKENS);
  const runs = [];
  for (let i = 0; i < RUNS; i++) runs.push(runOf(prompt.length, await run(TOKENS)));
  const counts = await perToken(page, TOKENS, run);
  return { loadMs, runs, perToken: counts, peakBytes: (await ask(page)).peakBytes };
}
