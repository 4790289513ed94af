// Handles that an export needs in another visit: those of its model's files, and the place that was chosen to save to.
// The rest of it lies in the private file system; IndexedDB alone can keep handles.
import { createStore, del, get as read, set as put, type UseStore } from 'idb-keyval';

export interface ExportHandles {
  /** Files or a folder that the model was opened from; empty where the browser gives none. */
  readonly source: readonly FileSystemHandle[];
  /** A file, or a folder for several; null for downloads. */
  readonly target: FileSystemHandle | null;
}

let store: UseStore | undefined;
const database = (): UseStore => (store ??= createStore('nibble-exports', 'handles'));

const NONE: ExportHandles = { source: [], target: null };

/** Notes the handles of an export. Without storage for them the files are asked for again. */
export const keepHandles = (id: string, handles: ExportHandles): Promise<void> =>
  put(id, { version: 1, ...handles }, database()).catch(() => {});

export async function handlesOf(id: string): Promise<ExportHandles> {
  const found = await read<ExportHandles & { version: number }>(id, database()).catch(() => undefined);
  return found?.version === 1 ? found : NONE;
}
export const forgetHandles = (id: string): Promise<void> => del(id, database()).catch(() => {});

interface Permitted {
  queryPermission?(o: { mode: 'read' | 'readwrite' }): Promise<PermissionState>;
  requestPermission?(o: { mode: 'read' | 'readwrite' }): Promise<PermissionState>;
}

/** True where these may be read or written without asking. */
export async function handlesPermitted(
  handles: readonly FileSystemHandle[],
  mode: 'read' | 'readwrite',
): Promise<boolean> {
  const states = handles.map((handle) => (handle as unknown as Permitted).queryPermission?.({ mode }));
  const all = await Promise.all(states).catch(() => ['denied' as const]);
  return all.every((state = 'granted') => state === 'granted');
}

/** Asks for permission where the browser wants to be asked; call it in a click. */
export async function isPermitted(handle: FileSystemHandle, mode: 'read' | 'readwrite'): Promise<boolean> {
  const permitted = handle as unknown as Permitted;
  const state = (await permitted.queryPermission?.({ mode })) ?? 'granted';
  if (state !== 'prompt') return state === 'granted';
  return (await permitted.requestPermission?.({ mode })) === 'granted';
}
