import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';

// llama.cpp itself, compiled to WebAssembly.
const wllama = dirname(createRequire(import.meta.url).resolve('@wllama/wllama/package.json'));

export interface Generated {
  readonly promptIds: number[];
  readonly ids: number[];
  readonly text: string;
}

const execute = promisify(execFile);

/** The command line of this project; npm is left out for the seconds that it takes. */
export async function nibble(...args: string[]): Promise<string> {
  const { stdout } = await execute(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], {
    cwd: join(import.meta.dirname, '..'),
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/** Greedy ids of our own engine, in Node. */
export async function ourIds(model: string, type: string, ...args: string[]): Promise<Generated> {
  const how = ['--temp', '0', '--kv', 'F32', '--json'];
  return JSON.parse(await nibble('generate', model, '--type', type, ...args, ...how)) as Generated;
}

/** Request to wllama for so many greedy tokens, come what may. */
export const greedyRequest = (prompt: string, count: number) => ({
  prompt,
  max_tokens: count,
  temperature: 0,
  top_k: 1,
  ignore_eos: true,
  cache_prompt: false,
  return_tokens: true,
  verbose: true,
});

/** Greedy ids that wllama writes after a prompt, from a GGUF on the disk; special tokens in the prompt are read. */
export async function wllamaIds(page: Page, path: string, prompt: string, count: number): Promise<number[]> {
  await page.route('**/wllama/**', (route) => {
    const name = new URL(route.request().url()).pathname.replace('/wllama/', '');
    const contentType = name.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
    return route.fulfill({
      body: readFileSync(join(wllama, 'esm', name)),
      contentType,
      headers: { 'Cross-Origin-Resource-Policy': 'same-origin' },
    });
  });
  await page.route('**/exported.gguf', (route) =>
    route.fulfill({ body: readFileSync(path), contentType: 'application/octet-stream' }),
  );
  await page.route('**/blank', (route) =>
    route.fulfill({ body: '<!doctype html><title>wllama</title>', contentType: 'text/html' }),
  );
  await page.goto('/blank');
  return page.evaluate(
    async (request) => {
      const module = '/wllama/index.js';
      const { Wllama } = await import(/* @vite-ignore */ module);
      const engine = new Wllama({ default: '/wllama/wasm/wllama.wasm' });
      const blob = await (await fetch('/exported.gguf')).blob();
      await engine.loadModel([blob], { n_ctx: 256, n_parallel: 1, seed: 1, n_threads: 1, n_gpu_layers: 0 });
      const result = await engine.createCompletion(request);
      return result.__verbose.tokens as number[];
    },
    greedyRequest(prompt, count),
  );
}
