// npm run bench:first-token -- [MODEL.gguf] [--levels Q8_0,Q4_K_M]: milliseconds from asking for an answer to its first
// token, by part, for levels one after the other and then again, in one process. Prints a Markdown table.
import { parseArgs } from 'node:util';
import { Engine, GREEDY } from '../src/infer/engine';
import { generate } from '../src/infer/generate';
import { planQuantization } from '../src/model/plan';
import { testNumerics } from '../src/device/numerics';
import { openNodeGpu } from '../src/node/gpu';
import { openPath } from '../src/node/files';
import { openModel } from '../src/pipeline/open';
import { prepareLevel } from '../src/pipeline/prepared';
import { fileTypeByLabel } from '../src/quant/file-types';
import { BenchTable } from './table';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    levels: { type: 'string', default: 'Q8_0,Q4_K_M,Q4_0' },
    prompt: { type: 'string', default: '32' },
  },
});
const path = positionals[0] ?? 'public/models/nibble-stories-F16.gguf';
const gpu = await openNodeGpu();
await testNumerics(gpu);

/** Pipelines that were asked for. */
let pipelines = 0;
const device = gpu.device as unknown as Record<string, (...args: unknown[]) => unknown>;
for (const name of ['createComputePipeline', 'createComputePipelineAsync']) {
  const original = device[name]!.bind(gpu.device);
  device[name] = (...args) => {
    pipelines++;
    return original(...args);
  };
}

/** Longest time in ms that a timer of this thread waited beyond its own 5 ms during `work`. */
async function silence<T>(work: () => Promise<T>): Promise<[T, number]> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 5);
    last = now;
  }, 5);
  try {
    return [await work(), Math.max(longest, performance.now() - last)];
  } finally {
    clearInterval(timer);
  }
}

const file = await openModel(openPath(path), path);
const table = new BenchTable();
table.print(`adapter: ${gpu.adapterName}`);
table.heading(
  'From asking to the first token',
  'level',
  'round',
  'pipelines of quantizing',
  'quantizing ms',
  'pipelines of the engine',
  'engine ms',
  'prompt and first token ms',
  'all ms',
  'longest silence of the thread ms',
);
for (const round of ['cold', 'warm'])
  for (const label of values.levels.split(',')) {
    const [row, silentMs] = await silence(async () => {
      const started = performance.now();
      pipelines = 0;
      const prepared = await prepareLevel(gpu, file, planQuantization(file, fileTypeByLabel(label)!));
      const preparedMs = performance.now();
      const quantizing = pipelines;
      pipelines = 0;
      const engine = await Engine.create(gpu, prepared, { context: 512, kvType: 'F16' });
      const createdMs = performance.now();
      const ids = Array.from({ length: Number(values.prompt) }, (_, i) => 3 + ((i * 37) % 500));
      await generate(engine, undefined, { ids, maxTokens: 1, sampling: GREEDY, stops: [] });
      const endMs = performance.now();
      engine.dispose();
      prepared.dispose();
      return {
        quantizing,
        quantizeMs: (preparedMs - started).toFixed(0),
        pipelines,
        engineMs: (createdMs - preparedMs).toFixed(0),
        promptMs: (endMs - createdMs).toFixed(0),
        allMs: (endMs - started).toFixed(0),
      };
    });
    table.record('first token', { level: label, round, ...row, silentMs: silentMs.toFixed(0) });
  }
gpu.close();
