// npm run bench:peers -- MODEL.gguf...: this engine compared with llama.cpp (wllama, on WebGPU and on the processor)
// and ONNX Runtime in one Chromium, on one adapter, with the same GGUF files; engines take turns, each on a new page.
// `seeded-135M` is a generated model. Prints a Markdown table; --json FILE keeps every run.
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from '@playwright/test';
import { createServer, type ViteDevServer } from 'vite';
import { openFile } from '../../src/node/files';
import { memorySource } from '../../src/files/byte-source';
import { readGguf } from '../../src/files/gguf/read';
import { tinyGguf } from '../models/tiny-llama';
import { createTokenizer, type TextTokenizer } from '../../src/text/tokenizer';
import { nibble } from '../../e2e/peer';
import { launchOf, openPage } from './browser';
import { runNibble } from './engines/nibble';
import { runOnnxRuntime } from './engines/onnxruntime';
import { CONTEXT, PROMPT, type Session, TOKENS } from './engines/session';
import { runWllama } from './engines/wllama';
import { type OnnxCache, onnxDecoder } from './onnx/decoder';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    levels: { type: 'string', default: 'Q4_0,Q8_0,Q4_K_M' },
    engines: { type: 'string', default: 'ours,wllama-webgpu,wllama-cpu,onnxruntime-webgpu' },
    rounds: { type: 'string', default: '3' },
    /** A folder with an env.json that configures a Chromium on another driver. */
    chromium: { type: 'string' },
    json: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const SEEDED = { width: 1024, ffn: 2816, layers: 12, heads: 16, kvHeads: 4, vocabulary: 512, context: 2048 };

const require = createRequire(import.meta.url);
/** Files of the other engines, by URL prefix. */
const packages = {
  '/wllama/': join(dirname(require.resolve('@wllama/wllama/package.json')), 'esm'),
  '/ort/': dirname(require.resolve('onnxruntime-web')),
};
const folder = mkdtempSync(join(tmpdir(), 'bench-peers-'));
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
            else if (path === '/bench/model.onnx') send(`${served}.onnx`, 'application/octet-stream');
            else {
              const found = Object.entries(packages).find(([prefix]) => path.startsWith(prefix));
              if (!found) return next();
              const file = join(found[1], path.slice(found[0].length));
              send(file, file.endsWith('.wasm') ? 'application/wasm' : 'text/javascript');
            }
          });
        },
      },
    ],
  });
  return server.listen();
}

/** A text of exactly PROMPT tokens, including BOS. */
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

/** Writes the served GGUF as an ONNX model as well. */
async function writeOnnx(): Promise<OnnxCache> {
  const { bytes, cache } = await onnxDecoder(await readGguf(await openFile(served)), CONTEXT);
  writeFileSync(`${served}.onnx`, bytes);
  return cache;
}

type Engine = (
  page: Page,
  level: string,
  prompt: { text: string; ids: number[] },
  banned: readonly number[],
) => Promise<Session>;
const none = (note: string): Session => ({ loadMs: 0, runs: [], perToken: null, peakBytes: 0, note });
const engines: Readonly<Record<string, Engine>> = {
  ours: (page, level, { ids }) => runNibble(page, level, ids),
  'wllama-webgpu': (page, _level, { text }, banned) => runWllama(page, text, true, banned),
  'wllama-cpu': (page, _level, { text }, banned) => runWllama(page, text, false, banned),
  'onnxruntime-webgpu': async (page, level, { ids }) => {
    if (level !== 'Q4_0' && level !== 'Q8_0') return none('MatMulNBits has no such blocks');
    return runOnnxRuntime(page, ids, await writeOnnx());
  },
};

const spread = (values: number[]): string => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return `${middle.toFixed(1)} (${(sorted[0] ?? 0).toFixed(1)}-${(sorted.at(-1) ?? 0).toFixed(1)})`;
};

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
    // Invalid UTF-8 ends a request in wllama, and a model of random weights soon generates it.
    const banned = seeded ? Array.from({ length: 259 }, (_, i) => i) : [];
    for (const level of values.levels.split(',')) {
      served = join(folder, `${level}.gguf`);
      await nibble('quantize', source, level, served);
      const sessions = new Map<string, Session[]>();
      for (let round = 0; round < rounds; round++)
        for (const engine of values.engines.split(',')) {
          const { browser, page } = await openPage(launch, 'http://127.0.0.1:4177/bench/blank');
          const session = await engines[engine]!(page, level, prompt, banned).catch(
            (error: unknown): Session => none(String(error).slice(0, 160).replaceAll('\n', ' ')),
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
