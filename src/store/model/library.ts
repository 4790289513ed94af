// Actions on earlier models and kept files.
import { del } from 'idb-keyval';
import { get, job, run, set } from '../work/job';
import { database, keptFolder, loadLibrary, readEntries, withStorage } from './library-storage';
import { type DroppedFile, openAddress, openFiles } from './open';
import type { LibraryEntry } from '../state';
import { CHAT_TEMPLATES } from '../../util/model-folder';

export const forget = (id: string): Promise<void> => withStorage(() => del(id, database())).then(loadLibrary);

interface Permitted {
  queryPermission?(o: { mode: 'read' }): Promise<PermissionState>;
  requestPermission?(o: { mode: 'read' }): Promise<PermissionState>;
}

/** The files of a folder by the rule of util/model-folder; `path` stands before their names. */
async function folderFiles(folder: FileSystemDirectoryHandle, path: string): Promise<DroppedFile[]> {
  const children: [string, FileSystemHandle][] = [];
  for await (const child of folder as unknown as AsyncIterable<[string, FileSystemHandle]>)
    children.push(child);
  const [only, ...others] = children;
  if (only?.[1].kind === 'directory' && others.length === 0)
    return folderFiles(only[1] as FileSystemDirectoryHandle, `${path}/${only[0]}`);
  const files: DroppedFile[] = [];
  for (const [name, child] of children)
    if (child.kind === 'file')
      files.push({ path: `${path}/${name}`, file: await (child as FileSystemFileHandle).getFile() });
    else if (name === CHAT_TEMPLATES)
      files.push(...(await folderFiles(child as FileSystemDirectoryHandle, `${path}/${name}`)));
  return files;
}

/** The files behind handles; asks for permission if the browser requires it. */
async function filesOf(handles: readonly FileSystemHandle[]): Promise<DroppedFile[]> {
  const files: DroppedFile[] = [];
  for (const handle of handles) {
    const permitted = handle as unknown as Permitted;
    const state = await permitted.queryPermission?.({ mode: 'read' });
    if (state === 'prompt') await permitted.requestPermission?.({ mode: 'read' });
    if (handle.kind === 'file')
      files.push({ path: handle.name, file: await (handle as FileSystemFileHandle).getFile() });
    else files.push(...(await folderFiles(handle as FileSystemDirectoryHandle, handle.name)));
  }
  return files;
}

/** Opens the handles that a file picker returned. */
export async function openHandles(handles: readonly FileSystemHandle[]): Promise<void> {
  const [first] = handles;
  const label = handles.length === 1 ? first!.name : `${handles.length} files`;
  await openFiles(await filesOf(handles), label, handles);
}

/** Opens a model of the library. */
export async function reopen(entry: LibraryEntry): Promise<void> {
  if (entry.kind === 'hub') return openAddress(entry.label, undefined, entry.preTokenizer);
  const { found } = await readEntries().catch(() => ({ found: [] }));
  const handles = found.find(({ id }) => id === entry.id)?.handles ?? [];
  let files: DroppedFile[];
  try {
    files = await filesOf(handles);
  } catch (error) {
    const message = `${entry.label} could not be found again: ${error instanceof Error ? error.message : String(error)}.`;
    const hint = 'It was moved or deleted, or the browser may not read it. Drop it again.';
    set({ problem: { place: 'open', name: 'Missing', message, hint } });
    return;
  }
  return openFiles(files, entry.label, handles, entry.preTokenizer);
}

/** Writes a level's GGUF to the origin private file system. */
export async function keepLevel(type: string, name: string): Promise<void> {
  await job('export', `Keeping ${name}`, 'levels', async () => {
    const { sha256, sizeBytes, checkedBlocks } = await run('export', type, { keep: name });
    set({ exports: { ...get().exports, [type]: { type, sha256, sizeBytes, checkedBlocks } } });
  });
  await loadLibrary();
}

export async function openKept(name: string): Promise<void> {
  const handle = await keptFolder()
    .then((folder) => folder.getFileHandle(name))
    .catch(() => undefined);
  if (!handle) return loadLibrary();
  return openFiles([{ path: name, file: await handle.getFile() }], name);
}

export const deleteKept = (name: string): Promise<void> =>
  withStorage(async () => (await keptFolder()).removeEntry(name)).then(loadLibrary);

export async function deleteDownload(repository: string): Promise<void> {
  await job('open', `Deleting ${repository}`, 'open', () => run('deleteDownload', repository));
  await loadLibrary();
}
