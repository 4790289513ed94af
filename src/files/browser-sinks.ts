import type { ByteSink } from './byte-sink';

/** The part of FileSystemSyncAccessHandle used here; only worker type libraries know it. */
interface SyncAccess {
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
type SyncCapable = { createSyncAccessHandle(): Promise<SyncAccess> };

/** Writes through a save dialog's handle: straight to disk, swapped in when closed. */
export async function fileHandleSink(handle: FileSystemFileHandle): Promise<ByteSink> {
  const writable = await handle.createWritable();
  return {
    write: (bytes) => writable.write(bytes),
    close: () => writable.close(),
    abort: () => writable.abort().catch(() => {}),
  };
}

/** A file that became whole, to be offered as a download. */
export type Finished = () => Promise<Blob>;

const exportFolder = async (): Promise<FileSystemDirectoryHandle> =>
  (await navigator.storage.getDirectory()).getDirectoryHandle('exports', { create: true });

/** Frees the disk that downloads of an earlier visit took; they have been saved or given up since. */
export async function forgetExports(): Promise<void> {
  const root = await navigator.storage?.getDirectory();
  await root?.removeEntry('exports', { recursive: true }).catch(() => {});
}

/** Writes to the origin's private file system; the download is then backed by disk, not by memory. */
export async function privateFileSink(name: string): Promise<{ sink: ByteSink; finished: Finished }> {
  const root = await exportFolder();
  const handle = await root.getFileHandle(name, { create: true });
  const access = await (handle as unknown as SyncCapable).createSyncAccessHandle();
  access.truncate(0);
  let at = 0;
  const sink: ByteSink = {
    write: (bytes) => {
      const written = access.write(bytes, { at });
      at += written;
      if (written !== bytes.length)
        return Promise.reject(new DOMException('The disk is full.', 'QuotaExceededError'));
      return Promise.resolve();
    },
    close: () => {
      access.flush();
      access.close();
      return Promise.resolve();
    },
    abort: async () => {
      access.close();
      await root.removeEntry(name).catch(() => {});
    },
  };
  return { sink, finished: () => handle.getFile() };
}

/** The last resort: parts of a Blob, which the browser may keep in memory. */
export function blobSink(): { sink: ByteSink; finished: Finished } {
  let parts: Blob[] = [];
  const sink: ByteSink = {
    write: (bytes) => {
      parts.push(new Blob([bytes]));
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
    abort: () => {
      parts = [];
      return Promise.resolve();
    },
  };
  return { sink, finished: () => Promise.resolve(new Blob(parts, { type: 'application/octet-stream' })) };
}
