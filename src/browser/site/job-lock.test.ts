import { afterEach, expect, test, vi } from 'vitest';
import { whileJob } from './job-lock';

const withLocks = (request: unknown) => vi.stubGlobal('navigator', { locks: { request } });
afterEach(() => vi.unstubAllGlobals());

test('work is done under the lock, and its failure is its own', async () => {
  const request = vi.fn((_: string, __: object, work: () => Promise<unknown>) => work());
  withLocks(request);
  expect(await whileJob(() => Promise.resolve(3))).toBe(3);
  const work = vi.fn(() => Promise.reject(new Error('its own')));
  await expect(whileJob(work)).rejects.toThrow('its own');
  expect(work).toHaveBeenCalledTimes(1);
  expect(request).toHaveBeenCalledTimes(2);
});

test('where locks are denied, or there are none, work is done once without', async () => {
  const work = vi.fn(() => Promise.resolve(3));
  withLocks(() => Promise.reject(new DOMException('The request was denied.', 'SecurityError')));
  expect(await whileJob(work)).toBe(3);
  vi.stubGlobal('navigator', {});
  expect(await whileJob(work)).toBe(3);
  expect(work).toHaveBeenCalledTimes(2);
});
