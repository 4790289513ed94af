// npm run bench:quantize: weights per second of every format's encoder on this adapter, with native and with emulated
// division, compared with the TypeScript codec and llama-quantize on two CPU threads.
import type { TensorSource } from '../src/files/model-file';
import { ggmlTypeByLabel } from '../src/files/ggml-types';
import { type QuantFormat, bitsPerWeight } from '../src/quant/format';
import { quantFormats } from '../src/quant/registry';
import { spreadOf } from '../src/infer/benchmark';
import { testNumerics } from '../src/device/numerics';
import { TensorPipeline } from '../src/pipeline/tensor-pipeline';
import { bytesOf } from '../src/util/bytes';
import { noise } from '../src/util/random';
import rates from './llama-quantize-rates.json' with { type: 'json' };
import { openNodeGpu } from '../src/node/gpu';

const COLS = 1024;
const MAX_ROWS = Number(process.env.ROWS ?? 4096);
const RUNS = 5;
/** Rows are doubled until a run takes this long, or all rows are used. */
const ENOUGH_MS = 300;
const reference: Readonly<Record<string, number | undefined>> = rates.millionWeightsPerSecond;

function source(x: Float32Array<ArrayBuffer>): TensorSource {
  const bytes = bytesOf(x);
  const read = (start: number, end: number) => Promise.resolve(bytes.subarray(start, end));
  const shape = [COLS, x.length / COLS];
  return { name: 'noise', shape, type: ggmlTypeByLabel('F32'), sizeBytes: bytes.length, read };
}

const importance = noise(COLS, 7).map((v) => v * v + 1e-3);

/** Million weights per second from uploaded float32 to blocks read back; median of RUNS. */
async function gpuRate(pipeline: TensorPipeline, x: Float32Array<ArrayBuffer>, format: QuantFormat) {
  const timed = async (rows: number): Promise<number> => {
    const started = performance.now();
    const tensor = source(x.subarray(0, rows * COLS));
    const options = format.importance === 'required' ? { importance } : {};
    for await (const part of pipeline.convert(tensor, format, () => {}, options)) void part;
    return performance.now() - started;
  };
  await timed(8);
  let rows = 8;
  while (rows < MAX_ROWS && (await timed(rows)) < ENOUGH_MS) rows *= 2;
  const measured: number[] = [];
  for (let run = 0; run < RUNS; run++) measured.push((rows * COLS) / 1e3 / (await timed(rows)));
  return spreadOf(measured);
}

function codecRate(x: Float32Array, format: QuantFormat): number {
  const part = x.subarray(0, 1 << 15);
  const weights = format.importance === 'required' ? importance : undefined;
  format.encode(part.subarray(0, 4 * COLS), weights);
  const started = performance.now();
  format.encode(part, weights);
  return part.length / 1e3 / (performance.now() - started);
}

const gpu = await openNodeGpu();
const facts = await testNumerics(gpu);
const x = noise(MAX_ROWS * COLS, 1);
const pipeline = await TensorPipeline.create(gpu, x.length);
const print = (line: string) => process.stdout.write(`${line}\n`);
const fixed = (v: number | undefined, digits = 1) => (v === undefined ? '-' : v.toFixed(digits));
print(`adapter: ${gpu.adapterName}`);
print(
  `numerics: division ${facts.division}, square root ${facts.squareRoot}, contraction ${facts.contraction}, denormals ${facts.denormals}, self-test ${facts.elapsedMs.toFixed(0)} ms; chosen: ${gpu.arithmetic} division`,
);
print(
  `rows of ${COLS} float32 weights, upload to packed blocks; M weights/s, median of ${RUNS} (min-max); GB/s counts weights read and blocks written; CPU: ${rates.source}\n`,
);
print(
  '| type | bits per weight | GPU | GB/s | GPU, integer division | codec, 1 thread | CPU, 2 threads | GPU / CPU |\n|---|---|---|---|---|---|---|---|',
);
const chosen = gpu.arithmetic;
const only = process.env.TYPES?.split(',');
for (const format of quantFormats.filter((f) => !only || only.includes(f.label))) {
  gpu.arithmetic = chosen;
  const rate = await gpuRate(pipeline, x, format);
  gpu.arithmetic = 'integer';
  const exact = chosen === 'integer' ? rate : await gpuRate(pipeline, x, format);
  const bits = bitsPerWeight(format);
  const cpu = reference[format.label];
  const cells = [
    format.label + (format.importance === 'required' ? ' (imatrix)' : ''),
    bits,
    `${fixed(rate.median, 2)} (${fixed(rate.min, 2)}-${fixed(rate.max, 2)})`,
    fixed((rate.median * (4 + bits / 8)) / 1e3, 3),
    fixed(exact.median, 2),
    fixed(codecRate(x, format), 2),
    fixed(cpu),
    fixed(cpu && rate.median / cpu, 2),
  ];
  print(`| ${cells.join(' | ')} |`);
}
process.exit(0);
