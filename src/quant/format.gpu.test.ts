import { beforeAll, describe, expect, test } from 'vitest';
import type { TensorSource } from '../files/model-file';
import { ggmlTypeByLabel } from '../files/ggml-types';
import type { Gpu } from '../gpu/gpu';
import { allocateTensors, type DeviceTensor } from '../model/device-tensor';
import { CodebookBuffers } from '../model/codebook-buffers';
import { TensorPipeline } from '../pipeline/tensor-pipeline';
import { byteDifferences } from '../testing/compare';
import { testGpu, testOwner } from '../testing/device';
import { requiredImportance, testImportance } from '../testing/importance';
import { goldenFloats, goldenJson } from '../testing/golden';
import { bytesOf } from '../util/bytes';
import { noise } from '../util/random';
import type { QuantFormat } from './format';
import { formatByLabel, quantFormats } from './registry';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await testGpu();
});

function tensorOf(x: Float32Array<ArrayBuffer>, cols: number, format = quantFormats[0]!): TensorSource {
  const bytes = format.label === 'F32' ? bytesOf(x) : format.encode(x, requiredImportance(format, cols));
  const type = ggmlTypeByLabel(format.label);
  const read = (start: number, end: number) => Promise.resolve(bytes.slice(start, end));
  return { name: 'test', shape: [cols, x.length / cols], type, sizeBytes: bytes.length, read };
}

async function convert(
  tensor: TensorSource,
  target: QuantFormat,
  importance = requiredImportance(target, tensor.shape[0]!),
  on = gpu,
): Promise<Uint8Array> {
  const pipeline = await TensorPipeline.create(on, 1 << 20);
  const parts: Uint8Array[] = [];
  try {
    for await (const part of pipeline.convert(tensor, target, () => {}, { importance })) parts.push(part);
  } finally {
    pipeline.dispose();
  }
  return Uint8Array.from(parts.flatMap((p) => [...p]));
}

const rows = goldenJson<{ rows: string[] }>('blocks.json').rows;
/**
 * Rows whose result depends on float32 denormals, which WGSL allows an adapter to flush: denormal weights and, in
 * searches weighted by x^2, products of sums of 1e-8 weights (about 1e-46).
 */
const denormalRows = (label: string) =>
  ['Q6_K', 'IQ4_NL', 'IQ4_XS', 'IQ3_S', 'IQ3_XXS', 'IQ2_S'].includes(label)
    ? ['f32_denormal', 'tiny_1e-8']
    : ['f32_denormal'];

async function allocate(gpu: Gpu, format: QuantFormat, shape: readonly number[]): Promise<DeviceTensor> {
  const codebooks = new CodebookBuffers(gpu, testOwner(gpu));
  return (await allocateTensors(gpu, testOwner(gpu), format, [{ name: 'test', shape }], codebooks))[0]!;
}

describe.each(quantFormats)('$label on the GPU', (format) => {
  const variants = [
    ...(format.importance === 'required' ? [] : [{ way: '', importance: undefined }]),
    ...(format.importance
      ? [{ way: ' with importance', importance: goldenFloats('blocks-imatrix.f32') }]
      : []),
  ];
  test.each(variants)('encodes the codec bytes on every golden row$way', async ({ importance }) => {
    const x = goldenFloats('blocks-input.f32');
    const got = await convert(tensorOf(x, 256), format, importance);
    const want = format.encode(x, importance);
    const rowBytes = want.length / rows.length;
    const wrong = rows.filter(
      (_, r) =>
        byteDifferences(
          got.subarray(r * rowBytes, (r + 1) * rowBytes),
          want.subarray(r * rowBytes, (r + 1) * rowBytes),
        ).length > 0,
    );
    if (wrong.length > 0)
      process.stdout.write(`${format.label}: rows left to the adapter's denormals: ${wrong.join(', ')}\n`);
    expect(wrong.filter((name) => !denormalRows(format.label).includes(name))).toEqual([]);
  });

  const unit = format.block.size;
  test.each([
    { cols: 256, rows: 1 },
    { cols: unit === 1 ? 172 : 32 * (unit / 32), rows: 3 },
    { cols: 512, rows: 37 },
  ])('encodes and packs odd shapes: $rows x $cols', async (shape) => {
    const x = noise(shape.rows * shape.cols, shape.cols + shape.rows);
    const importance = format.importance && testImportance(shape.cols);
    const got = await convert(tensorOf(x, shape.cols), format, importance);
    expect(byteDifferences(got, format.encode(x, importance))).toEqual([]);
  });

  test('is loaded from its own bytes and given back unchanged', async () => {
    const x = noise(256 * 9, 5);
    const tensor = tensorOf(x, 256, format);
    const to = await allocate(gpu, format, tensor.shape);
    const pipeline = await TensorPipeline.create(gpu, 1 << 16);
    const [error] = await pipeline.load([{ tensor, to }]);
    const parts: number[] = [];
    for await (const part of pipeline.unload(to)) parts.push(...part);
    pipeline.dispose();
    testOwner(gpu).dispose();
    expect(error!.rmse).toBe(0);
    expect(
      byteDifferences(Uint8Array.from(parts), new Uint8Array(await tensor.read(0, tensor.sizeBytes))),
    ).toEqual([]);
  });

  test('as a source it is decoded to the very floats of the codec', async () => {
    const tensor = tensorOf(noise(256 * 7, 21), 256, format);
    const want = format.decode(await tensor.read(0, tensor.sizeBytes));
    expect(byteDifferences(await convert(tensor, formatByLabel('F32')), bytesOf(want))).toEqual([]);
  });

  test('RMSE from the GPU is that of the codec', async () => {
    const x = noise(512 * 12, 9);
    const to = await allocate(gpu, format, [512, 12]);
    const pipeline = await TensorPipeline.create(gpu, 1 << 16);
    const importance = requiredImportance(format, 512);
    const [error] = await pipeline.load([{ tensor: tensorOf(x, 512), to, importance }]);
    pipeline.dispose();
    testOwner(gpu).dispose();
    const back = format.decode(format.encode(x, importance));
    const want = Math.sqrt(x.reduce((s, v, i) => s + (v - back[i]!) ** 2, 0) / x.length);
    expect(Math.abs(error!.rmse - want)).toBeLessThanOrEqual(1e-4 * want);
  });
});

// Groups of 16 weights in tuples of eight, and of 32 in tuples of four. On a processor workgroups are narrower.
test.each(['IQ2_S', 'IQ3_S'])('%s in workgroups as wide as on hardware', async (label) => {
  const format = formatByLabel(label);
  const wide = await testGpu({ hardware: true });
  wide.arithmetic = gpu.arithmetic;
  const x = noise(9 * 768, 3);
  const got = await convert(tensorOf(x, 768), format, undefined, wide);
  expect(byteDifferences(got, format.encode(x))).toEqual([]);
});

test('NaN and infinite weights are refused by name and count', async () => {
  const x = noise(256 * 4, 1);
  x[5] = Number.NaN;
  x[700] = Number.POSITIVE_INFINITY;
  await expect(convert(tensorOf(x, 256), quantFormats[3]!)).rejects.toThrow(
    /test: 2 of 1024 weights are NaN or infinite, the first at index 5 \(NaN\)/,
  );
  expect(gpu.memory.currentBytes).toBe(0);
});
