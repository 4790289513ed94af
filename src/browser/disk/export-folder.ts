import type { ByteSink } from '../../files/byte-sink';
import type { Checkpoint, ExportReport, WriteProgress } from '../../pipeline/write-file';
import { NibbleError, throwIfCancelled } from '../../util/errors';
import { isSameState, ResumableSha256 } from '../../util/sha256';
import { encodeUtf8 } from '../../util/utf8';
import type { Work } from '../../util/work';
import {
  advance,
  type FileProgress,
  headerLine,
  type Journal,
  type JournalHeader,
  type JournalRecord,
  NOT_BEGUN,
  parseJournal,
  recordLine,
} from './journal';
import { exportLock, type Release, tryHold } from './locks';
import { openAccess, privateFolder, type SyncAccess, writeAll } from './opfs';

export const EXPORTS = 'exports';
export const JOURNAL = 'journal';
const IMATRIX = 'imatrix';
const dataName = (file: number): string => `data-${file}`;
const CHECK_BYTES = 16 * 1024 * 1024;

/** The journal of an export's folder. */
export async function readJournal(
  folder: FileSystemDirectoryHandle,
): Promise<ReturnType<typeof parseJournal>> {
  const handle = await folder.getFileHandle(JOURNAL).catch(() => undefined);
  return handle && parseJournal(await (await handle.getFile()).text());
}

/**
 * The last checkpoint whose bytes are on the disk as they were when they were hashed: the file is read and hashed again
 * up to it. Undefined where not even the header is whole.
 */
async function lastWhole(
  data: SyncAccess,
  checkpoints: readonly Checkpoint[],
  { signal, progress }: Work<number>,
): Promise<Checkpoint | undefined> {
  const hash = new ResumableSha256();
  let last: Checkpoint | undefined;
  let at = 0;
  for (const checkpoint of checkpoints) {
    while (at < checkpoint.sizeBytes) {
      throwIfCancelled(signal);
      const bytes = new Uint8Array(Math.min(CHECK_BYTES, checkpoint.sizeBytes - at));
      if (data.read(bytes, { at }) !== bytes.length) return last;
      hash.update(bytes);
      at += bytes.length;
      progress?.(at);
      // A message that stops the work gets its turn.
      if (bytes.length === CHECK_BYTES) await new Promise((resolve) => setTimeout(resolve));
    }
    if (!isSameState(hash.state(), checkpoint.hash)) return last;
    last = checkpoint;
  }
  return last;
}

/** A file of an export, open for writing. */
export interface OpenFile {
  /** Appends after `resume`. To abort it keeps what is written: the folder goes as a whole. */
  readonly sink: ByteSink;
  readonly resume: Checkpoint | undefined;
  /** Makes what was written last through a crash. */
  readonly checkpoint: (at: Checkpoint) => Promise<void>;
}

/**
 * An export in the origin private file system: a folder with the files that are being written, a journal, and the
 * importance matrix that was given. Owned by whoever holds its lock.
 */
export class ExportFolder {
  readonly id: string;
  readonly header: JournalHeader;
  readonly #folder: FileSystemDirectoryHandle;
  readonly #release: Release;
  readonly #progress: FileProgress[];
  readonly #log: SyncAccess;
  #logBytes: number;

  private constructor(
    id: string,
    journal: Journal,
    folder: FileSystemDirectoryHandle,
    log: SyncAccess,
    release: Release,
  ) {
    this.id = id;
    this.header = journal;
    this.#folder = folder;
    this.#release = release;
    this.#progress = [...journal.progress];
    this.#log = log;
    this.#logBytes = journal.sizeBytes;
    log.truncate(journal.sizeBytes);
  }

  /** Begins an export. Rejects where the browser denies storage or the disk is full. */
  static async create(header: JournalHeader, importance: Blob | undefined): Promise<ExportFolder> {
    const id = crypto.randomUUID();
    // Held before the folder is there, so that no other tab takes it for a dead one's.
    const release = (await tryHold(exportLock(id)))!;
    let log: SyncAccess | undefined;
    try {
      const folder = await (await privateFolder(EXPORTS)).getDirectoryHandle(id, { create: true });
      if (importance) {
        const access = await openAccess(folder, IMATRIX);
        try {
          writeAll(access, new Uint8Array(await importance.arrayBuffer()), 0);
          access.flush();
        } finally {
          access.close();
        }
      }
      log = await openAccess(folder, JOURNAL);
      const line = encodeUtf8(headerLine(header));
      writeAll(log, line, 0);
      log.flush();
      const progress = header.files.map(() => NOT_BEGUN);
      return new ExportFolder(id, { ...header, progress, sizeBytes: line.length }, folder, log, release);
    } catch (error) {
      log?.close();
      await removeFolder(id);
      await release();
      throw error;
    }
  }

  /** Takes over the export of a tab that is gone. Throws NibbleError while it has an owner, or when it is not there. */
  static async take(id: string): Promise<ExportFolder> {
    const release = await tryHold(exportLock(id));
    if (!release)
      throw new NibbleError('This export is under way in another tab.', 'Leave it to that tab, or close it.');
    try {
      const root = await privateFolder(EXPORTS);
      const folder = await root.getDirectoryHandle(id).catch(() => undefined);
      const journal = folder && (await readJournal(folder));
      if (!folder || !journal || journal === 'newer')
        throw new NibbleError(
          journal === 'newer'
            ? 'This export was begun by a newer version of this page.'
            : 'This export is no longer there: it was deleted, or the browser took its storage back.',
          journal === 'newer' ? 'Reload to get that version.' : 'Begin it again.',
        );
      return new ExportFolder(id, journal, folder, await openAccess(folder, JOURNAL), release);
    } catch (error) {
      await release();
      throw error;
    }
  }

  progress(file: number): FileProgress {
    return this.#progress[file] ?? NOT_BEGUN;
  }
  get isDelivered(): boolean {
    return this.#progress.every((p) => p.delivered);
  }
  /** The importance matrix that the export was begun with. */
  async importance(): Promise<File | undefined> {
    const handle = await this.#folder.getFileHandle(IMATRIX).catch(() => undefined);
    return handle?.getFile();
  }

  /** Opens a file to write it, from the last tensor that is whole on the disk; what lies beyond it is cut off. */
  async open(file: number, work: Work<WriteProgress> = {}): Promise<OpenFile> {
    const { earlier } = this.progress(file);
    const totalBytes = this.header.files[file]!.fileBytes;
    const progress = (doneBytes: number) =>
      work.progress?.({
        tensor: 'checking what is written',
        index: 0,
        count: earlier.length,
        doneBytes,
        totalBytes,
      });
    const data = await openAccess(this.#folder, dataName(file));
    try {
      const resume = await lastWhole(data, earlier, { signal: work.signal, progress });
      let at = resume?.sizeBytes ?? 0;
      let noted = resume?.errors.length ?? 0;
      data.truncate(at);
      if (resume !== earlier.at(-1)) this.#note({ file, backTo: resume?.tensors ?? -1 });
      const sink: ByteSink = {
        write: async (bytes) => {
          writeAll(data, bytes, at);
          at += bytes.length;
        },
        close: async () => {
          data.flush();
          data.close();
        },
        abort: async () => data.close(),
      };
      const checkpoint = async (reached: Checkpoint): Promise<void> => {
        data.flush();
        this.#note({ file, checkpoint: { ...reached, errors: reached.errors.slice(noted) } });
        noted = reached.errors.length;
      };
      return { sink, resume, checkpoint };
    } catch (error) {
      data.close();
      throw error;
    }
  }

  /** The file is whole. */
  finish(file: number, report: ExportReport): void {
    this.#note({ file, report });
  }
  /** The file was handed over; `keepData` while a download may still read it. */
  async delivered(file: number, keepData: boolean): Promise<void> {
    this.#note({ file, delivered: true });
    if (!keepData) await this.#folder.removeEntry(dataName(file)).catch(() => {});
  }
  /** The handle of a whole file; undefined where it is gone, or was moved away already. */
  data(file: number): Promise<FileSystemFileHandle | undefined> {
    return this.#folder.getFileHandle(dataName(file)).catch(() => undefined);
  }

  #note(record: JournalRecord): void {
    const line = encodeUtf8(recordLine(record));
    writeAll(this.#log, line, this.#logBytes);
    this.#log.flush();
    this.#logBytes += line.length;
    this.#progress[record.file] = advance(this.progress(record.file), record);
  }

  /** Lets go of the export and leaves it on the disk, to be gone on with. */
  async release(): Promise<void> {
    this.#log.close();
    await this.#release();
  }
  /** Deletes the export. */
  async remove(): Promise<void> {
    this.#log.close();
    await removeFolder(this.id);
    await this.#release();
  }
}

/** Deletes the folder of an export, as far as it is there. */
export async function removeFolder(id: string): Promise<void> {
  const root = await privateFolder(EXPORTS).catch(() => undefined);
  await root?.removeEntry(id, { recursive: true }).catch(() => {});
}
