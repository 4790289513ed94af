// The private file system is full, or loses files while they are in use: nothing half-written stays, and nothing that was
// lost is taken for zeros.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { memorySource } from '../files/byte-source';
import { BLOCK_BYTES, cachedSource } from '../files/hub/block-cache';
import { writeFile } from '../pipeline/write-file';
import { abortedOnFailure } from '../files/byte-sink';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel } from '../quant/file-types';
import { planBytes } from '../testing/codec-hash';
import { codecEncoder } from '../testing/disk/codec-encoder';
import { MemoryDisk } from '../testing/disk/memory-disk';
import { openTiny } from '../testing/tiny-engine';
import { TINY } from '../../bench/models/tiny-llama';
import { openPrivateStore } from './private-store';
import { privateFileSink } from './sinks';

let disk: MemoryDisk;
beforeEach(() => {
  disk = new MemoryDisk();
  vi.stubGlobal('navigator', disk.navigator);
});

const model = await openTiny({ ...TINY, layers: 1, vocabulary: 96 });
const plan = planQuantization(model, fileTypeByLabel('Q8_0')!);
const want = await planBytes(plan);
const encoder = codecEncoder(40_000);

describe('a full disk', () => {
  test.each(['exports', 'library'] as const)(
    '%s: a file is whole, or nothing of it is left',
    async (folder) => {
      for (let room = 0; room <= want.length; room += Math.ceil(want.length / 17)) {
        disk = new MemoryDisk();
        vi.stubGlobal('navigator', disk.navigator);
        disk.roomBytes = room;
        const { sink } = await privateFileSink('tiny.gguf', folder);
        const work = () => writeFile(plan, sink, encoder);
        await expect(abortedOnFailure(sink, work)).rejects.toMatchObject({ name: 'QuotaExceededError' });
        expect(disk.usedBytes()).toBe(0);
        expect(await disk.locks.query()).toMatchObject({ held: [] });
        // With room again the same file is written.
        disk.roomBytes = Number.POSITIVE_INFINITY;
        const again = await privateFileSink('tiny.gguf', folder);
        await writeFile(plan, again.sink, encoder);
        const file = await again.finished();
        expect(file.size).toBe(want.length);
      }
    },
  );
  test('a sink that cannot be opened leaves neither folder nor lock', async () => {
    const { getDirectory } = (disk.navigator as { storage: { getDirectory(): Promise<object> } }).storage;
    const root = (await getDirectory()) as { getDirectoryHandle(name: string, o: object): Promise<object> };
    const exports = (await root.getDirectoryHandle('exports', { create: true })) as {
      getDirectoryHandle: () => Promise<never>;
    };
    exports.getDirectoryHandle = () => Promise.reject(new DOMException('no', 'UnknownError'));
    await expect(privateFileSink('tiny.gguf', 'exports')).rejects.toThrow('no');
    expect(await disk.locks.query()).toMatchObject({ held: [] });
  });
});

describe('the cache of a hub', () => {
  const SIZE = 3 * BLOCK_BYTES + 1000;
  const content = Uint8Array.from({ length: SIZE }, (_, i) => (i * 31 + (i >> 12)) & 255);
  const remote = () => {
    let fetched = 0;
    const source = memorySource('remote', content);
    return {
      source: {
        ...source,
        read: (start: number, end: number) => {
          fetched += end - start;
          return source.read(start, end);
        },
      },
      fetched: () => fetched,
    };
  };
  const open = () => openPrivateStore('a/b', 'model.gguf', '1', SIZE);
  const isRight = (bytes: Uint8Array) => Buffer.compare(bytes, content) === 0;
  const files = () => [...disk.root.folders.get('hub')!.folders.get('a%2Fb')!.contents];
  const named = (end: string) => files().find(([name]) => name.endsWith(end))![1];

  test.each([0, 1000, BLOCK_BYTES, BLOCK_BYTES + 3, 2.5 * BLOCK_BYTES, 10 * BLOCK_BYTES])(
    'with room for %i bytes reads what the network has, and on another day, too',
    async (room) => {
      disk.roomBytes = room;
      for (let day = 0; day < 2; day++) {
        const store = await open();
        const { source, fetched } = remote();
        const cached = cachedSource(source, store);
        for (let i = 0; i < 2; i++) expect(isRight(await cached.read(0, SIZE))).toBe(true);
        if (room > SIZE + 100) expect(fetched()).toBe(day === 0 ? SIZE : 0);
        store.close();
      }
    },
  );
  test('evicted between two days, in part or as a whole, it is fetched again', async () => {
    const losses: (() => void)[] = [
      () => disk.root.folders.clear(),
      () => (named('@1').bytes = new Uint8Array(0)),
      () => (named('@1').bytes = named('@1').bytes.slice(0, BLOCK_BYTES + 7)),
      () => (named('.index').bytes = new Uint8Array(0)),
      () => (named('.index').bytes = named('.index').bytes.slice(0, 6)),
    ];
    for (const lose of losses) {
      const first = await open();
      expect(isRight(await cachedSource(remote().source, first).read(0, SIZE))).toBe(true);
      first.close();
      lose();
      const second = await open();
      const { source, fetched } = remote();
      const cached = cachedSource(source, second);
      expect(isRight(await cached.read(0, SIZE))).toBe(true);
      expect(fetched()).toBeGreaterThan(0);
      // It is kept again: nothing is fetched a second time.
      const before = fetched();
      expect(isRight(await cached.read(0, SIZE))).toBe(true);
      expect(fetched()).toBe(before);
      second.close();
    }
  });
  test('lost while it is open, it is fetched again', async () => {
    const store = await open();
    const cached = cachedSource(remote().source, store);
    expect(isRight(await cached.read(0, SIZE))).toBe(true);
    named('@1').bytes = new Uint8Array(0);
    expect(isRight(await cached.read(0, SIZE))).toBe(true);
    store.close();
    // Its handles are gone: only the network is left.
    expect(isRight(await cached.read(0, SIZE))).toBe(true);
  });
});
