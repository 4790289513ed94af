import { expect, test } from 'vitest';
import { MAX_BATCH, Pace } from './pace';

test('batches grow on a fast device up to their most, and shrink on a slow one to one', () => {
  const pace = new Pace();
  expect(pace.batch).toBe(1);
  for (let i = 0; i < 9; i++) pace.record(pace.batch, pace.batch * 2);
  expect(pace.batch).toBe(MAX_BATCH);
  for (let i = 0; i < 9; i++) pace.record(pace.batch, pace.batch * 500);
  expect(pace.batch).toBe(1);
  pace.record(1, 80);
  expect(pace.batch).toBe(1);
});
