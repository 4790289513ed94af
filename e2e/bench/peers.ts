// npm run bench:peers -- MODEL.gguf...: our engine beside llama.cpp's (wllama, on WebGPU and on the processor) in one
// Chromium, on one adapter, with the same GGUF files; engines take turns, each on a fresh page. `seeded-135M` is a model
// made here. Prints a Markdown table; --json FILE keeps every run.
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from '@playwright/test';
import { createServer, type ViteDevServer } from 'vite';
import { memorySource } from '../../src/files/byte-source';
import { readGguf } from '../../src/files/gguf/read';
import { openFile } from '../../src/cli/node-files';
import { tinyGguf } from '../../src/testing/tiny-llama';
import { createTokenizer, type TextTokenizer } from '../../src/text/tokenizer';
import { nibble } from '../peer';
import { ask, type Counts, launchOf, openPage, perToken } from './browser';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    levels: { type: 'string', default: 'Q4_0,Q8_0,Q4_K_M' },
    engines: { type: 'string', default: 'ours,wllama-webgpu,wllama-cpu' },
    rounds: { type: 'string', default: '3' },
    /** A folder with an env.json that says how to start a Chromium on another driver. */
    chromium: { type: 'string' },
    json: { type: 'string' },
  },
});
const PROMPT = 128;
const TOKENS = 64;
const CONTEXT = 512;
const rounds = Number(values.rounds);
const SEEDED = { width: 1024, ffn: 2816, layers: 12, heads: 16, kvHeads: 4, vocabulary: 512, context: 2048 };

interface Run {
  readonly promptTokens: number;
  readonly promptPerSecond: number;
  readonly tokensPerSecond: number;
  readonly ids: number[];
}
/** What wllama answers, as far as it is used. */
interface WllamaResult {
  readonly __verbose: { readonly tokens: number[] };
  readonly timings: {
    readonly prompt_n: number;
    readonly prompt_per_second: number;
    readonly predicted_per_second: number;
  };
}
interface Session {
  readonly loadMs: number;
  readonly runs: Run[];
  readonly peakBytes: number;
  /** Of one generated token. */
  readonly perToken: Counts | null;
  readonly note?: string;
}

const wllamaRoot = join(
  dirname(createRequire(import.meta.url).resolve('@wllama/wllama/package.json')),
  'esm',
);
let served = '';

async function serve(): Promise<ViteDevServer> {
  const server = await createServer({
    root: resolve(import.meta.dirname, '../..'),
    logLevel: 'error',
    server: { port: 4177, host: '127.0.0.1', hmr: false },
    plugins: [
      {
        name: 'bench',
        configureServer: ({ middlewares }) => {
          middlewares.use((request, response, next) => {
            const path = new URL(request.url ?? '/', 'http://bench').pathname;
            const send = (file: string, type: string) => {
              response.setHeader('Content-Type', type);
              response.setHeader('Content-Length', statSync(file).size);
              response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
              response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
              createReadStream(file).pipe(response);
            };
            if (path === '/bench/model.gguf') send(served, 'application/octet-stream');
            else if (path === '/bench/blank') send(join(import.meta.dirname, 'blank.html'), 'text/html');
            else if (path.startsWith('/wllama/')) {
              const file = join(wllamaRoot, path.slice('/wllama/'.length));
              send(file, file.endsWith('.wasm') ? 'application/wasm' : 'text/javascript');
            } else next();
          });
        },
      },
    ],
  });
  return server.listen();
}

async function ours(page: Page, level: string, prompt: readonly number[]): Promise<Session> {
  const started = performance.now();
  await page.evaluate(
    async ({ level, context }) => {
      const path = '/e2e/bench/ours.ts';
      const engine = (await import(/* @vite-ignore */ path)) as typeof import('./ours');
      Object.assign(globalThis, { engine });
      await engine.load('/bench/model.gguf', level, context);
    },
    { level, context: CONTEXT },
  );
  const loadMs = performance.now() - started;
  const run = (count: number) =>
    page.evaluate(
      ({ prompt, count }) =>
        (globalThis as unknown as { engine: typeof import('./ours') }).engine.run(prompt, count),
      { prompt, count },
    );
  await run(TOKENS);
  const runs: Run[] = [];
  for (let i = 0; i < 3; i++) {
    const { ids, promptMs, decodeMs } = await run(TOKENS);
    runs.push({
      ids,
      promptTokens: prompt.length,
      promptPerSecond: (1000 * prompt.length) / promptMs,
      tokensPerSecond: (1000 * (TOKENS - 1)) / decodeMs,
    });
  }
  const counts = await perToken(page, TOKENS, run);
  return { loadMs, runs, perToken: counts, peakBytes: (await ask(page)).peakBytes };
}

async function wllama(page: Page, prompt: string, gpu: boolean, banned: readonly number[]): Promise<Session> {
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
      async ({ prompt, count, banned }) => {
        const { engine } = globalThis as unknown as {
          engine: { createCompletion(o: object): Promise<WllamaResult> };
        };
        const result = await engine.createCompletion({
          prompt,
          max_tokens: count,
          temperature: 0,
          top_k: 1,
          ignore_eos: true,
          cache_prompt: false,
          return_tokens: true,
          verbose: true,
          logit_bias: banned.map((id) => [id, false]),
        });
        return {
          ids: result.__verbose.tokens,
          promptTokens: result.timings.prompt_n,
          promptPerSecond: result.timings.prompt_per_second,
          tokensPerSecond: result.timings.predicted_per_second,
        };
      },
      { prompt, count, banned },
    );
  await run(TOKENS);
  const runs: Run[] = [];
  for (let i = 0; i < 3; i++) runs.push(await run(TOKENS));
  if (!gpu) return { loadMs, runs, perToken: null, peakBytes: 0 };
  const counts = await perToken(page, TOKENS, run);
  return { loadMs, runs, perToken: counts, peakBytes: (await ask(page)).peakBytes };
}

/** A text of exactly so many tokens, the first of a text included. */
function promptOf(tokenizer: TextTokenizer): { text: string; ids: number[] } {
  const words = 'the quick brown fox jumps over a lazy dog while two small birds sing in an old green tree ';
  const all = words.repeat(20);
  for (let length = 1; length < all.length; length++) {
    const text = all.slice(0, length);
    const ids = tokenizer.encode(text, { addBos: true });
    if (ids.length === PROMPT) return { text, ids };
  }
  throw new Error(`no text of ${PROMPT} tokens`);
}

const spread = (values: number[]): string => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return `${middle.toFixed(1)} (${(sorted[0] ?? 0).toFixed(1)}-${(sorted.at(-1) ?? 0).toFixed(1)})`;
};

const folder = mkdtempSync(join(tmpdir(), 'bench-peers-'));
const launch = launchOf(values.chromium);
const server = await serve();
const records: object[] = [];
process.stdout.write(
  `${launch.label}; prompt ${PROMPT}, generation ${TOKENS}, context ${CONTEXT}, greedy; median (min-max) of ${rounds} rounds of 3 runs after one that warms up; counts are of one generated token\n\n| model | level | engine | prompt t/s | generation t/s | load ms | GPU peak MB | dispatches | submits | bind groups | buffers | writes | written B | read B |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n`,
);
try {
  for (const given of positionals.length > 0 ? positionals : ['seeded-135M']) {
    const seeded = given === 'seeded-135M';
    const source = seeded ? join(folder, 'seeded.gguf') : resolve(given);
    if (seeded) writeFileSync(source, tinyGguf({ ...SEEDED, type: 'F16' }));
    const model = seeded
      ? await readGguf(memorySource('seeded', readFileSync(source)))
      : await readGguf(await openFile(source));
    const prompt = promptOf(createTokenizer(model.label, model.metadata));
    // Text that is no UTF-8 ends a request there; a model of random weights writes it at once.
    const banned = seeded ? Array.from({ length: 259 }, (_, i) => i) : [];
    for (const level of values.levels.split(',')) {
      served = join(folder, `${level}.gguf`);
      nibble('quantize', source, level, served);
      const sessions = new Map<string, Session[]>();
      for (let round = 0; round < rounds; round++)
        for (const engine of values.engines.split(',')) {
          const { browser, page } = await openPage(launch, 'http://127.0.0.1:4177/bench/blank');
          const session = await (engine === 'ours'
            ? ours(page, level, prompt.ids)
            : wllama(page, prompt.text, engine === 'wllama-webgpu', banned)
          ).catch(
            (error: unknown): Session => ({
              loadMs: 0,
              runs: [],
              perToken: null,
              peakBytes: 0,
              note: String(error).slice(0, 160).replaceAll('\n', ' '),
            }),
          );
          await browser.close();
          sessions.set(engine, [...(sessions.get(engine) ?? []), session]);
        }
      for (const [engine, all] of sessions) {
        const runs = all.flatMap((s) => s.runs);
        records.push({ model: given, level, engine, sessions: all });
        const [first] = all;
        const c = first?.perToken;
        const cells = first?.note
          ? [first.note]
          : [
              spread(runs.map((r) => r.promptPerSecond)),
              spread(runs.map((r) => r.tokensPerSecond)),
              spread(all.map((s) => s.loadMs)),
              first?.peakBytes ? (first.peakBytes / 1e6).toFixed(1) : '-',
              ...(c
                ? [
                    c.dispatches,
                    c.submits,
                    c.bindGroups,
                    c.buffers,
                    c.writes,
                    c.writtenBytes,
                    c.readBytes,
                  ].map((n) => n.toFixed(n % 1 ? 2 : 0))
                : []),
            ];
        process.stdout.write(
          `| ${seeded ? 'seeded 135M' : basename(given)} | ${level} | ${engine} | ${cells.join(' | ')} |\n`,
        );
      }
    }
  }
} finally {
  if (values.json) writeFileSync(values.json, JSON.stringify({ adapter: launch.label, records }, null, 1));
  await server.close();
  rmSync(folder, { recursive: true });
}
