// ESM of the package: the entries and the worker with the chunks they share, npm packages left as imports, and the shaders
// as one module of texts in the place of the two that read them by Vite's glob and from the checkout.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { collector, noticesOf } from '../site/notices.ts';
import { entries, lib, root } from './entries.mjs';

const shaders = resolve(root, 'shaders');
const bundled = resolve(root, 'src/wgsl/sources.ts');
const fromDisk = resolve(root, 'src/node/shaders.ts');
const workerEntry = resolve(root, 'src/worker/index.ts');
const WORKER = './engine.worker';
/** Workers of templates and tokenizers, by the file that starts them: source beside it, name in the package. */
const textWorkers = new Map([
  [resolve(root, 'src/browser/text-sandbox.ts'), 'text.worker.js'],
  [resolve(root, 'src/node/text-sandbox.ts'), 'node-text.worker.js'],
]);

function shaderTexts() {
  const files = readdirSync(shaders, { recursive: true, encoding: 'utf8' }).filter((f) =>
    f.endsWith('.wgsl'),
  );
  if (files.length === 0) throw new Error(`${shaders}: there is no shader`);
  return files
    .map((f) => [f.replace(/\.wgsl$/, '').replaceAll('\\', '/'), readFileSync(join(shaders, f), 'utf8')])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

const shadersInside = {
  name: 'shaders-inside',
  load(id) {
    if (id === bundled)
      return `export const shaderSources = new Map(${JSON.stringify(shaderTexts(), null, 1)});`;
    if (id === fromDisk)
      return `import { shaderSources } from ${JSON.stringify(bundled)};
export const shadersFromDisk = () => shaderSources;`;
  },
};

/** In the package the worker is JavaScript, beside the entry that starts it. */
const workerBeside = {
  name: 'worker-beside',
  transform(code, id) {
    if (id !== workerEntry) return;
    const changed = code.replace(
      `new URL('${WORKER}.ts', import.meta.url)`,
      `new URL('${WORKER}.js', import.meta.url)`,
    );
    if (changed === code) throw new Error(`${id}: the worker is not made of ${WORKER}.ts`);
    return changed;
  },
};

/**
 * The same for the text workers, whose starters may end up in a chunk. Bundlers find a worker by `new Worker(new URL(...))`
 * alone.
 */
const textWorkerBeside = {
  name: 'text-worker-beside',
  transform(code, id) {
    const name = textWorkers.get(id);
    if (name === undefined) return;
    const url = `new URL('@lib/${name}', import.meta.url)`;
    const changed = code
      .replace(/^import textUrl from .*$/m, '')
      .replace("startWorker(textUrl, 'text')", `new Worker(${url}, { type: 'module', name: 'text' })`)
      .replace("new URL('./text.worker.ts', import.meta.url)", url);
    if (!changed.includes(url)) throw new Error(`${id}: the worker is not started as expected`);
    return changed;
  },
  renderChunk(code, chunk) {
    const up = chunk.fileName.includes('/') ? '../' : './';
    return code.replaceAll(/(['"`])@lib\//g, `$1${up}`);
  },
};

/** Imports of the package that stay imports: npm packages and Node's own modules. */
const isExternal = (id) =>
  !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('\0') && !/^[A-Za-z]:\\/.test(id);

/** The modules of the package, with the notices of what others wrote of them; dependencies come with their own. */
export async function bundle() {
  const folders = new Set();
  const input = Object.fromEntries(entries.map(({ name, source }) => [name, resolve(root, source)]));
  const build = await rolldown({
    input: {
      ...input,
      'engine.worker': resolve(root, 'src/worker/engine.worker.ts'),
      'text.worker': resolve(root, 'src/browser/text.worker.ts'),
      'node-text.worker': resolve(root, 'src/node/text.worker.ts'),
    },
    external: isExternal,
    plugins: [shadersInside, workerBeside, textWorkerBeside, collector(root, folders)],
    platform: 'neutral',
    // Vite defines it in the studio; elsewhere there is no import.meta.env.
    transform: {
      define: { 'import.meta.env.MODE': '"production"', 'import.meta.env.VITE_HUB_SOURCES': '""' },
    },
    tsconfig: false,
  });
  const { output } = await build.write({
    dir: lib,
    format: 'es',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
  });
  await build.close();
  writeFileSync(join(lib, 'third-party-notices.txt'), noticesOf(folders));
  return output.map(({ fileName }) => fileName);
}
