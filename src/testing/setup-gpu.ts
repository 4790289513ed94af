// Runs around every file of GPU tests: files share a device, and none leaves anything on it.
import { afterAll, expect } from 'vitest';
import { leftBehind } from './device';

afterAll(() => {
  expect(leftBehind()).toEqual([]);
});
