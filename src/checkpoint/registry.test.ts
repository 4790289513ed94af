import { describe, expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import type { TensorSource } from '../files/model-file';
import { readSafetensors } from '../files/safetensors/read';
import { quantizedKinds } from '../testing/quantized/kinds';
import type { Made } from '../testing/quantized/maker';
import { safetensorsFile } from '../testing/safetensors-file';
import { dequantized } from './registry';

async function read(made: Made) {
  const file = safetensorsFile('model.safetensors', made.tensors);
  return dequantized(await readSafetensors(memorySource(file.path, file.bytes)), {
    label: 'tiny',
    config: made.config,
    json: (name) => Promise.resolve(made.files?.[name]),
  });
}

/** Bits of some values: -0 is not 0. */
const bitsOf = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
const bytesOf = async (t: TensorSource, from = 0, to = t.sizeBytes) => Buffer.from(await t.read(from, to));

describe('a checkpoint of another quantizer', () => {
  test.each(quantizedKinds)('$name: the exact values, and its level', async ({ level, modules, make }) => {
    const made = make(modules);
    const { tensors, level: said } = await read(made);
    expect(said).toBe(level);
    expect(tensors.map((t) => t.name).sort()).toEqual([...made.expected.keys()].sort());
    for (const tensor of tensors) {
      const { rows, cols } = modules.find((m) => `${m.name}.weight` === tensor.name)!;
      expect([tensor.type.label, ...tensor.shape]).toEqual(['F32', rows, cols]);
      const want = bitsOf(made.expected.get(tensor.name)!);
      expect(Buffer.compare(await bytesOf(tensor), want), tensor.name).toBe(0);
      for (const [from, to] of [
        [0, 4],
        [4 * cols - 4, 4 * cols + 4],
        [8 * cols, 20 * cols],
        [want.length - 12, want.length],
        [3, 9],
      ])
        expect(Buffer.compare(await bytesOf(tensor, from!, to!), want.subarray(from!, to!)), `${from}`).toBe(
          0,
        );
    }
  });
});
