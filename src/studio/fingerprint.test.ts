import { expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { readGguf } from '../files/gguf/read';
import { TINY, tinyGguf } from '../../bench/models/tiny-llama';
import { fingerprintOf, matrixFingerprint } from './fingerprint';

test('models are told apart by tensors and their first bytes, matrices by their numbers and not by their names', async () => {
  const of = async (shape: typeof TINY) =>
    fingerprintOf(await readGguf(memorySource('a name', tinyGguf(shape))));
  const one = await of(TINY);
  expect(await of(TINY)).toBe(one);
  expect(await of({ ...TINY, layers: 1 })).not.toBe(one);
  const matrix = (label: string, value: number) => ({
    label,
    datasets: [],
    chunks: 1,
    entries: new Map([['blk.0.attn_q.weight', Float32Array.of(1, value)]]),
  });
  expect(matrixFingerprint(matrix('a', 2))).toBe(matrixFingerprint(matrix('b', 2)));
  expect(matrixFingerprint(matrix('a', 2))).not.toBe(matrixFingerprint(matrix('a', 3)));
});
