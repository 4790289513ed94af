import { expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { readGguf } from '../files/gguf/read';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel } from '../quant/file-types';
import { formatByLabel, quantFormats } from '../quant/registry';
import { TINY, tinyGguf } from '../../bench/models/tiny-llama';
import { seededRandom } from '../util/random';
import { codesOf, inspectTensor } from './inspect';

test('a tensor is seen as the codec makes it, down to a block', async () => {
  const model = await readGguf(memorySource('tiny.gguf', tinyGguf({ ...TINY, ffn: 256, layers: 1 })));
  const plan = planQuantization(model, fileTypeByLabel('Q4_0')!);
  const tensor = plan.tensors.find((t) => t.name === 'blk.0.ffn_up.weight')!;
  const raw = await tensor.source.read(0, tensor.source.sizeBytes);
  const x = new Float32Array(raw.buffer);
  const format = formatByLabel('Q4_0');
  const bytes = format.encode(x);
  const y = format.decode(bytes);
  const cols = tensor.shape[0]!;
  const seen = await inspectTensor(tensor, 3, 2);
  expect(seen).toMatchObject({ type: 'Q4_0', rows: 256, cols, blocksPerRow: cols / 32 });
  const at = 3 * cols + 64;
  expect(seen.block.before).toEqual([...x.subarray(at, at + 32)]);
  expect(seen.block.after).toEqual([...y.subarray(at, at + 32)]);
  const block = (at / 32) * 18;
  const hex = (from: number, to: number) =>
    Array.from(bytes.subarray(block + from, block + to), (b) => b.toString(16).padStart(2, '0')).join(' ');
  expect(seen.block.fields).toHaveLength(2);
  expect(seen.block.fields.find((f) => f.name === 'd')!.hex).toBe(hex(0, 2));
  expect(seen.block.fields.find((f) => f.name !== 'd')!.hex).toBe(hex(2, 18));
  // The sample covers the whole tensor.
  expect(seen.sampledRows).toBe(256);
  const sum = (bins: readonly number[]) => bins.reduce((a, b) => a + b, 0);
  expect([sum(seen.histogram.before), sum(seen.histogram.after)]).toEqual([x.length, x.length]);
  const largest = x.reduce((m, v) => (Math.abs(v) > Math.abs(m) ? v : m), 0);
  const low = (q: number) => bytes[block + 2 + (q & 15)]! >> (q < 16 ? 0 : 4);
  expect(seen.block.codes.map((c) => c.code)).toEqual(seen.block.after.map((_, i) => (low(i) & 15) - 8));
  expect(seen.outliers[0]!.before).toBe(largest);
  expect(x[seen.outliers[0]!.row * cols + seen.outliers[0]!.col]).toBe(largest);
  expect(seen.histogram.high).toBeGreaterThanOrEqual(Math.abs(largest));
  await expect(inspectTensor(tensor, 256, 0)).rejects.toThrow(/there is no row 256, block 0/);
  await expect(inspectTensor(tensor, 0, cols / 32)).rejects.toThrow(/256 rows of \d+ blocks/);
});

test.each(quantFormats.filter((f) => f.groups).map((f) => [f.label, f] as const))(
  '%s: a weight is its scale times its code, less the minimum',
  (_, format) => {
    const next = seededRandom(11);
    const x = Float32Array.from({ length: 256 }, () => next() - 0.5);
    const bytes = format.encode(x, new Float32Array(256).fill(1));
    const block = bytes.subarray(0, format.block.bytes);
    const after = [...format.decode(block)];
    const codes = codesOf(format, block, after);
    expect(codes).toHaveLength(format.block.size);
    for (const [i, { code, step, low }] of codes.entries())
      expect(Math.abs(step * code - low - after[i]!)).toBeLessThan(1e-6);
    // IQ1 codebooks hold three codes, each shifted by an eighth up or down.
    const isShifted = format.label.startsWith('IQ1');
    expect(codes.every((c) => Number.isInteger(c.code))).toBe(!isShifted);
    const used = new Set(codes.map((c) => c.code)).size;
    expect(used).toBeGreaterThan(1);
    const bits = Math.ceil((8 * format.block.bytes) / format.block.size);
    expect(used).toBeLessThanOrEqual(isShifted ? 6 : 2 ** bits);
  },
);
