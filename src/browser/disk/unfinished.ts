// Exports that a closed or killed tab left: found by any tab, taken by one.
import { EXPORTS, readJournal, removeFolder } from './export-folder';
import type { Journal, OpenedFrom } from './journal';
import { exportLock, heldLocks, tryHold } from './locks';
import { entriesOf, privateFolder } from './opfs';

/** A file of an unfinished export. */
export interface UnfinishedFile {
  readonly name: string;
  readonly fileBytes: number;
  /** Whole tensors of it are on the disk, up to here. */
  readonly doneBytes: number;
  readonly state: 'begun' | 'whole' | 'delivered';
}

/** An export without an owner. */
export interface UnfinishedExport {
  readonly id: string;
  readonly startedMs: number;
  readonly opened: OpenedFrom;
  /** Of the model; the same file has the same. */
  readonly fingerprint: string;
  readonly files: readonly UnfinishedFile[];
  readonly keep: boolean;
}

function summaryOf(id: string, journal: Journal): UnfinishedExport {
  const { startedMs, opened, base, keep } = journal;
  const files = journal.files.map(({ name, fileBytes }, i): UnfinishedFile => {
    const { checkpoint, report, delivered } = journal.progress[i]!;
    const state = delivered ? 'delivered' : report ? 'whole' : 'begun';
    return { name, fileBytes, doneBytes: report?.sizeBytes ?? checkpoint?.sizeBytes ?? 0, state };
  });
  return { id, startedMs, opened, fingerprint: base.fingerprint, files, keep };
}

/** Exports whose tabs are gone and that are not handed over, the newest first. */
export async function unfinishedExports(): Promise<UnfinishedExport[]> {
  const entries = await entriesOf(await privateFolder(EXPORTS));
  const held = await heldLocks();
  const found: UnfinishedExport[] = [];
  for (const [id, handle] of entries) {
    if (handle.kind !== 'directory' || held.has(exportLock(id))) continue;
    const journal = await readJournal(handle as FileSystemDirectoryHandle).catch(() => undefined);
    if (!journal || journal === 'newer') continue;
    const summary = summaryOf(id, journal);
    if (summary.files.some(({ state }) => state !== 'delivered')) found.push(summary);
  }
  return found.sort((a, b) => b.startedMs - a.startedMs);
}

/** True where nothing of an export can be of use: handed over, or without a journal. */
async function isSpent(folder: FileSystemDirectoryHandle): Promise<boolean> {
  const journal = await readJournal(folder).catch(() => 'newer' as const);
  return journal !== 'newer' && (!journal || journal.progress.every((p) => p.delivered));
}

/**
 * Deletes what is of no use to anybody: exports without an owner that were handed over or never began, and what older
 * versions of the page left without a journal. Whatever a living tab owns stays.
 */
export async function sweepExports(): Promise<void> {
  const exportsFolder = await privateFolder(EXPORTS);
  for (const [name, handle] of await entriesOf(exportsFolder)) {
    // A file that a tab of an older version still writes cannot be removed: the browser refuses.
    if (handle.kind === 'file') await exportsFolder.removeEntry(name).catch(() => {});
    else {
      const release = await tryHold(exportLock(name));
      if (!release) continue;
      if (await isSpent(handle as FileSystemDirectoryHandle)) await removeFolder(name);
      await release();
    }
  }
  const library = await privateFolder('library');
  for (const [name] of await entriesOf(library))
    if (name.endsWith('.part')) await library.removeEntry(name).catch(() => {});
}
