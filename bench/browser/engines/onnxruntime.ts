import type { Page } from '@playwright/test';
import type { OnnxCache } from '../onnx/decoder';
import { runOf, type Session, sessionOf } from './session';

type Theirs = typeof import('../onnx/page');

/** ONNX Runtime's WebGPU provider with the graph of onnx/decoder.ts; its KV cache stays on the GPU. */
export async function runOnnxRuntime(
  page: Page,
  prompt: readonly number[],
  cache: OnnxCache,
): Promise<Session> {
  const started = performance.now();
  await page.evaluate(async (cache) => {
    const path = '/bench/browser/onnx/page.ts';
    const engine = (await import(/* @vite-ignore */ path)) as Theirs;
    Object.assign(globalThis, { engine });
    await engine.load('/bench/model.onnx', cache);
  }, cache);
  const loadMs = performance.now() - started;
  const run = async (count: number) => {
    const timed = await page.evaluate(
      ({ prompt, count }) => (globalThis as unknown as { engine: Theirs }).engine.run(prompt, count),
      { prompt, count },
    );
    return runOf(prompt.length, timed);
  };
  return sessionOf(page, loadMs, run);
}
