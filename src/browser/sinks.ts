import type { ByteSink } from '../files/byte-sink';

/** The used part of FileSystemSyncAccessHandle, which only worker type libraries declare. */
interface SyncAccess {
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
/** Chromium, Firefox and Safari implement move() for private files; type libraries do not declare it. */
type Movable = { move(name: string): Promise<void> };
type SyncCapable = { createSyncAccessHandle(): Promise<SyncAccess> };

/** Writes through a save dialog's handle; the browser replaces the target on close. */
export async function fileHandleSink(handle: FileSystemFileHandle): Promise<ByteSink> {
  const writable = await handle.createWritable();
  return {
    write: (bytes) => writable.write(bytes),
    close: () => writable.close(),
    abort: () => writable.abort().catch(() => {}),
  };
}

/** Resolves to the complete file, for a download. */
export type Finished = () => Promise<Blob>;

const privateFolder = async (name: string): Promise<FileSystemDirectoryHandle> =>
  (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true });

/** Deletes the downloads of earlier visits from the origin private file system. */
export async function forgetExports(): Promise<void> {
  const root = await navigator.storage?.getDirectory();
  await root?.removeEntry('exports', { recursive: true }).catch(() => {});
}

/** Writes to the origin private file system, so that a download does not need memory. */
export async function privateFileSink(
  name: string,
  folder: 'exports' | 'library',
): Promise<{ sink: ByteSink; finished: Finished }> {
  const root = await privateFolder(folder);
  // Written as NAME.part and renamed when complete.
  const part = `${name}.part`;
  const handle = await root.getFileHandle(part, { create: true });
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
    close: async () => {
      access.flush();
      access.close();
      await (handle as unknown as Movable).move(name);
    },
    abort: async () => {
      access.close();
      await root.removeEntry(part).catch(() => {});
    },
  };
  return { sink, finished: async () => (await root.getFileHandle(name)).getFile() };
}

/** Fallback: parts of a Blob, which the browser may keep in memory. */
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
