import { blobSource } from '../../files/byte-source';
import type { ExportReport, WriteProgress } from '../../pipeline/write-file';
import type { ImatrixSummary } from '../../studio/records';
import type { Studio } from '../../studio/studio';
import { DeviceLostError, NibbleError } from '../../util/errors';
import type { Work } from '../../util/work';
import { ExportFolder } from './export-folder';
import type { OpenedFrom } from './journal';
import { keptLock, type Release, tryHold } from './locks';
import { moveFile, privateFolder } from './opfs';

/** Files that an export is to write. */
export interface ExportRequest {
  readonly opened: OpenedFrom;
  /** Levels of the open model, each with the name of its file. */
  readonly files: readonly { readonly type: string; readonly name: string }[];
  /** The files go to the library of this browser. */
  readonly keep: boolean;
}

/** An export that was taken over. */
export interface TakenExport {
  /** The plan's settings are these again. */
  readonly fallbackToF16: boolean;
  readonly strict: boolean;
  /** The importance matrix that is set again. */
  readonly importance: ImatrixSummary | null;
  /** Names of the levels in the order of the files; a mix may have a new one. */
  readonly types: readonly string[];
}

export const KEPT_FOLDER = 'library';

interface Owned {
  readonly folder: ExportFolder;
  /** Names of the levels, which a mix may have got anew. */
  readonly types: readonly string[];
  readonly releases: readonly Release[];
}

/** The exports of this tab. What it owns nobody else touches, until it lets go or dies. */
export class Exports {
  readonly #studio: Studio;
  readonly #engine: string;
  readonly #owned = new Map<string, Owned>();
  /** The file of the importance matrix in use, which an export keeps. */
  imatrix: Blob | undefined;

  /** `engine` tells builds of the engine apart. */
  constructor(studio: Studio, engine: string) {
    this.#studio = studio;
    this.#engine = engine;
  }

  #of(id: string): Owned {
    const owned = this.#owned.get(id);
    if (!owned) throw new NibbleError('This export is not under way here.', 'Begin it again.');
    return owned;
  }

  /** Begins an export in the private file system; returns its id. */
  async begin({ opened, files, keep }: ExportRequest): Promise<string> {
    const planned = files.map(({ type, name }) => ({ ...this.#studio.plannedFile(type), name }));
    const base = this.#studio.exportBase();
    const header = { engine: this.#engine, startedMs: Date.now(), opened, base, files: planned, keep };
    await this.#makeRoom(planned.reduce((sum, { fileBytes }) => sum + fileBytes, 0));
    const releases = keep ? await holdKept(files.map(({ name }) => name)) : [];
    try {
      const folder = await ExportFolder.create(header, base.importance ? this.imatrix : undefined);
      this.#owned.set(folder.id, { folder, types: files.map(({ type }) => type), releases });
      return folder.id;
    } catch (error) {
      for (const release of releases) await release();
      throw error;
    }
  }

  /** Deletes downloads of this tab that were handed over, where a new export would not fit beside them. */
  async #makeRoom(wantedBytes: number): Promise<void> {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    if (quota - usage > wantedBytes) return;
    for (const [id, { folder }] of this.#owned) if (folder.isDelivered) await this.drop(id);
  }

  /**
   * Takes over an export whose tab is gone, on the model that is open: sets its importance matrix and adds its mixes. An
   * export that is not of this model, or of another build of the engine, is left as it is and refused.
   */
  async take(id: string): Promise<TakenExport> {
    const folder = await ExportFolder.take(id);
    let releases: readonly Release[] = [];
    try {
      const { header } = folder;
      const left = header.files.filter((_, i) => !folder.progress(i).report);
      releases = header.keep ? await holdKept(header.files.map(({ name }) => name)) : [];
      const taken = left.length > 0 ? await this.#restore(folder) : undefined;
      const types = taken?.types ?? header.files.map((f) => f.type);
      this.#owned.set(id, { folder, types, releases });
      const { fallbackToF16, strict } = header.base;
      return { fallbackToF16, strict, importance: taken?.importance ?? null, types };
    } catch (error) {
      for (const release of releases) await release();
      await folder.release();
      throw error;
    }
  }

  /** Sets what the export was begun with; gives the names of its levels. */
  async #restore(folder: ExportFolder): Promise<{ types: string[]; importance: ImatrixSummary | null }> {
    const { base, opened, engine, files } = folder.header;
    const now = this.#studio.exportBase();
    if (now.fingerprint !== base.fingerprint)
      throw new NibbleError(
        `${now.label} is not what this export was begun from: that was ${opened.label} (fingerprint ${base.fingerprint}, found ${now.fingerprint}).`,
        `Open ${opened.label} again.`,
      );
    if (engine !== this.#engine)
      throw new NibbleError(
        `This export was begun by another version of this page (${engine}, this is ${this.#engine}), which might write other bytes.`,
        'Delete it and begin again.',
      );
    const isSet = isSameMatrix(base.importance, now.importance);
    const importance = isSet ? now.importance : await this.#setImportance(folder);
    const types = files.map(({ type, recipe }) =>
      recipe === null ? type : this.#studio.mixes.addRecipe(type, recipe),
    );
    return { types, importance };
  }

  async #setImportance(folder: ExportFolder): Promise<ImatrixSummary | null> {
    const file = await imatrixOf(folder);
    const summary = await this.#studio.setImatrix(file ? blobSource(file.name, file.blob) : null);
    this.imatrix = file?.blob;
    return summary;
  }

  /** Writes a file from where it stands, and once more after a device loss. A failure deletes the export. */
  async write(id: string, file: number, work: Work<WriteProgress>): Promise<ExportReport> {
    const { folder, types } = this.#of(id);
    const { name, headerSha256 } = folder.header.files[file]!;
    const done = folder.progress(file).report;
    if (done) return done;
    const type = types[file]!;
    const planned = this.#studio.plannedFile(type);
    if (planned.headerSha256 !== headerSha256)
      throw new NibbleError(
        `${name} would be another file now: its header is not the one that it was begun with.`,
        'Settings of the plan changed, or this page did. Delete the export and begin again.',
      );
    const attempt = async (): Promise<ExportReport> => {
      const { sink, resume, checkpoint } = await folder.open(file, work);
      return this.#studio.export(type, sink, { ...work, resume, checkpoint });
    };
    try {
      const report = await attempt().catch((error: unknown) => {
        if (error instanceof DeviceLostError) return attempt();
        throw error;
      });
      folder.finish(file, report);
      return report;
    } catch (error) {
      await this.drop(id);
      throw error;
    }
  }

  /**
   * Hands a whole file over: into a save dialog's file, into the library, or, without either, as the file that a download
   * reads. When it fails the export stays, for another try.
   */
  async deliver(
    id: string,
    file: number,
    target: FileSystemFileHandle | null,
    signal?: AbortSignal,
  ): Promise<Blob | null> {
    const owned = this.#of(id);
    const { folder } = owned;
    const { keep, files } = folder.header;
    try {
      const handle = await folder.data(file);
      const { name } = files[file]!;
      if (keep) {
        // Without data it was moved, and the tab died before that was noted.
        if (handle) await moveFile(handle, await privateFolder(KEPT_FOLDER), name);
      } else if (!handle)
        throw new NibbleError(`${name} is no longer in this browser’s storage.`, 'Begin it again.');
      else if (target) await copyInto(await handle.getFile(), target, signal);
      const isDownload = !keep && !target;
      const data = isDownload ? await handle!.getFile() : null;
      await folder.delivered(file, isDownload);
      if (folder.isDelivered && !isDownload) await this.drop(id);
      return data;
    } catch (error) {
      await this.#letGo(id, owned);
      await folder.release();
      throw error;
    }
  }

  async #letGo(id: string, { releases }: Owned): Promise<void> {
    this.#owned.delete(id);
    for (const release of releases) await release();
  }

  /** Deletes an export: one of this tab, or one without an owner. */
  async drop(id: string): Promise<void> {
    const owned = this.#owned.get(id);
    const folder = owned?.folder ?? (await ExportFolder.take(id));
    await folder.remove();
    if (owned) await this.#letGo(id, owned);
  }
}

/** Values and what a header says of the matrix: files made with it are the same. */
const isSameMatrix = (a: ImatrixSummary | null, b: ImatrixSummary | null): boolean =>
  a?.fingerprint === b?.fingerprint &&
  a?.label === b?.label &&
  a?.chunks === b?.chunks &&
  a?.dataset === b?.dataset;

/** The importance matrix that an export was begun with; undefined for none. Throws NibbleError when it is not kept. */
async function imatrixOf(folder: ExportFolder): Promise<{ name: string; blob: Blob } | undefined> {
  const wanted = folder.header.base.importance;
  if (!wanted) return undefined;
  const blob = await folder.importance();
  if (blob) return { name: wanted.label, blob };
  throw new NibbleError(
    `This export was begun with the importance matrix ${wanted.label}, which is not kept with it.`,
    `Drop ${wanted.label}, then go on.`,
  );
}

/** The locks of library files that are to be written. Throws NibbleError for one that a tab has open. */
async function holdKept(names: readonly string[]): Promise<Release[]> {
  const held: Release[] = [];
  for (const name of names) {
    const release = await tryHold(keptLock(name));
    if (!release) {
      for (const other of held) await other();
      throw new NibbleError(
        `${name} is open in this browser, here or in another tab, and cannot be written over.`,
        'Open another model there first, or close that tab.',
      );
    }
    held.push(release);
  }
  return held;
}

/** Copies a file to its place; the browser replaces what is there when it is whole. */
async function copyInto(
  file: File,
  target: FileSystemFileHandle,
  signal: AbortSignal | undefined,
): Promise<void> {
  const writable = await target.createWritable();
  await file.stream().pipeTo(writable, signal ? { signal } : {});
}
