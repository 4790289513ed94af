import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openModel } from '../../pipeline/open';
import { tinyGguf } from '../../../bench/models/tiny-llama';
import { checkpointFiles, recipes } from '../../testing/checkpoints';
import { FakeHub } from '../../testing/fake-hub';
import { openTestModel } from '../../testing/text/sandbox';
import { CancelledError } from '../../util/errors';
import { memorySource } from '../byte-source';
import { ReadAhead } from '../read-ahead';
import { cachedSource } from './block-cache';
import type { HttpOptions } from './http';
import { openHub } from './hub';

const hub = new FakeHub();
let origin: string;
const gguf = tinyGguf();

beforeAll(async () => {
  origin = await hub.start();
  hub.add('org/one', [{ path: 'one.gguf', bytes: gguf }]);
});
afterAll(() => hub.stop());
beforeEach(() => {
  hub.troubles = [];
  hub.log.length = 0;
});

const sleep = () => Promise.resolve();
const opened = async (options: HttpOptions = {}) =>
  (await openHub(`${origin}/org/one`, { sleep, ...options })).files[0]!;
const open = (n: number) => vi.waitFor(() => expect(hub.openConnections).toBe(n));
const failed = (promise: Promise<unknown>) => promise.catch((e: unknown) => e);

describe('a connection is let go of', () => {
  test('when the read is stopped of which nothing comes', async () => {
    const file = await opened();
    const store = {
      refresh: () => Promise.resolve(),
      has: () => false,
      get: () => Promise.resolve(undefined),
      put: () => Promise.resolve(),
    };
    for (const source of [file, cachedSource(file, store)]) {
      hub.troubles = [{ kind: 'stall', after: 100 }];
      const stop = new AbortController();
      const read = failed(source.read(0, 5000, stop.signal));
      await open(1);
      stop.abort();
      expect(await read).toBeInstanceOf(CancelledError);
      await open(0);
    }
  });
  test('when opening is stopped in the header', async () => {
    const file = await opened();
    hub.troubles = [{ kind: 'stall', after: 2 }];
    const stop = new AbortController();
    const opening = failed(openModel([file], 'one', {}, { signal: stop.signal }));
    await open(1);
    stop.abort();
    expect(await opening).toBeInstanceOf(CancelledError);
    await open(0);
  });
  test('when nobody takes what was read ahead', async () => {
    const file = await opened();
    const stalls = () => {
      hub.troubles = [{ kind: 'stall', after: 9 }];
    };
    const reads = new ReadAhead([
      (until) => file.read(0, 100, until).finally(stalls),
      (until) => file.read(100, 200, until),
    ]);
    await reads.take();
    await open(1);
    reads.release();
    await open(0);
  });
  test('before the read is tried again: a stall, a refusal that does not end, another range', async () => {
    const file = await opened({ stallMs: 500, sleep: () => open(0) });
    hub.troubles = [
      { kind: 'stall', after: 1000 },
      { kind: 'endless status', status: 503 },
      { kind: 'stall', after: 0 },
    ];
    expect(Buffer.compare(await file.read(0, 5000), gguf.subarray(0, 5000))).toBe(0);
    const ranges = hub.log.filter((l) => l.startsWith('/cdn')).map((l) => l.split(' ')[1]);
    expect(ranges.length).toBeGreaterThanOrEqual(4);
    expect([...new Set(ranges)]).toEqual(['bytes=0-4999', 'bytes=1000-4999']);
    await open(0);
    hub.troubles = [{ kind: 'wrong range' }];
    await expect(file.read(100, 200)).rejects.toThrow(/the server answers with/);
    await open(0);
  });
  test('when a hub that stalls is given up on', async () => {
    const file = await opened({ stallMs: 300 });
    hub.troubles = Array.from({ length: 6 }, () => ({ kind: 'stall', after: 0 }) as const);
    await expect(file.read(0, 10)).rejects.toThrow(/one\.gguf: nothing came for 0\.3 s, after 6 attempts/);
    await open(0);
  });
});

test.each(Object.keys(recipes))(
  'every tensor of %s hands its signal to the file that it is read from',
  async (name) => {
    const seen = new Set<AbortSignal | undefined>();
    const files = checkpointFiles(name, 'x').map((f) => {
      const source = memorySource(f.path, f.bytes);
      return {
        ...source,
        read(start: number, end: number, signal?: AbortSignal) {
          seen.add(signal);
          return source.read(start, end);
        },
      };
    });
    const { tensors } = await openTestModel(files, name);
    seen.clear();
    const { signal } = new AbortController();
    for (const tensor of tensors) await tensor.read(0, Math.min(256, tensor.sizeBytes), signal);
    expect([...seen]).toEqual([signal]);
  },
);
