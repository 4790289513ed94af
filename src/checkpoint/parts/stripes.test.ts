// Weights larger than a stripe: memory, reads and values, over codes that a formula makes.
import { expect, test } from 'vitest';
import { ggmlTypeByLabel } from '../../files/ggml-types';
import type { SafeTensor } from '../../files/safetensors/read';
import { awqWeight } from '../awq/awq';
import { gptqWeight } from '../gptq/weight';
import { MIB } from '../../util/bytes';
import { Stored } from './stored';
import { readColumns } from './stripes';

interface Reads {
  count: number;
  bytes: number;
  largest: number;
}

/** A matrix whose words are made as they are read. */
function madeUp(
  name: string,
  shape: readonly [number, number],
  dtype: 'I32' | 'F16',
  word: (row: number, col: number) => number,
  reads?: Reads,
): SafeTensor {
  const each = dtype === 'I32' ? 4 : 2;
  const [rows, cols] = shape;
  return {
    name,
    shape,
    dtype,
    type: ggmlTypeByLabel(dtype),
    sizeBytes: rows * cols * each,
    read(start, end) {
      const first = start / each;
      const values = (
        each === 4 ? new Uint32Array((end - start) / 4) : new Uint16Array((end - start) / 2)
      ).map((_, i) => word(Math.floor((first + i) / cols), (first + i) % cols));
      if (reads) {
        reads.count++;
        reads.bytes += end - start;
        reads.largest = Math.max(reads.largest, end - start);
      }
      return Promise.resolve(new Uint8Array(values.buffer));
    },
  };
}

const hash = (row: number, col: number) =>
  (Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(col + 7, 0x85ebca6b)) >>> 0;
/** float16 of 1 + (g % 8)/8. */
const half = (group: number) => 0x3c00 + (group % 8) * 128;
const scaleOf = (group: number) => 1 + (group % 8) / 8;

test('GPTQ of 32 MiB: rows in order are read once, in stripes, without holding the weight', async () => {
  const [inputs, outputs, groups] = [16384, 4096, 128];
  const reads = { count: 0, bytes: 0, largest: 0 };
  const codes = madeUp('m.qweight', [inputs / 8, outputs], 'I32', hash, reads);
  const stored = new Stored(
    [
      codes,
      madeUp('m.qzeros', [groups, outputs / 8], 'I32', () => 0x77777777),
      madeUp('m.scales', [groups, outputs], 'F16', half),
    ],
    'tiny',
  );
  gptqWeight(stored, 'm', { bits: 4, groupSize: 128, zerosLessOne: true, needsGroups: false });
  const [weight] = stored.rest();
  const rowBytes = inputs * 4;
  const step = 256;
  for (let row = 0; row < outputs; row += step) {
    const rows = new Float32Array(
      (await weight!.read(row * rowBytes, (row + step) * rowBytes)).slice().buffer,
    );
    for (const at of [0, 1, 8, 127, 128, inputs - 1, inputs * 100 + 77, rows.length - 1]) {
      const [out, input] = [row + Math.floor(at / inputs), at % inputs];
      const code = (hash(Math.floor(input / 8), out) >>> ((input % 8) * 4)) & 15;
      expect(rows[at], `${out},${input}`).toBe(scaleOf(Math.floor(input / 128)) * (code - 8));
    }
  }
  // Four stripes of 12 MiB with their scales; what lies between their pieces is read along, so each passes over all.
  expect(reads.bytes).toBeLessThanOrEqual(4 * codes.sizeBytes);
  expect(reads.count).toBeLessThan(40);
  expect(reads.largest).toBeLessThanOrEqual(4 * MIB);
});

test('AWQ: rows that a slice takes from two stripes', async () => {
  const [inputs, outputs] = [32768, 2048];
  const reads = { count: 0, bytes: 0, largest: 0 };
  const stored = new Stored(
    [
      madeUp('m.qweight', [inputs, outputs / 8], 'I32', hash, reads),
      madeUp('m.qzeros', [1, outputs / 8], 'I32', () => 0x88888888),
      madeUp('m.scales', [1, outputs], 'F16', () => half(3)),
    ],
    'tiny',
  );
  awqWeight(stored, 'm', -1);
  const [weight] = stored.rest();
  const shifts = [0, 16, 4, 20, 8, 24, 12, 28];
  for (let from = 600; from < 900; from += 100) {
    const rows = new Float32Array(
      (await weight!.read(from * inputs * 4, (from + 2) * inputs * 4)).slice().buffer,
    );
    for (const at of [0, 5, inputs - 1, inputs, inputs + 9]) {
      const [out, input] = [from + Math.floor(at / inputs), at % inputs];
      const code = (hash(input, Math.floor(out / 8)) >>> shifts[out % 8]!) & 15;
      expect(rows[at], `${out},${input}`).toBe(scaleOf(3) * (code - 8));
    }
  }
  expect(reads.count).toBeLessThan(40);
});

test('pieces that lie far apart are read one by one, near ones along with what is between', async () => {
  const reads = { count: 0, bytes: 0, largest: 0 };
  const far = madeUp('far', [4, 100_000], 'I32', hash, reads);
  const got = new Uint32Array((await readColumns(far, 40, 80)).slice().buffer);
  expect([...got]).toEqual(
    [0, 1, 2, 3].flatMap((row) => Array.from({ length: 10 }, (_, i) => hash(row, 10 + i))),
  );
  expect([reads.count, reads.bytes]).toEqual([4, 160]);
  const near = madeUp('near', [4, 100], 'I32', hash, reads);
  await readColumns(near, 40, 80);
  expect([reads.count, reads.bytes]).toEqual([5, 160 + 3 * 400 + 40]);
});
