// Actions that write files: into the private file system first, from where a killed tab goes on, and then to their place.
import type { UnfinishedExport } from '../../browser/disk/unfinished';
import { NibbleError } from '../../util/errors';
import { openedFrom } from '../model/open';
import { planNow } from '../model/plan';
import { loadLibrary } from '../model/library-storage';
import { noResults } from '../state';
import { recallResults } from '../results/results-storage';
import { fileName, inPlanOrder, offerDownload } from './actions';
import { forgetHandles, keepHandles } from './export-record';
import { get, job, relabel, run, set, throwIfStopped } from './job';
import type { Task } from './task';

/** Beside the files: the journal, and what else the page keeps meanwhile. */
const SPARE_BYTES = 1024 * 1024;

interface Pickers {
  showSaveFilePicker?(o: { suggestedName: string }): Promise<FileSystemFileHandle>;
  showDirectoryPicker?(o: { mode: 'readwrite'; id: string }): Promise<FileSystemDirectoryHandle>;
}
type Target = FileSystemFileHandle | FileSystemDirectoryHandle | null;
interface ToWrite {
  readonly type: string;
  readonly name: string;
}

/** Asks for a place: a file, or a folder for several. Null where the browser cannot ask, undefined when it is cancelled. */
async function pickTarget(files: readonly ToWrite[]): Promise<Target | undefined> {
  const pickers = window as unknown as Pickers;
  if (!pickers.showSaveFilePicker) return null;
  try {
    if (files.length === 1) return await pickers.showSaveFilePicker({ suggestedName: files[0]!.name });
    return (await pickers.showDirectoryPicker?.({ mode: 'readwrite', id: 'exports' })) ?? null;
  } catch (error) {
    return error instanceof DOMException && error.name === 'AbortError' ? undefined : null;
  }
}

const fileIn = (target: NonNullable<Target>, name: string): Promise<FileSystemFileHandle> =>
  target.kind === 'file' ? Promise.resolve(target) : target.getFileHandle(name, { create: true });

/** Bytes that the browser grants beyond what is used; 0 where it grants nothing. */
async function roomBytes(): Promise<number> {
  try {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    return get().library.denied ? 0 : quota - usage;
  } catch {
    return 0;
  }
}

/** Waits for the person's word. */
let asked: { files: readonly ToWrite[]; target: NonNullable<Target> } | undefined;

/** A save dialog is open: a second click would leave an empty file behind. */
let isPicking = false;

/** Writes levels and saves them: in a place that the person chooses, or as downloads. */
export async function exportLevels(types: readonly string[]): Promise<void> {
  const files = inPlanOrder(types).map((type) => ({ type, name: fileName(type) }));
  if (files.length === 0 || get().job || isPicking) return;
  isPicking = true;
  const target = await pickTarget(files).finally(() => {
    isPicking = false;
  });
  if (target === undefined || get().job) return;
  const { plan, direct } = get();
  const sizes = files.map(({ type }) => plan.find((p) => p.type === type)?.fileBytes ?? 0);
  // Each file is moved to its place before the next one begins.
  const wantedBytes = Math.max(...sizes) + SPARE_BYTES;
  if (target && direct) return exportDirectly(files, target);
  // Without a dialog there is one copy, and the estimate may be lower than the room that there is.
  const granted = target ? await roomBytes() : Number.POSITIVE_INFINITY;
  if (target && granted < wantedBytes) {
    asked = { files, target };
    set({ consent: { names: files.map((f) => f.name), wantedBytes, roomBytes: Math.max(0, granted) } });
    return;
  }
  await exportResumably(files, target, false);
}

/** The person's word on a file for which there is no room twice. */
export async function answerConsent(writeDirectly: boolean): Promise<void> {
  const waiting = asked;
  asked = undefined;
  set({ consent: null });
  if (writeDirectly && waiting) await exportDirectly(waiting.files, waiting.target);
}

/** Writes a level into the library of this browser. */
export async function keepLevel(type: string): Promise<void> {
  await exportResumably([{ type, name: fileName(type) }], null, true);
}

const taskOf = (what: 'writeFile' | 'keepFile', files: readonly { name: string }[], i: number): Task => ({
  what,
  name: files[i]!.name,
  at: i + 1,
  of: files.length,
});

function note(type: string, report: { sha256: string; sizeBytes: number; checkedBlocks: number }): void {
  const { sha256, sizeBytes, checkedBlocks } = report;
  set({ exports: { ...get().exports, [type]: { type, sha256, sizeBytes, checkedBlocks } } });
}

/** Straight into the chosen place, or into memory: nothing survives the tab. */
async function exportDirectly(files: readonly ToWrite[], target: Target): Promise<void> {
  await job('export', taskOf('writeFile', files, 0), 'levels', async () => {
    for (const [i, { type, name }] of files.entries()) {
      throwIfStopped();
      relabel(taskOf('writeFile', files, i), {
        level: type,
        waiting: files.slice(i + 1).map((f) => f.type),
      });
      const to = target ? { handle: await fileIn(target, name) } : { download: name };
      const report = await run('export', type, to);
      note(type, report);
      if (report.file) offerDownload(report.file, name);
    }
  });
}

async function exportResumably(files: readonly ToWrite[], target: Target, keep: boolean): Promise<void> {
  let denied = false;
  await job('export', taskOf(keep ? 'keepFile' : 'writeFile', files, 0), 'levels', async () => {
    const { source, ...opened } = openedFrom();
    let id: string;
    try {
      id = await run('beginExport', { opened, files, keep });
    } catch (error) {
      denied = !keep && isDenied(error);
      if (denied) return;
      throw error;
    }
    await keepHandles(id, { source, target });
    await writeAndDeliver(
      id,
      files.map((file) => ({ ...file, state: 'begun' as const })),
      target,
    );
  });
  if (denied) await exportDirectly(files, target);
  await loadLibrary();
}

/** Storage that the browser denies, in contrast to a full disk. */
const isDenied = (error: unknown): boolean =>
  error instanceof Error && ['SecurityError', 'UnknownError', 'TypeError'].includes(error.name);

/** Writes what is not whole and saves what is not saved. Inside a job. */
async function writeAndDeliver(
  id: string,
  files: readonly (ToWrite & Pick<UnfinishedExport['files'][number], 'state'>)[],
  target: Target,
): Promise<void> {
  for (const [i, { type, name, state }] of files.entries()) {
    if (state === 'delivered') continue;
    if (i > 0) relabel(taskOf('writeFile', files, i), { level: type });
    try {
      throwIfStopped();
    } catch (stopped) {
      await run('dropExport', id);
      await forgetHandles(id);
      throw stopped;
    }
    note(type, await run('exportFile', id, i));
    const file = await run('deliverExport', id, i, target && (await fileIn(target, name)));
    if (file) offerDownload(file, name);
  }
  await forgetHandles(id);
}

/**
 * Goes on with an export whose tab is gone: on the open model, which must be the one it was begun from, or without one
 * where all of it is written.
 */
export async function resumeExport(entry: UnfinishedExport, target: Target): Promise<void> {
  const names = entry.files.map(({ name }) => name).join(', ');
  await job('export', { what: 'goOn', name: names }, 'levels', async () => {
    const { fallbackToF16, strict, importance, types } = await run('takeExport', entry.id);
    const files = entry.files.map((file, i) => ({ ...file, type: types[i]! }));
    if (files.some(({ state }) => state === 'begun')) {
      const changed = importance?.fingerprint !== get().imatrix?.fingerprint;
      if (changed) set({ ...noResults, imatrixFile: null });
      set({ imatrix: importance, fallbackToF16, strict, awaiting: null });
      await planNow();
      if (changed) await recallResults();
    }
    await writeAndDeliver(entry.id, files, target);
  });
  await loadLibrary();
}

export async function deleteUnfinished(id: string): Promise<void> {
  await job('export', { what: 'deleteExport' }, 'open', async () => {
    await run('dropExport', id);
    await forgetHandles(id);
    if (get().awaiting?.id === id) set({ awaiting: null });
  });
  await loadLibrary();
}

export const setDirect = (direct: boolean): void => set({ direct });

/** Thrown into `problem`: the model that was opened is not the one that an export waits for. */
export const otherModel = (entry: UnfinishedExport, opened: string): NibbleError =>
  new NibbleError(
    `${opened} is not the model that ${entry.files[0]!.name} was begun from: that was ${entry.opened.label}.`,
    `Drop ${entry.opened.label} again, and the export goes on by itself.`,
  );
