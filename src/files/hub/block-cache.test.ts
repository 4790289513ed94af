import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteSource } from '../byte-source';
import { BLOCK_BYTES, type BlockStore, cachedSource } from './block-cache';

const SIZE = 5 * BLOCK_BYTES + 12_345;
const content = Uint8Array.from({ length: SIZE }, (_, i) => (i * 31 + (i >> 12)) & 255);

function remote(): ByteSource & { fetched: number } {
  return {
    name: 'remote',
    sizeBytes: SIZE,
    fetched: 0,
    read(start, end) {
      this.fetched += end - start;
      return Promise.resolve(content.slice(start, end));
    },
  };
}
/** A store of so many blocks, whose blocks can be cut short. */
function memoryStore(room = 100): BlockStore & { blocks: Map<number, Uint8Array<ArrayBuffer>> } {
  const blocks = new Map<number, Uint8Array<ArrayBuffer>>();
  return {
    blocks,
    refresh: () => Promise.resolve(),
    has: (block) => blocks.has(block),
    async get(block, sizeBytes) {
      const bytes = blocks.get(block);
      if (bytes?.length === sizeBytes) return bytes;
      blocks.delete(block);
      return undefined;
    },
    async put(first, more) {
      if (blocks.size + more.length > room) throw new DOMException('full', 'QuotaExceededError');
      for (const [i, bytes] of more.entries()) blocks.set(first + i, bytes);
    },
  };
}
const range = fc
  .tuple(fc.nat(SIZE - 1), fc.nat(2 * BLOCK_BYTES))
  .map(([start, length]) => [start, Math.min(SIZE, start + length)] as const);

test('any ranges are those of the file, and no block is fetched twice, nor on another day', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(range, { maxLength: 8 }), fc.nat(7), async (ranges, room) => {
      const source = remote();
      const store = memoryStore(room < 6 ? room : 100);
      const cached = cachedSource(source, store);
      const readAll = async (from: ByteSource) => {
        for (const [start, end] of ranges)
          expect(Buffer.compare(await from.read(start, end), content.subarray(start, end))).toBe(0);
      };
      await readAll(cached);
      if (room < 6) return;
      expect(source.fetched).toBeLessThanOrEqual(SIZE);
      const before = source.fetched;
      await readAll(cachedSource(source, store));
      expect(source.fetched).toBe(before);
    }),
    { numRuns: 40 },
  );
});

test('a store that is full is left alone; the network goes on', async () => {
  const source = remote();
  const cached = cachedSource(source, memoryStore(2));
  for (let i = 0; i < 2; i++) expect(Buffer.compare(await cached.read(0, SIZE), content)).toBe(0);
  expect(source.fetched).toBe(2 * SIZE);
});

test('a block that is no longer whole is fetched again', async () => {
  const source = remote();
  const store = memoryStore();
  await cachedSource(source, store).read(0, SIZE);
  store.blocks.set(1, store.blocks.get(1)!.slice(0, 5));
  expect(Buffer.compare(await cachedSource(source, store).read(0, SIZE), content)).toBe(0);
  expect(source.fetched).toBe(SIZE + BLOCK_BYTES);
});
