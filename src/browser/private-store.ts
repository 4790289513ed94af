// Blocks of remote files in the origin private file system: NAME holds them in order of arrival, NAME.index their
// numbers. A block is valid once its number is written, so a crash loses at most the newest.
import { BLOCK_BYTES, type BlockStore } from '../files/hub/block-cache';

const FOLDER = 'hub';

interface SyncAccess {
  read(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  close(): void;
}
type SyncCapable = { createSyncAccessHandle(): Promise<SyncAccess> };

export interface ClosableStore extends BlockStore {
  /** Until then the files cannot be opened elsewhere or deleted. */
  close(): void;
}

const root = async (): Promise<FileSystemDirectoryHandle> =>
  (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });

async function access(folder: FileSystemDirectoryHandle, name: string): Promise<SyncAccess> {
  const handle = await folder.getFileHandle(name, { create: true });
  return (handle as unknown as SyncCapable).createSyncAccessHandle();
}

/** Opens the store of a file of `sizeBytes`; a new `version` starts an empty one. Throws when the browser denies storage. */
export async function openPrivateStore(
  repository: string,
  name: string,
  version: string,
  sizeBytes: number,
): Promise<ClosableStore> {
  const folder = await (await root()).getDirectoryHandle(encodeURIComponent(repository), { create: true });
  const file = `${encodeURIComponent(name)}@${version}`;
  const data = await access(folder, file);
  let numbers: SyncAccess;
  try {
    numbers = await access(folder, `${file}.index`);
  } catch (error) {
    data.close();
    throw error;
  }
  const known = new Uint32Array(Math.floor(numbers.getSize() / 4));
  numbers.read(new Uint8Array(known.buffer), { at: 0 });
  // The two files are flushed, and evicted, apart: numbers without their blocks are none.
  const isThere = (block: number, slot: number) =>
    block * BLOCK_BYTES < sizeBytes &&
    slot * BLOCK_BYTES + Math.min(BLOCK_BYTES, sizeBytes - block * BLOCK_BYTES) <= data.getSize();
  const lost = known.findIndex((block, slot) => !isThere(block, slot));
  const index = [...(lost < 0 ? known : known.subarray(0, lost))];
  numbers.truncate(index.length * 4);
  const write = (to: SyncAccess, bytes: Uint8Array<ArrayBuffer>, at: number): void => {
    if (to.write(bytes, { at }) !== bytes.length)
      throw new DOMException('The disk is full.', 'QuotaExceededError');
  };
  return {
    index,
    read(slot, bytes) {
      const out = new Uint8Array(bytes);
      return out.subarray(0, data.read(out, { at: slot * BLOCK_BYTES }));
    },
    append(block, bytes) {
      write(data, bytes, index.length * BLOCK_BYTES);
      write(numbers, new Uint8Array(Uint32Array.of(block).buffer), index.length * 4);
      index.push(block);
    },
    close() {
      data.close();
      numbers.close();
    },
  };
}

type Entries = AsyncIterable<[string, FileSystemHandle]>;

/** Cached bytes per repository. */
export async function listDownloads(): Promise<{ repository: string; sizeBytes: number }[]> {
  const out: { repository: string; sizeBytes: number }[] = [];
  for await (const [name, handle] of (await root()) as unknown as Entries) {
    if (handle.kind !== 'directory') continue;
    let sizeBytes = 0;
    for await (const [, file] of handle as unknown as Entries)
      if (file.kind === 'file') sizeBytes += (await (file as FileSystemFileHandle).getFile()).size;
    out.push({ repository: decodeURIComponent(name), sizeBytes });
  }
  return out.sort((a, b) => (a.repository < b.repository ? -1 : 1));
}

/** Throws while its files are open. */
export const deleteDownload = async (repository: string): Promise<void> =>
  (await root()).removeEntry(encodeURIComponent(repository), { recursive: true });
