// npm run bench:quantize: weights per second of every format's encoder on this adapter, beside the TypeScript codec.
import type { TensorSource } from '../files/model-file';
import { ggmlTypeByLabel } from '../files/ggml-types';
import { matrixShape } from '../model/device-tensor';
import { type QuantFormat, bitsPerWeight } from '../quant/format';
import { quantFormats } from '../quant/registry';
import { spreadOf } from '../session/benchmark';
import { TensorPipeline } from '../session/tensor-pipeline';
import { bytesOf } from '../util/bytes';
import { noise } from '../util/random';
import { openNodeGpu } from './node-gpu';

const COLS = 1024;
const ROWS = Number(process.env.ROWS ?? 1024);
const RUNS = 5;

function source(x: Float32Array<ArrayBuffer>): TensorSource {
  const bytes = bytesOf(x);
  const read = (start: number, end: number) => Promise.resolve(bytes.subarray(start, end));
  const shape = [COLS, x.length / COLS];
  return { name: 'noise', shape, type: ggmlTypeByLabel('F32'), sizeBytes: bytes.length, read };
}

async function gpuRate(pipeline: TensorPipeline, tensor: TensorSource, format: QuantFormat) {
  const { rows, cols } = matrixShape(tensor.shape);
  const rates: number[] = [];
  for (let run = 0; run <= RUNS; run++) {
    const started = performance.now();
    for await (const part of pipeline.convert(tensor, format, () => {})) void part;
    if (run > 0) rates.push((rows * cols) / 1e3 / (performance.now() - started));
  }
  return spreadOf(rates);
}

function codecRate(x: Float32Array, format: QuantFormat): number {
  const part = x.subarray(0, Math.min(x.length, 1 << 17));
  format.encode(part.subarray(0, 4096));
  const started = performance.now();
  format.encode(part);
  return part.length / 1e3 / (performance.now() - started);
}

const gpu = await openNodeGpu();
const x = noise(ROWS * COLS, 1);
const pipeline = await TensorPipeline.create(gpu, x.length);
const print = (line: string) => process.stdout.write(`${line}\n`);
print(
  `adapter: ${gpu.adapterName}; ${ROWS} x ${COLS} float32 weights, upload to packed blocks; median of ${RUNS} (min-max)\n`,
);
print(
  '| type | bits per weight | GPU, M weights/s | codec (1 thread), M weights/s | ratio |\n|---|---|---|---|---|',
);
for (const format of quantFormats) {
  const rate = await gpuRate(pipeline, source(x), format);
  const codec = codecRate(x, format);
  const spread = `${rate.median.toFixed(2)} (${rate.min.toFixed(2)}-${rate.max.toFixed(2)})`;
  print(
    `| ${format.label} | ${bitsPerWeight(format)} | ${spread} | ${codec.toFixed(2)} | ${(rate.median / codec).toFixed(1)} |`,
  );
}
process.exit(0);
