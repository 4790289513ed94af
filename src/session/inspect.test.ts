import { expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { readGguf } from '../files/gguf/read';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel } from '../quant/file-types';
import { formatByLabel } from '../quant/registry';
import { TINY, tinyGguf } from '../testing/tiny-llama';
import { inspectTensor } from './inspect';

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
  // The whole tensor is in the sample.
  expect(seen.sampledRows).toBe(256);
  const sum = (bins: readonly number[]) => bins.reduce((a, b) => a + b, 0);
  expect([sum(seen.histogram.before), sum(seen.histogram.after)]).toEqual([x.length, x.length]);
  const largest = x.reduce((m, v) => (Math.abs(v) > Math.abs(m) ? v : m), 0);
  expect(seen.outliers[0]!.before).toBe(largest);
  expect(x[seen.outliers[0]!.row * cols + seen.outliers[0]!.col]).toBe(largest);
  expect(seen.histogram.high).toBeGreaterThanOrEqual(Math.abs(largest));
  await expect(inspectTensor(tensor, 256, 0)).rejects.toThrow(/there is no row 256, block 0/);
  await expect(inspectTensor(tensor, 0, cols / 32)).rejects.toThrow(/256 rows of \d+ blocks/);
});
