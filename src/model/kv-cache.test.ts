import { expect, test } from 'vitest';
import { kvSplitCount, maxKvSplits } from './kv-cache';

const shapes = [
  { shortest: 256, evenSplits: 16 },
  { shortest: 64, evenSplits: 16 },
  { shortest: 128, evenSplits: 32 },
  { shortest: 32, evenSplits: 32 },
];

test.each(shapes)('no context is cut into more KV splits than its buffer holds: %o', (splits) => {
  for (let positions = 1; positions <= 20_000; positions++) {
    const context = Math.ceil(positions / 32) * 32;
    const count = kvSplitCount(positions, 0, splits);
    if (count > maxKvSplits(context)) throw new Error(`${positions} positions: ${count} KV splits`);
    // The smallest context that holds them is the hardest; a window cuts as a shorter context does.
    expect(kvSplitCount(positions, 512, splits)).toBe(kvSplitCount(Math.min(positions, 512), 0, splits));
  }
});

test('splits are of even length between the shortest and the longest', () => {
  const splits = { shortest: 64, evenSplits: 16 };
  expect([1, 64, 65, 1024, 1025, 4096, 4097].map((n) => kvSplitCount(n, 0, splits))).toEqual([
    1, 1, 2, 16, 11, 16, 17,
  ]);
});
