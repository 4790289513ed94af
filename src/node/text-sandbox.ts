import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { FromText } from '../text/sandbox/protocol';
import { TextSandbox } from '../text/sandbox/sandbox';

/** Heap of the worker: a vocabulary of 256,000 tokens takes a tenth. */
const MAX_HEAP_MIB = 2048;

const limits: WorkerOptions = { name: 'text', resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB } };

/** In a checkout the worker is TypeScript, and a thread does not inherit the loader of its process. */
function start(url: URL): Worker {
  if (!url.pathname.endsWith('.ts')) return new Worker(url, limits);
  const { href } = pathToFileURL(
    createRequire(import.meta.url)
      .resolve('tsx/esm/api')
      .replace(/cjs$/, 'mjs'),
  );
  const code = `import(${JSON.stringify(href)}).then((tsx) => (tsx.register(), import(${JSON.stringify(url.href)})));`;
  return new Worker(code, { ...limits, eval: true });
}

/** A sandbox for templates and tokenizers in a thread, which starts at the first text and does not keep the process. */
export const nodeTextSandbox = (): TextSandbox =>
  new TextSandbox((on) => {
    const worker = start(new URL('./text.worker.ts', import.meta.url));
    worker.on('message', (message: FromText) => on.message(message));
    worker.on('error', (error) => on.died(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => on.died(`it exited with ${code}`));
    // After the listeners: one for messages would keep the process again. A call's own timer does while it runs.
    worker.unref();
    return { post: (message) => worker.postMessage(message), end: () => void worker.terminate() };
  });
