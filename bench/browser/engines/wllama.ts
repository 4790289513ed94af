import type { Page } from '@playwright/test';
import { greedyRequest } from '../../../e2e/peer';
import { CONTEXT, type Run, type Session, sessionOf } from './session';

/** The used part of wllama's answer. */
interface Result {
  readonly __verbose: { readonly tokens: number[] };
  readonly timings: {
    readonly prompt_n: number;
    readonly prompt_per_second: number;
    readonly predicted_per_second: number;
  };
}

/** `banned` ids are never sampled. */
export async function runWllama(
  page: Page,
  prompt: string,
  gpu: boolean,
  banned: readonly number[],
): Promise<Session> {
  const started = performance.now();
  const log = await page.evaluate(
    async ({ gpu, context }) => {
      const module = '/wllama/index.js';
      const { Wllama } = await import(/* @vite-ignore */ module);
      const lines: string[] = [];
      const keep = (...args: unknown[]) => lines.push(args.map(String).join(' '));
      const logger = { debug: keep, log: keep, warn: keep, error: keep };
      const engine = new Wllama({ default: '/wllama/wasm/wllama.wasm' }, { logger });
      const blob = await (await fetch('/bench/model.gguf')).blob();
      const options = { n_ctx: context, n_parallel: 1, seed: 1, n_threads: 2, log_level: 1 };
      await engine.loadModel([blob], gpu ? options : { ...options, n_gpu_layers: 0 });
      Object.assign(globalThis, { engine });
      return lines.join('\n');
    },
    { gpu, context: CONTEXT },
  );
  const loadMs = performance.now() - started;
  if (gpu && !log.includes('using device WebGPU'))
    return { loadMs, runs: [], perToken: null, peakBytes: 0, note: 'fell back to the processor, silently' };
  const run = (count: number): Promise<Run> =>
    page.evaluate(
      async (request) => {
        const { engine } = globalThis as unknown as {
          engine: { createCompletion(o: object): Promise<Result> };
        };
        const { __verbose, timings } = await engine.createCompletion(request);
        return {
          ids: __verbose.tokens,
          promptTokens: timings.prompt_n,
          promptPerSecond: timings.prompt_per_second,
          tokensPerSecond: timings.predicted_per_second,
        };
      },
      { ...greedyRequest(prompt, count), logit_bias: banned.map((id) => [id, false]) },
    );
  return sessionOf(page, loadMs, run, gpu);
}
