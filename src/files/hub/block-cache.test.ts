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
function memoryStore(room = 100): BlockStore & { index: number[] } {
  const slots: Uint8Array<ArrayBuffer>[] = [];
  const index: number[] = [];
  return {
    index,
    read: (slot, bytes) => slots[slot]!.slice(0, bytes),
    append(block, bytes) {
      if (slots.length >= room) throw new DOMException('full', 'QuotaExceededError');
      slots.push(bytes);
      index.push(block);
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
      expect(new Set(store.index).size).toBe(store.index.length);
      const before = source.fetched;
      await readAll(cachedSource(source, store));
      expect(source.fetched).toBe(before);
    }),
    { numRuns: 40 },
  );
});

test('a store that fails is left alone; the network goes on', async () => {
  const source = remote();
  const cached = cachedSource(source, memoryStore(2));
  for (let i = 0; i < 2; i++) expect(Buffer.compare(await cached.read(0, SIZE), content)).toBe(0);
  expect(source.fetched).toBe(SIZE + SIZE - 2 * BLOCK_BYTES);
});
