import { describe, expect, test } from 'vitest';
import { imatrixDat, imatrixGguf } from '../testing/imatrix-files';
import { tinyGguf } from '../../bench/models/tiny-llama';
import { memorySource } from './byte-source';
import { filterImatrix, type ImportanceMatrix, isImatrix, readImatrix } from './imatrix';

const matrix: ImportanceMatrix = {
  label: 'it',
  datasets: ['calibration.txt'],
  chunks: 9,
  entries: new Map([
    ['blk.0.attn_q.weight', Float32Array.of(1, 2, 0.5, 4)],
    ['blk.0.ffn_down.weight', Float32Array.of(8, 0.25)],
  ]),
};
const files = [
  { kind: 'GGUF', source: memorySource('it', imatrixGguf(matrix)) },
  { kind: 'dat', source: memorySource('it', imatrixDat(matrix)) },
];

describe('importance matrices', () => {
  test.each(files)('$kind: means of the sums, the text and the chunks', async ({ source }) => {
    expect(await readImatrix(source)).toEqual(matrix);
  });
  test('a matrix that no token reached counts 1', async () => {
    const bytes = imatrixGguf({ ...matrix, entries: new Map([['a', Float32Array.of(3, 5)]]) });
    // The last tensor is the count.
    new DataView(bytes.buffer).setFloat32(bytes.length - 32, 0, true);
    expect((await readImatrix(memorySource('it', bytes))).entries.get('a')).toEqual(Float32Array.of(1, 1));
  });
  test('is told from a model by its header, and by the names of older ones', async () => {
    expect(await isImatrix(files[0]!.source)).toBe(true);
    expect(await isImatrix(memorySource('imatrix.dat', new Uint8Array(8)))).toBe(true);
    expect(await isImatrix(memorySource('model.gguf', tinyGguf()))).toBe(false);
    expect(await isImatrix(memorySource('empty', new Uint8Array(0)))).toBe(false);
  });
  test('weights are included and excluded by parts of their names', () => {
    const names = (include: string[], exclude: string[]) => [
      ...filterImatrix(matrix, include, exclude).entries.keys(),
    ];
    expect(names(['ffn'], [])).toEqual(['blk.0.ffn_down.weight']);
    expect(names([], ['ffn'])).toEqual(['blk.0.attn_q.weight']);
    expect(names([], [])).toHaveLength(2);
  });
  test('what is not finite is named', async () => {
    const bad = { ...matrix, entries: new Map([['blk.3.attn_k.weight', Float32Array.of(1, Number.NaN)]]) };
    const wanted = /it: blk\.3\.attn_k\.weight is NaN at column 1; expected .*finite/;
    await expect(readImatrix(memorySource('it', imatrixGguf(bad)))).rejects.toThrow(wanted);
    await expect(readImatrix(memorySource('it', imatrixDat(bad)))).rejects.toThrow(wanted);
  });
  test('a model, noise and every cut of a file are refused, with the place', async () => {
    await expect(readImatrix(memorySource('m.gguf', tinyGguf()))).rejects.toThrow(
      /m\.gguf: no tensor ends in/,
    );
    await expect(readImatrix(memorySource('n', new Uint8Array(64).fill(255)))).rejects.toThrow(
      /n: -1 tensors in 64 bytes/,
    );
    const bytes = imatrixDat(matrix);
    const ends = bytes.length - 8 - 'calibration.txt'.length;
    for (let n = 0; n < bytes.length; n++)
      if (n !== ends)
        await expect(readImatrix(memorySource('cut', bytes.slice(0, n))), String(n)).rejects.toThrow(
          /^cut: /,
        );
  });
});
