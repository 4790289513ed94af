// Weights of other quantizers decoded on the GPU: the very floats of the codec, of every kind, whole and derived.
import { beforeAll, describe, expect, test } from 'vitest';
import { dequantized } from '../checkpoint/registry';
import { memorySource } from '../files/byte-source';
import type { TensorSource } from '../files/model-file';
import { readSafetensors } from '../files/safetensors/read';
import type { Gpu } from '../gpu/gpu';
import { interleaveHeads } from '../model/convert/tensors/interleave';
import { plusOne, rowsOf, stacked, transposed } from '../model/convert/tensors/lazy';
import { formatByLabel } from '../quant/registry';
import { byteDifferences } from '../testing/compare';
import { testGpu } from '../testing/device';
import { quantizedKinds } from '../testing/quantized/kinds';
import { safetensorsFile } from '../testing/safetensors-file';
import { readPacked } from './packed-slice';
import { TensorPipeline } from './tensor-pipeline';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await testGpu();
});

/** Weights of a kind, with the dimensions of GGUF. */
async function weightsOf(kindName: string): Promise<TensorSource[]> {
  const { make, modules } = quantizedKinds.find((k) => k.name === kindName)!;
  const made = make(modules);
  const file = safetensorsFile('model.safetensors', made.tensors);
  const read = await readSafetensors(memorySource(file.path, file.bytes));
  const { tensors } = await dequantized(read, {
    label: 'tiny',
    config: made.config,
    json: (name) => Promise.resolve(made.files?.[name]),
  });
  return tensors.map((t) => ({ ...t, shape: [...t.shape].reverse() }));
}

/** Float32 that the GPU makes of a tensor; `sliceWeights` bounds a slice. */
async function onGpu(tensor: TensorSource, largest = 1 << 20): Promise<Uint8Array> {
  const pipeline = await TensorPipeline.create(gpu, largest);
  const parts: Uint8Array[] = [];
  try {
    for await (const part of pipeline.convert(tensor, formatByLabel('F32'), () => {})) parts.push(part);
  } finally {
    pipeline.dispose();
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** A tensor that cannot be read as float32: only its packed form is left. */
const packedOnly = (tensor: TensorSource): TensorSource => ({
  ...tensor,
  read: () => Promise.reject(new Error(`${tensor.name} was read as float32`)),
});

describe('on the GPU', () => {
  test.each(quantizedKinds.map((k) => k.name))('%s: the floats of the codec', async (kind) => {
    for (const tensor of await weightsOf(kind)) {
      const want = new Uint8Array(await tensor.read(0, tensor.sizeBytes));
      const got = await onGpu(packedOnly(tensor));
      expect(byteDifferences(got, want), tensor.name).toEqual([]);
    }
  });

  test('scales that an adapter may flush are left to the float32 path, and what is larger than the buffers', async () => {
    const [tensor] = (await weightsOf('gptq without g_idx')) as [TensorSource];
    const { packed } = tensor as Required<TensorSource>;
    const tiny = {
      ...tensor,
      packed: {
        ...packed!,
        async planes(from: number, to: number) {
          const planes = await packed!.planes(from, to);
          return { ...planes, scales: planes.scales.map((s, i) => (i === 5 ? 2 ** -127 : s)) };
        },
      },
    };
    const rows = { first: 0, count: tensor.shape[1]!, cols: tensor.shape[0]! };
    expect(await readPacked(tiny, rows, 1 << 24)).toBeUndefined();
    const slice = (await readPacked(tensor, rows, 1 << 24))!;
    expect(await readPacked(tensor, rows, slice.bytes.length)).toBeDefined();
    expect(await readPacked(tensor, rows, slice.bytes.length - 1)).toBeUndefined();
    // Four bytes a weight would be float32.
    expect(slice.bytes.length / (rows.count * rows.cols)).toBeLessThan(1.4);
  });

  test('slices of rows, also of blocks that cross them', async () => {
    for (const kind of ['gptq act-order', 'bitsandbytes nf4, nested', 'compressed-tensors int4, odd sizes'])
      for (const tensor of await weightsOf(kind)) {
        const want = new Uint8Array(await tensor.read(0, tensor.sizeBytes));
        // Slices are of 1,024 weights at least.
        expect(byteDifferences(await onGpu(packedOnly(tensor), 1), want), `${kind} ${tensor.name}`).toEqual(
          [],
        );
      }
  });

  test('heads interleaved, rows chosen, experts stacked', async () => {
    const [q, d] = (await weightsOf('gptq 4 bits, symmetric')) as [TensorSource, TensorSource];
    const [other] = (await weightsOf('gptq without g_idx')) as [TensorSource];
    const derived = [
      interleaveHeads(q, 4),
      rowsOf(q, 10, 33),
      stacked('s', [q, q, q]),
      interleaveHeads(rowsOf(d, 0, 32), 2),
    ];
    for (const tensor of derived) {
      const want = new Uint8Array(await tensor.read(0, tensor.sizeBytes));
      expect(byteDifferences(await onGpu(packedOnly(tensor)), want), String(tensor.shape)).toEqual([]);
    }
    // Groups of other sizes do not fit one dispatch, and other values are no longer those of the codes.
    for (const tensor of [
      stacked('s', [q, other]),
      plusOne(q),
      transposed(q),
      interleaveHeads((await weightsOf('bitsandbytes nf4'))[0]!, 4),
    ]) {
      const want = new Uint8Array(await tensor.read(0, tensor.sizeBytes));
      expect(byteDifferences(await onGpu(tensor), want), String(tensor.shape)).toEqual([]);
      await expect(onGpu(packedOnly(tensor))).rejects.toThrow(/was read as float32/);
    }
  });
});
