import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { execFileSync } from 'node:child_process';

// llama.cpp itself, compiled to WebAssembly, takes our files and writes the same tokens.
const wllama = dirname(createRequire(import.meta.url).resolve('@wllama/wllama/package.json'));
const PROMPT = 'Once upon a time';
const COUNT = 24;

function ours(type: string, out: string): { ids: number[]; text: string } {
  const nibble = (...args: string[]) =>
    execFileSync('npm', ['run', '-s', 'nibble', '--', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const model = 'public/models/nibble-stories-F16.gguf';
  nibble('quantize', model, type, out);
  const args = ['--prompt', PROMPT, '-n', String(COUNT), '--temp', '0', '--kv', 'F32', '--json'];
  return JSON.parse(nibble('generate', model, '--type', type, ...args)) as { ids: number[]; text: string };
}

for (const type of ['F32', 'F16', 'Q8_0']) {
  test(`wllama loads the exported ${type} and continues as we do`, async ({ page }) => {
    const path = test.info().outputPath(`${type}.gguf`);
    const want = ours(type, path);
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
    const ids = await page.evaluate(
      async ({ prompt, count }) => {
        const module = '/wllama/index.js';
        const { Wllama } = await import(/* @vite-ignore */ module);
        const engine = new Wllama({ default: '/wllama/wasm/wllama.wasm' });
        const blob = await (await fetch('/exported.gguf')).blob();
        await engine.loadModel([blob], { n_ctx: 256, n_parallel: 1, seed: 1, n_threads: 1, n_gpu_layers: 0 });
        const result = await engine.createCompletion({
          prompt,
          max_tokens: count,
          temperature: 0,
          top_k: 1,
          ignore_eos: true,
          cache_prompt: false,
          return_tokens: true,
          verbose: true,
        });
        await engine.exit();
        return result.__verbose.tokens as number[];
      },
      { prompt: PROMPT, count: COUNT },
    );
    expect(want.ids).toHaveLength(COUNT);
    expect(ids.slice(0, 16)).toEqual(want.ids.slice(0, 16));
  });
}
