// Storage of the library: records in IndexedDB, files in the origin private file system.
import { createStore, del, entries, set as put, type UseStore } from 'idb-keyval';
import { listDownloads } from '../../browser/private-store';
import type { ModelSummary } from '../../studio/summary';
import { get, set } from '../work/job';
import type { KeptFile, LibraryEntry } from '../state';

const MAX_ENTRIES = 30;
const KEPT_FOLDER = 'library';

let store: UseStore | undefined;
export const database = (): UseStore => {
  store ??= createStore('nibble-library', 'models');
  return store;
};

export type WithHandles = LibraryEntry & { readonly handles?: readonly FileSystemHandle[] };

/** Runs storage operations; failures set `library.denied` instead of throwing. */
export async function withStorage(work: () => Promise<void>): Promise<void> {
  try {
    await work();
    set({ library: { ...get().library, denied: false } });
  } catch {
    set({ library: { ...get().library, denied: true } });
  }
}

export const keptFolder = async (): Promise<FileSystemDirectoryHandle> =>
  (await navigator.storage.getDirectory()).getDirectoryHandle(KEPT_FOLDER, { create: true });

async function listKept(): Promise<KeptFile[]> {
  const kept: KeptFile[] = [];
  const folder = (await keptFolder()) as unknown as AsyncIterable<[string, FileSystemHandle]>;
  for await (const [name, handle] of folder)
    if (handle.kind === 'file' && !name.endsWith('.part')) {
      const { size } = await (handle as FileSystemFileHandle).getFile();
      kept.push({ name, sizeBytes: size });
    }
  return kept.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Loads entries, kept files, downloads and the storage quota. */
export const loadLibrary = (): Promise<void> =>
  withStorage(async () => {
    const found = (await entries<string, WithHandles>(database())).map(([, entry]) => entry);
    const sorted = found.sort((a, b) => b.openedMs - a.openedMs);
    const { usage = 0, quota = 0 } = await navigator.storage.estimate();
    const kept = await listKept();
    const downloads = await listDownloads();
    set({
      library: {
        entries: sorted.map(({ handles: _, ...entry }) => entry),
        kept,
        downloads,
        usedBytes: usage,
        quotaBytes: quota,
        denied: false,
      },
    });
  });

/** Stores an opened model, if it can be reopened: a hub address, or files with handles. */
export async function remember(
  opening: { kind: 'files' | 'hub'; label: string; handles?: readonly FileSystemHandle[] | undefined },
  model: ModelSummary,
  preTokenizer: string | undefined,
): Promise<void> {
  const { handles } = opening;
  if (opening.kind === 'files' && !handles?.length) return;
  const entry: WithHandles = {
    id: `${opening.kind}:${opening.label}`,
    label: opening.label,
    kind: opening.kind,
    architecture: model.architecture,
    parameters: model.parameters,
    sizeBytes: model.sizeBytes,
    openedMs: Date.now(),
    ...(preTokenizer === undefined ? {} : { preTokenizer }),
    ...(handles ? { handles } : {}),
  };
  await withStorage(async () => {
    await put(entry.id, entry, database());
    const old = (await entries<string, WithHandles>(database())).map(([, e]) => e);
    old.sort((a, b) => b.openedMs - a.openedMs);
    for (const { id } of old.slice(MAX_ENTRIES)) await del(id, database());
  });
  await loadLibrary();
}
