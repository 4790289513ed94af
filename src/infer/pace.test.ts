import { expect, test } from 'vitest';
import { MAX_BATCH, Pace } from './pace';

test('batches grow on a fast device up to their most, and shrink at once on a slow one', () => {
  const pace = new Pace();
  const batches = (tokenMs: number, count: number) =>
    Array.from({ length: count }, () => pace.next(tokenMs, 100));
  expect(batches(2, 5)).toEqual([1, 2, 4, MAX_BATCH, MAX_BATCH]);
  expect(batches(40, 2)).toEqual([2, 2]);
  expect(batches(80, 1)).toEqual([1]);
  expect(pace.next(2, 1)).toBe(1);
});

test('a token that is too long for a submit is told apart', () => {
  const pace = new Pace();
  expect(pace.next(500, 10)).toBe(0);
  expect(pace.next(10, 10)).toBe(1);
});
