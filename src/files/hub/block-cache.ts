import type { ByteSource } from '../byte-source';

/** Remote files are cached in blocks of this size. */
export const BLOCK_BYTES = 1024 * 1024;
/** Maximum number of blocks per request. */
const MAX_BLOCKS = 16;

/** Storage for the blocks of one file, which other tabs may fill, too. */
export interface BlockStore {
  /** Takes note of what others stored meanwhile. */
  refresh(): Promise<void>;
  has(block: number): boolean;
  /** Bytes of a block; undefined where it is not there, or no longer whole. */
  get(block: number, sizeBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Stores consecutive blocks. Throws when the storage is full or was revoked. */
  put(first: number, blocks: readonly Uint8Array<ArrayBuffer>[]): Promise<void>;
}

/** Reads a remote file through a store, which persists between visits: no block that is there is fetched again. */
export function cachedSource(source: ByteSource, store: BlockStore): ByteSource {
  let full = false;
  const sizeOf = (block: number) => Math.min(BLOCK_BYTES, source.sizeBytes - block * BLOCK_BYTES);

  /** Fetches the blocks [from, to) and stores them until the store is full. */
  async function fetchRun(
    from: number,
    to: number,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const stop = Math.min(source.sizeBytes, to * BLOCK_BYTES);
    const bytes = await source.read(from * BLOCK_BYTES, stop, signal);
    const blocks = Array.from({ length: to - from }, (_, i) =>
      bytes.slice(i * BLOCK_BYTES, i * BLOCK_BYTES + sizeOf(from + i)),
    );
    try {
      if (!full) await store.put(from, blocks);
    } catch {
      // Storage is full or was revoked: read from the network only.
      full = true;
    }
    return bytes;
  }

  return {
    ...source,
    async read(start, end, signal) {
      const out = new Uint8Array(end - start);
      const put = (block: number, bytes: Uint8Array) => {
        const at = block * BLOCK_BYTES;
        const [from, to] = [Math.max(start, at), Math.min(end, at + bytes.length)];
        if (from < to) out.set(bytes.subarray(from - at, to - at), from - start);
      };
      const first = Math.floor(start / BLOCK_BYTES);
      const last = Math.ceil(end / BLOCK_BYTES);
      const isThere = (block: number) => store.has(block);
      if (!Array.from({ length: last - first }, (_, i) => first + i).every(isThere))
        await store.refresh().catch(() => {});
      for (let block = first; block < last; ) {
        const stored = isThere(block) ? await store.get(block, sizeOf(block)) : undefined;
        if (stored) {
          put(block, stored);
          block++;
          continue;
        }
        let stop = block + 1;
        while (stop < last && stop - block < MAX_BLOCKS && !isThere(stop)) stop++;
        put(block, await fetchRun(block, stop, signal));
        block = stop;
      }
      return out;
    },
  };
}
