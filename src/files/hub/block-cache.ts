import type { ByteSource } from '../byte-source';

/** Remote files are cached in blocks of this size. */
export const BLOCK_BYTES = 1024 * 1024;
/** Maximum number of blocks per request. */
const MAX_BLOCKS = 16;

/** Storage for the blocks of one file, in order of arrival. Throws when the storage is full. */
export interface BlockStore {
  /** Block numbers by slot. */
  readonly index: readonly number[];
  /** Fewer bytes, or an error, where the storage has lost some. */
  read(slot: number, bytes: number): Uint8Array<ArrayBuffer>;
  /** Stores a block in the next slot. */
  append(block: number, bytes: Uint8Array<ArrayBuffer>): void;
}

/** Reads a remote file through a store, which persists between visits: no block is fetched twice. */
export function cachedSource(source: ByteSource, store: BlockStore): ByteSource {
  const slots = new Map(store.index.map((block, slot) => [block, slot]));
  let full = false;
  const sizeOf = (block: number) => Math.min(BLOCK_BYTES, source.sizeBytes - block * BLOCK_BYTES);

  /** Fetches the blocks [from, to) and stores them until the store is full. */
  async function fetchRun(from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await source.read(from * BLOCK_BYTES, Math.min(source.sizeBytes, to * BLOCK_BYTES));
    for (let block = from; block < to && !full; block++) {
      const at = (block - from) * BLOCK_BYTES;
      try {
        store.append(block, bytes.slice(at, at + sizeOf(block)));
        slots.set(block, store.index.length - 1);
      } catch {
        // Storage is full or was revoked: read from the network only.
        full = true;
      }
    }
    return bytes;
  }

  /** A block that is stored; undefined where it is not, or no longer: browsers evict files. It is then fetched again. */
  function fromStore(block: number): Uint8Array<ArrayBuffer> | undefined {
    const slot = slots.get(block);
    if (slot === undefined) return undefined;
    try {
      const bytes = store.read(slot, sizeOf(block));
      if (bytes.length === sizeOf(block)) return bytes;
    } catch {
      // The same as missing.
    }
    // The others may be gone as well, and a block stored now would leave zeros in their places.
    slots.clear();
    full = true;
    return undefined;
  }

  return {
    ...source,
    async read(start, end) {
      const out = new Uint8Array(end - start);
      const put = (block: number, bytes: Uint8Array) => {
        const at = block * BLOCK_BYTES;
        const [from, to] = [Math.max(start, at), Math.min(end, at + bytes.length)];
        if (from < to) out.set(bytes.subarray(from - at, to - at), from - start);
      };
      const last = Math.ceil(end / BLOCK_BYTES);
      for (let block = Math.floor(start / BLOCK_BYTES); block < last; ) {
        const kept = fromStore(block);
        if (kept) {
          put(block, kept);
          block++;
          continue;
        }
        let stop = block + 1;
        while (stop < last && stop - block < MAX_BLOCKS && !slots.has(stop)) stop++;
        put(block, await fetchRun(block, stop));
        block = stop;
      }
      return out;
    },
  };
}
