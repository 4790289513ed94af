// The origin private file system, by the parts of it that type libraries leave out.

/** The used part of FileSystemSyncAccessHandle, which only worker type libraries declare. */
export interface SyncAccess {
  read(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}
/** `readwrite-unsafe` lets several handles be open at once, which are told apart by a lock of ours; Chromium has it. */
type AccessMode = 'readwrite' | 'readwrite-unsafe';
interface Capable {
  createSyncAccessHandle(options?: { mode: AccessMode }): Promise<SyncAccess>;
  move(folder: FileSystemDirectoryHandle, name: string): Promise<void>;
}

/** A folder below the root; made where it is missing. Rejects where the browser denies storage. */
export const privateFolder = async (name: string): Promise<FileSystemDirectoryHandle> =>
  (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true });

/** Opens a file of a folder to read and write in a worker; made where it is missing. */
export async function openAccess(
  folder: FileSystemDirectoryHandle,
  name: string,
  mode: AccessMode = 'readwrite',
): Promise<SyncAccess> {
  const handle = await folder.getFileHandle(name, { create: true });
  return (handle as unknown as Capable).createSyncAccessHandle({ mode });
}

/** Moves a file, over one of that name, too. */
export const moveFile = (
  handle: FileSystemFileHandle,
  folder: FileSystemDirectoryHandle,
  name: string,
): Promise<void> => (handle as unknown as Capable).move(folder, name);

/** Files and folders of a folder, by name. */
export async function entriesOf(
  folder: FileSystemDirectoryHandle,
): Promise<(readonly [name: string, handle: FileSystemHandle])[]> {
  const out: [string, FileSystemHandle][] = [];
  for await (const entry of folder as unknown as AsyncIterable<[string, FileSystemHandle]>) out.push(entry);
  return out;
}

/** Writes all of the bytes; a disk that takes fewer is full. */
export function writeAll(to: SyncAccess, bytes: Uint8Array<ArrayBuffer>, at: number): void {
  if (to.write(bytes, { at }) !== bytes.length)
    throw new DOMException('The disk is full.', 'QuotaExceededError');
}
