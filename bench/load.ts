// npm run bench:load: overlap of reading, uploading and quantizing. Times the same tensors read from a source of
// limited speed, uploaded, quantized from memory, and all of it together, which should take as long as the slowest
// part. The source sleeps like a disk and does not use the processor. Before that, rate and memory of the readers of checkpoints
// of other quantizers; with --readers these alone.
import { ggmlTypeByLabel } from '../src/files/ggml-types';
import type { TensorSource } from '../src/files/model-file';
import { StagingRing } from '../src/gpu/staging';
import { allocateTensors } from '../src/model/device-tensor';
import { CodebookBuffers } from '../src/model/codebook-buffers';
import { formatByLabel } from '../src/quant/registry';
import { spreadOf } from '../src/infer/benchmark';
import { TensorPipeline } from '../src/pipeline/tensor-pipeline';
import { bytesOf } from '../src/util/bytes';
import { noise } from '../src/util/random';
import { openNodeGpu } from '../src/node/gpu';
import { benchReaders } from './readers';

const COLS = 1024;
const ROWS = Number(process.env.ROWS ?? 1024);
const TENSORS = 32;
const RUNS = 3;
const types = (process.env.TYPES ?? 'Q8_0,Q4_0,Q4_K,Q6_K').split(',');

const print = (line: string) => process.stdout.write(`${line}\n`);
await benchReaders(print);
if (process.argv.includes('--readers')) process.exit(0);

const gpu = await openNodeGpu();
const bytes = bytesOf(noise(ROWS * COLS, 1));
const totalBytes = TENSORS * bytes.length;
/** Reads take as long as at `bytesPerSecond`, one after the other. */
function sources(bytesPerSecond: number): TensorSource[] {
  let free = 0;
  const read = async (start: number, end: number) => {
    free = Math.max(free, performance.now()) + (1000 * (end - start)) / bytesPerSecond;
    const wait = free - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    return bytes.subarray(start, end);
  };
  const type = ggmlTypeByLabel('F32');
  return Array.from({ length: TENSORS }, (_, i) => ({
    name: `tensor ${i}`,
    shape: [COLS, ROWS],
    type,
    sizeBytes: bytes.length,
    read,
  }));
}

const median = async (work: () => Promise<void>): Promise<number> => {
  await work();
  const all: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const started = performance.now();
    await work();
    all.push(performance.now() - started);
  }
  return spreadOf(all).median;
};

async function readAll(from: TensorSource[]): Promise<void> {
  for (const tensor of from) await tensor.read(0, tensor.sizeBytes);
}

async function uploadAll(): Promise<void> {
  const owner = gpu.memory.owner('bench');
  const ring = await StagingRing.create(gpu, owner, bytes.length);
  const target = await owner.create('target', bytes.length, GPUBufferUsage.COPY_DST);
  for (let i = 0; i < TENSORS; i++) {
    const upload = await ring.upload(bytes, target);
    gpu.submit([], { before: upload.encode });
    upload.submitted();
  }
  await gpu.device.queue.onSubmittedWorkDone();
  owner.dispose();
}

async function load(label: string, from: TensorSource[]): Promise<void> {
  const owner = gpu.memory.owner('weights');
  const format = formatByLabel(label);
  const codebooks = new CodebookBuffers(gpu, owner);
  const jobs = [];
  for (const tensor of from) {
    const [to] = await allocateTensors(gpu, owner, format, [tensor], codebooks);
    jobs.push({ tensor, to: to! });
  }
  const pipeline = await TensorPipeline.create(gpu, ROWS * COLS, from);
  await pipeline.load(jobs);
  pipeline.dispose();
  owner.dispose();
}

const ms = (v: number) => v.toFixed(0);
print(`adapter: ${gpu.adapterName}`);
print(`${TENSORS} tensors of ${ROWS} x ${COLS} float32, ${totalBytes / 1e6} MB; ms, median of ${RUNS}\n`);
print('| type | source MB/s | read | upload | quantize from memory | all | all / slowest |');
print('|---|---|---|---|---|---|---|');
const upload = await median(uploadAll);
for (const label of types) {
  const quantize = await median(() => load(label, sources(Number.POSITIVE_INFINITY)));
  for (const share of [0.5, 1, 2]) {
    const rate = (share * 1000 * totalBytes) / quantize;
    const read = await median(() => readAll(sources(rate)));
    const all = await median(() => load(label, sources(rate)));
    const slowest = Math.max(read, upload, quantize);
    const cells = [
      label,
      ms(rate / 1e6),
      ms(read),
      ms(upload),
      ms(quantize),
      ms(all),
      (all / slowest).toFixed(2),
    ];
    print(`| ${cells.join(' | ')} |`);
  }
}
gpu.close();
process.exit(0);
