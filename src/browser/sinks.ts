import type { ByteSink } from '../files/byte-sink';
import { EXPORTS, removeFolder } from './disk/export-folder';
import { exportLock, tryHold } from './disk/locks';
import { moveFile, openAccess, privateFolder, writeAll } from './disk/opfs';
import { sweepExports } from './disk/unfinished';

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

/**
 * Deletes from the origin private file system the downloads of visits that are over. Those of a tab that lives stay, and
 * so do exports that can be gone on with.
 */
export async function forgetExports(): Promise<void> {
  if (navigator.storage) await sweepExports().catch(() => {});
}

/**
 * Writes to the origin private file system, so that a download does not need memory. The file belongs to this tab until
 * the tab ends; in the library it is there once it is whole.
 */
export async function privateFileSink(
  name: string,
  folder: 'exports' | 'library',
): Promise<{ sink: ByteSink; finished: Finished }> {
  const id = crypto.randomUUID();
  const release = (await tryHold(exportLock(id)))!;
  const remove = async () => {
    await removeFolder(id);
    await release();
  };
  const { home, access } = await openFile(id, name).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  let at = 0;
  const sink: ByteSink = {
    write: async (bytes) => {
      writeAll(access, bytes, at);
      at += bytes.length;
    },
    close: async () => {
      access.flush();
      access.close();
      if (folder === 'exports') return;
      await moveFile(await home.getFileHandle(name), await privateFolder(folder), name);
      await remove();
    },
    abort: async () => {
      access.close();
      await remove();
    },
  };
  const finished = async () => {
    const at = folder === 'exports' ? home : await privateFolder(folder);
    return (await at.getFileHandle(name)).getFile();
  };
  return { sink, finished };
}

/** A file of a folder of its own. */
async function openFile(id: string, name: string) {
  const home = await (await privateFolder(EXPORTS)).getDirectoryHandle(id, { create: true });
  return { home, access: await openAccess(home, name) };
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
