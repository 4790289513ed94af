import { expect, test } from 'vitest';
import type { Gpu } from '../gpu/gpu';
import { formatByLabel } from '../quant/registry';
import { decodePathOf, stagedRows } from './blocks/matvec';
import { longRowsNote } from './long-rows';

const device = (workgroupBytes: number, features: string[] = []) =>
  ({
    device: {
      features: new Set(features),
      limits: { maxComputeWorkgroupStorageSize: workgroupBytes },
    },
  }) as unknown as Gpu;
const q4 = formatByLabel('Q4_0')!;

test('16 KiB of workgroup memory hold the activations of rows up to a length, which is said', () => {
  const gpu = device(16384);
  const staged = stagedRows(gpu, 'int8');
  const { maxColumns } = staged;
  expect(maxColumns).toBe(11_980);
  expect(decodePathOf(gpu, 'int8', q4, maxColumns)).toBe('int8');
  expect(decodePathOf(gpu, 'int8', q4, maxColumns + 1)).toBe('float32');
  expect(longRowsNote(staged, [[4096, 12_080], [maxColumns, 4096], [20_000]])).toBeUndefined();
  const note = longRowsNote(staged, [
    [12_080, 4096],
    [14_336, 4096, 8],
  ]);
  expect(note).toMatch(/^2 matrices have rows of up to 14,336 weights; 16\.0 KiB of workgroup memory/);
});

test('with more memory, or another path, other rows are long', () => {
  expect(stagedRows(device(32768), 'int8').maxColumns).toBe(25_088);
  expect(stagedRows(device(32768, ['shader-f16']), 'float16').maxColumns).toBe(12_544);
  expect(stagedRows(device(32768), 'float16').maxColumns).toBe(0);
  expect(stagedRows(device(16384), 'float32').maxColumns).toBe(0);
  expect(longRowsNote(stagedRows(device(16384), 'float32'), [[99_999, 2]])).toBeUndefined();
});
