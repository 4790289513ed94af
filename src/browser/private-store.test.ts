import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { HubSource } from '../files/hub/hub';
import { BLOCK_BYTES } from '../files/hub/block-cache';
import { MemoryDisk } from '../testing/disk/memory-disk';
import { Downloads } from './downloads';
import { listDownloads } from './private-store';

const SIZE = 6 * BLOCK_BYTES + 99;
const content = Uint8Array.from({ length: SIZE }, (_, i) => (i * 7 + (i >> 11)) & 255);
const REPOSITORY = { repository: 'org/model', address: 'org/model:Q8_0' };

/** A file of a hub that counts the bytes it is asked for. */
function hubFile(): HubSource & { fetched: number } {
  return {
    name: 'model/a.gguf',
    path: 'a.gguf',
    version: 'v1',
    sizeBytes: SIZE,
    fetched: 0,
    read(start, end) {
      this.fetched += end - start;
      return Promise.resolve(content.slice(start, end));
    },
  };
}
/** A tab that has the model open. */
async function tab() {
  const file = hubFile();
  const downloads = new Downloads();
  const [source] = await downloads.open([file], REPOSITORY, (sources) => Promise.resolve(sources));
  const read = async (from: number, to: number) => {
    const [start, end] = [from * BLOCK_BYTES, Math.min(SIZE, to * BLOCK_BYTES)];
    expect(Buffer.compare(await source!.read(start, end), content.subarray(start, end))).toBe(0);
  };
  return { file, downloads, read };
}

let disk: MemoryDisk;
beforeEach(() => {
  disk = new MemoryDisk();
  vi.stubGlobal('navigator', disk.navigator);
});

describe('two tabs with one model of a hub', () => {
  test('fetch each block once between them, and nothing that is there', async () => {
    const [a, b] = [await tab(), await tab()];
    await a.read(0, 3);
    await b.read(0, 5);
    await a.read(2, 7);
    await Promise.all([a.read(0, 7), b.read(0, 7)]);
    expect(a.file.fetched + b.file.fetched).toBe(SIZE);
    const later = await tab();
    await later.read(0, 7);
    expect(later.file.fetched).toBe(0);
  });
  test('that fetch the same at the same time keep both right', async () => {
    const [a, b] = [await tab(), await tab()];
    await Promise.all([a.read(0, 7), b.read(1, 6)]);
    await Promise.all([a.read(0, 7), b.read(0, 7)]);
    const later = await tab();
    await later.read(0, 7);
    expect(later.file.fetched).toBe(0);
    expect((await listDownloads())[0]!.models).toEqual([
      { address: REPOSITORY.address, fetchedBytes: SIZE, totalBytes: SIZE },
    ]);
  });
  test('in a browser that opens a file once, the second reads what the first stores', async () => {
    disk.hasUnsafe = false;
    const [a, b] = [await tab(), await tab()];
    await a.read(0, 4);
    await b.read(0, 5);
    expect(b.file.fetched).toBe(BLOCK_BYTES);
    a.downloads.close();
    const later = await tab();
    await later.read(0, 7);
    expect(later.file.fetched).toBe(SIZE - 4 * BLOCK_BYTES);
  });
  test('do not delete it under each other', async () => {
    const [a, b] = [await tab(), await tab()];
    b.downloads.close();
    await expect(b.downloads.delete('org/model')).rejects.toThrow('open in another tab');
    a.downloads.close();
    // A lock is free a turn after it is let go.
    await new Promise((resolve) => setTimeout(resolve));
    await b.downloads.delete('org/model');
    expect(await listDownloads()).toEqual([]);
  });
});

test('a tab killed in the middle keeps what it fetched, and how much is left is told', async () => {
  const a = await tab();
  await a.read(0, 2);
  disk.partOfLast = 0.5;
  disk.stepsLeft = 1;
  await a.read(2, 4);
  disk.revive();
  expect(await listDownloads()).toMatchObject([
    { repository: 'org/model', models: [{ fetchedBytes: 2 * BLOCK_BYTES, totalBytes: SIZE }] },
  ]);
  const b = await tab();
  await b.read(0, 7);
  expect(b.file.fetched).toBe(SIZE - 2 * BLOCK_BYTES);
});
