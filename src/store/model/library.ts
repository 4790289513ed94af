// Actions on earlier models and kept files.
import { del } from 'idb-keyval';
import { keptLock, tryHold } from '../../browser/disk/locks';
import { isPermitted } from '../work/export-record';
import { get, job, run, set } from '../work/job';
import { studioStore } from '../store';
import { database, keptFolder, loadLibrary, readEntries, withStorage } from './library-storage';
import { type DroppedFile, openAddress, openFiles } from './open';
import type { LibraryEntry } from '../state';
import { CHAT_TEMPLATES } from '../../util/model-folder';

export const forget = (id: string): Promise<void> => withStorage(() => del(id, database())).then(loadLibrary);

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
export async function filesOf(handles: readonly FileSystemHandle[]): Promise<DroppedFile[]> {
  const files: DroppedFile[] = [];
  for (const handle of handles) {
    await isPermitted(handle, 'read');
    if (handle.kind === 'file')
      files.push({ path: handle.name, file: await (handle as FileSystemFileHandle).getFile() });
    else files.push(...(await folderFiles(handle as FileSystemDirectoryHandle, handle.name)));
  }
  return files;
}

/** The files behind handles; undefined, with the problem told, where they are gone or may not be read. */
async function filesOrProblem(
  handles: readonly FileSystemHandle[],
  label: string,
): Promise<DroppedFile[] | undefined> {
  try {
    return await filesOf(handles);
  } catch (error) {
    const message = `${label} could not be found again: ${error instanceof Error ? error.message : String(error)}.`;
    const hint = 'It was moved or deleted, or the browser may not read it. Drop it again.';
    set({ problem: { place: 'open', name: 'Missing', message, hint } });
    return undefined;
  }
}

/** Opens the handles that a file picker returned. */
export async function openHandles(handles: readonly FileSystemHandle[]): Promise<void> {
  const [first] = handles;
  const label = handles.length === 1 ? first!.name : `${handles.length} files`;
  const files = await filesOrProblem(handles, label);
  if (files) await openFiles(files, label, { handles });
}

/** Opens a model of the library. */
export async function reopen(entry: LibraryEntry): Promise<void> {
  if (entry.kind === 'hub') return openAddress(entry.label, undefined, entry.preTokenizer);
  const { found } = await readEntries().catch(() => ({ found: [] }));
  const handles = found.find(({ id }) => id === entry.id)?.handles ?? [];
  const files = await filesOrProblem(handles, entry.label);
  if (files) await openFiles(files, entry.label, { handles, preTokenizer: entry.preTokenizer });
}

export async function openKept(name: string): Promise<void> {
  const handle = await keptFolder()
    .then((folder) => folder.getFileHandle(name))
    .catch(() => undefined);
  if (!handle) return loadLibrary();
  const release = await tryHold(keptLock(name), 'shared');
  if (!release) return inUse(name, 'opened');
  const before = get().model;
  await openFiles([{ path: name, file: await handle.getFile() }], name, { kind: 'kept' });
  if (get().model === before) return void release();
  // The file is read for as long as its model is open: until then nobody may write over it or delete it.
  const unsubscribe = studioStore.subscribe(({ model }, last) => {
    if (model === last.model) return;
    unsubscribe();
    void release();
  });
}

function inUse(name: string, done: string): void {
  const message = `${name} was not ${done}: it is in use in this browser, here or in another tab.`;
  const hint = 'Open another model there first, or close that tab.';
  set({ problem: { place: 'open', name: 'Busy', message, hint } });
}

export async function deleteKept(name: string): Promise<void> {
  const release = await tryHold(keptLock(name));
  if (!release) return inUse(name, 'deleted');
  await withStorage(async () => (await keptFolder()).removeEntry(name));
  await release();
  await loadLibrary();
}

export async function deleteDownload(repository: string): Promise<void> {
  await job('open', { what: 'delete', name: repository }, 'open', () => run('deleteDownload', repository));
  await loadLibrary();
}
