// npm run bench:large -- FOLDER: quantizes a generated source of five GiB to Q8_0 in GPU memory, and writes it as one
// file and, streaming, as a split. Prints sizes, times and peaks; exits with 1 when a bound is exceeded.
import { join } from 'node:path';
import { mkdirSync, unlinkSync } from 'node:fs';
import { readGguf } from '../src/files/gguf/read';
import type { ModelFile } from '../src/files/model-file';
import { planQuantization } from '../src/model/plan';
import { weightBytes } from '../src/model/weights';
import { fileTypeByLabel } from '../src/quant/file-types';
import { formatByLabel } from '../src/quant/registry';
import { writeGguf, writeSplit } from '../src/pipeline/export';
import { testNumerics } from '../src/device/numerics';
import { openTestModel } from '../src/testing/text/sandbox';
import { prepareLevel } from '../src/pipeline/prepared';
import { LARGE, largeFolder } from './models/large-source';
import { formatBytes, MIB } from '../src/util/bytes';
import { FileSink, openFile } from '../src/node/files';
import { openNodeGpu } from '../src/node/gpu';

const MAX_HEAP = 512 * MIB;
const MAX_EXTRA_GPU = 160 * MIB;

const folder = process.argv[2];
if (!folder) {
  process.stderr.write('bench:large needs a FOLDER for about six GiB.\n');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const layers = Number(process.env.LAYERS ?? LARGE.layers);

const heap = { used: 0, buffers: 0 };
const sample = () => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  heap.used = Math.max(heap.used, heapUsed);
  heap.buffers = Math.max(heap.buffers, arrayBuffers);
};
const timer = setInterval(sample, 20);

let failed = false;
const rows: string[] = [];
function row(what: string, value: string, bound = '', holds = true): void {
  rows.push(`| ${what} | ${value} | ${bound}${holds ? '' : ' (FAILS)'} |`);
  failed ||= !holds;
}
const seconds = (from: number): string => `${((performance.now() - from) / 1000).toFixed(0)} s`;

/** Compares rows of tensors all over the file with the codec; returns the number of bytes compared. */
async function readBack(file: ModelFile, source: ModelFile): Promise<number> {
  let compared = 0;
  for (const [i, tensor] of file.tensors.entries()) {
    if (i % 7 !== 0 && i < file.tensors.length - 3) continue;
    const from = source.tensors.find((t) => t.name === tensor.name)!;
    const format = formatByLabel(tensor.type.label);
    const count = tensor.shape[1] ?? 1;
    for (const at of [0, Math.floor(count / 2), count - 1]) {
      const [width, sourceWidth] = [tensor.sizeBytes / count, from.sizeBytes / count];
      const raw = await from.read(at * sourceWidth, (at + 1) * sourceWidth);
      const want = format.encode(formatByLabel(from.type.label).decode(raw));
      const got = await tensor.read(at * width, (at + 1) * width);
      if (Buffer.compare(got, want) !== 0) throw new Error(`${tensor.name}: row ${at} differs`);
      compared += got.length;
    }
  }
  return compared;
}

const gpu = await openNodeGpu();
await testNumerics(gpu);
const model = await openTestModel(largeFolder({ ...LARGE, layers }), 'large');
const plan = planQuantization(model, fileTypeByLabel('Q8_0')!);
row('source, BF16 in one file', formatBytes(model.sizeBytes));

let started = performance.now();
gpu.memory.resetPeak();
const prepared = await prepareLevel(gpu, model, plan);
const formula = weightBytes(plan, gpu.maxBindingBytes);
const peak = gpu.memory.peakBytes;
row('quantized into GPU memory', seconds(started));
row(
  'weights on the GPU',
  formatBytes(prepared.weightBytes),
  `plan: ${formatBytes(formula)}`,
  prepared.weightBytes === formula,
);
row('GPU peak', formatBytes(peak), 'plan + at most 160 MiB', peak <= formula + MAX_EXTRA_GPU);

const out = join(folder, 'large-Q8_0.gguf');
started = performance.now();
gpu.memory.resetPeak();
const report = await writeGguf(gpu, plan, await FileSink.create(out), { resident: prepared.tensors });
row('written as one file', seconds(started));
row(
  'its size',
  formatBytes(report.sizeBytes),
  `plan: ${formatBytes(plan.fileBytes)}`,
  report.sizeBytes === plan.fileBytes,
);
row(
  'GPU peak while writing',
  formatBytes(gpu.memory.peakBytes),
  'plan + at most 160 MiB',
  gpu.memory.peakBytes <= formula + MAX_EXTRA_GPU,
);
row('read back and equal to the codec', formatBytes(await readBack(await readGguf(openFile(out)), model)));
prepared.dispose();

started = performance.now();
gpu.memory.resetPeak();
const split = {
  name: join(folder, 'large-split.gguf'),
  maxBytes: 1e9,
  sinkOf: (name: string) => FileSink.create(name),
};
const parts = await writeSplit(gpu, plan, split);
row('streamed into a split of 1G', `${parts.length} files, ${seconds(started)}`);
row(
  'GPU peak while streaming',
  formatBytes(gpu.memory.peakBytes),
  'at most 160 MiB',
  gpu.memory.peakBytes <= MAX_EXTRA_GPU,
);
const joined = await openTestModel(
  parts.map((p) => openFile(p.name)),
  'split',
);
row('read back and equal to the codec', formatBytes(await readBack(joined, model)));

sample();
clearInterval(timer);
row('JS heap, peak', formatBytes(heap.used), 'at most 512 MiB', heap.used <= MAX_HEAP);
row('array buffers, peak', formatBytes(heap.buffers), 'at most 512 MiB', heap.buffers <= MAX_HEAP);
for (const name of [out, ...parts.map((p) => p.name)]) unlinkSync(name);
process.stdout.write(
  `adapter: ${gpu.adapterName}\n\n| | measured | bound |\n|---|---|---|\n${rows.join('\n')}\n`,
);
process.exit(failed ? 1 : 0);
