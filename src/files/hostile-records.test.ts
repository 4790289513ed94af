// Sizes and figures that importance matrices, recipes and reports state are checked before anything follows from them.
import { describe, expect, test } from 'vitest';
import { tinyMetadata } from '../../bench/models/tiny-llama';
import { parseRecipe } from '../evaluate/recipe';
import { parseReport } from '../store/results/report';
import { endless, refused } from '../testing/files/endless';
import { imatrixDat } from '../testing/imatrix-files';
import { NibbleError } from '../util/errors';
import { memorySource } from './byte-source';
import { ggufHeader } from './gguf/write';
import { readImatrix } from './imatrix';

const MIB = 1 << 20;
const SHAPE = { width: 32, ffn: 64, layers: 1, heads: 4, kvHeads: 2, vocabulary: 300, context: 32 };

describe('importance matrices, recipes and reports', () => {
  const matrix = {
    label: 'it',
    datasets: ['t'],
    chunks: 9,
    entries: new Map([['a', Float32Array.of(1, 2, 3, 4)]]),
  };
  const dat = imatrixDat(matrix);
  test('counts of the older format', async () => {
    const word = (at: number, value: number) => {
      const bytes = new Uint8Array(dat);
      new DataView(bytes.buffer).setInt32(at, value, true);
      return bytes;
    };
    // Tensors, length of the name, calls, columns.
    for (const at of [0, 4, 9, 13])
      for (const value of [-1, -(2 ** 31), 2 ** 31 - 1, 1e9]) {
        if (at === 9 && value > 0) continue;
        await expect(
          readImatrix(memorySource('it', word(at, value))),
          `${at}: ${value}`,
        ).rejects.toBeInstanceOf(NibbleError);
        const { source, read } = endless('it', word(at, value), 2 ** 33);
        await refused(() => readImatrix(source), 'it');
        expect(read().total).toBeLessThan(64 * MIB);
      }
  });
  test('a negative mean of squares', async () => {
    const bad = { ...matrix, entries: new Map([['a', Float32Array.of(1, -2)]]) };
    await expect(readImatrix(memorySource('it', imatrixDat(bad)))).rejects.toThrow(/a is -2 at column 1/);
  });
  test('a GGUF whose count of chunks is none', async () => {
    const header = ggufHeader(
      new Map([...tinyMetadata(SHAPE), ['imatrix.chunk_count', { type: 6, value: Number.NaN }]]),
      [],
    );
    await expect(readImatrix(memorySource('it', header))).rejects.toBeInstanceOf(NibbleError);
  });
  const recipe = { format: 'nibble-recipe', version: 1, fileType: 'Q4_0', fileBytes: 10, expectedKl: 0 };
  test.each([
    ['a size that is no whole number', { fileBytes: 0.5 }],
    ['a negative divergence', { expectedKl: -1 }],
    ['a tensor twice', { tensorTypes: [1, 2].map(() => ({ name: 'a', type: 'Q4_0' })) }],
    ['a million tensors', { tensorTypes: Array(1e6).fill({ name: 'a', type: 'Q4_0' }) }],
  ])('a recipe with %s', (_, change) => {
    const all = { ...recipe, tensorTypes: [{ name: 'a', type: 'Q4_0' }], ...change };
    expect(() => parseRecipe('r.json', JSON.stringify(all))).toThrow(NibbleError);
  });
  test('files of a hundred megabytes of text', () => {
    const long = ' '.repeat(2e7);
    expect(() => parseRecipe('r.json', long)).toThrow(/20000000 characters/);
    expect(() => parseReport('r.json', long)).toThrow(/20000000 characters/);
  });
});
