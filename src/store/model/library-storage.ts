// Storage of the library: records in IndexedDB, files in the origin private file system.
import { createStore, del, entries, update, type UseStore } from 'idb-keyval';
import { unfinishedExports } from '../../browser/disk/unfinished';
import { listDownloads } from '../../browser/private-store';
import type { ModelSummary } from '../../studio/summary';
import { get, set } from '../work/job';
import type { KeptFile, LibraryEntry } from '../state';
import { type Found, newestVersion, readRecord } from '../versions';

const MAX_ENTRIES = 30;
const KEPT_FOLDER = 'library';

let store: UseStore | undefined;
export const database = (): UseStore => {
  store ??= createStore('nibble-library', 'models');
  return store;
};

export type WithHandles = LibraryEntry & { readonly handles?: readonly FileSystemHandle[] };

const isWhole = ({ id, label, openedMs }: Partial<WithHandles>) =>
  typeof id === 'string' && typeof label === 'string' && typeof openedMs === 'number';
const entryOf = (stored: unknown): Found<WithHandles> => readRecord('library', stored, isWhole);

/** Readable entries, newest first, and the number of entries of newer versions. */
export async function readEntries(): Promise<{ found: WithHandles[]; newer: number }> {
  const all = (await entries<string, unknown>(database())).map(([, stored]) => entryOf(stored));
  const found = all.flatMap((f) => (f.kind === 'record' ? [f.record] : []));
  found.sort((a, b) => b.openedMs - a.openedMs);
  return { found, newer: all.filter((f) => f.kind === 'newer').length };
}

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
    const { found, newer } = await readEntries();
    const { usage = 0, quota = 0 } = await navigator.storage.estimate();
    const kept = await listKept();
    const downloads = await listDownloads();
    const unfinished = await unfinishedExports();
    set({
      library: {
        entries: found.map(({ handles: _, ...entry }) => entry),
        newer,
        kept,
        downloads,
        unfinished,
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
    const stored = { version: newestVersion('library'), ...entry };
    let isNewer = false;
    await update<unknown>(
      entry.id,
      (before) => {
        isNewer = entryOf(before).kind === 'newer';
        return isNewer ? before : stored;
      },
      database(),
    );
    if (isNewer) return;
    for (const { id } of (await readEntries()).found.slice(MAX_ENTRIES)) await del(id, database());
  });
  await loadLibrary();
}
