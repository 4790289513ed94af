// The journal of an export: lines of JSON, each written at once and flushed, so that at most the last is torn. The first
// says what is written from what, the others how far it came.
import type { Checkpoint, ExportReport } from '../../pipeline/write-file';
import { encodeUtf8 } from '../../util/utf8';
import type { ExportBase, PlannedFile } from '../../studio/export-plan';

const JOURNAL_VERSION = 1;

/** One file of an export. */
export interface JournalFile extends PlannedFile {
  /** Name it is offered under. */
  readonly name: string;
}

/** The way in which the page opened a model, so that a later visit opens it again. */
export interface OpenedFrom {
  readonly kind: 'files' | 'hub' | 'built-in' | 'kept';
  /** Names of files, or an address of a hub. */
  readonly label: string;
  readonly preTokenizer?: string;
}

/** The files of an export, and all that a later visit needs to make the same bytes. */
export interface JournalHeader {
  /** Build of the engine: another might make other bytes. */
  readonly engine: string;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  readonly opened: OpenedFrom;
  readonly base: ExportBase;
  readonly files: readonly JournalFile[];
  /** The files go to the library of this browser. */
  readonly keep: boolean;
}

/** Progress of a file of an export. */
export interface FileProgress {
  /** The last whole tensor; undefined before the header is written. */
  readonly checkpoint: Checkpoint | undefined;
  /** Every checkpoint there was, the last included. */
  readonly earlier: readonly Checkpoint[];
  /** Set when the file is whole. */
  readonly report: ExportReport | undefined;
  /** It was handed over: saved, offered as a download or put in the library. */
  readonly delivered: boolean;
}
export interface Journal extends JournalHeader {
  readonly progress: readonly FileProgress[];
  /** Bytes of whole lines. */
  readonly sizeBytes: number;
}

/** A line after the first; `errors` of a checkpoint are those since the one before. */
export type JournalRecord =
  | { readonly file: number; readonly checkpoint: Checkpoint }
  | { readonly file: number; readonly report: ExportReport }
  | { readonly file: number; readonly delivered: true }
  /** Later checkpoints were not on the disk: it went on after so many tensors; -1 is the beginning. */
  | { readonly file: number; readonly backTo: number };

export const NOT_BEGUN: FileProgress = {
  checkpoint: undefined,
  earlier: [],
  report: undefined,
  delivered: false,
};

export const headerLine = (header: JournalHeader): string =>
  `${JSON.stringify({ version: JOURNAL_VERSION, ...header })}\n`;
export const recordLine = (record: JournalRecord): string => `${JSON.stringify(record)}\n`;

/** Whole lines of a journal, and their bytes; a torn last one is left out. */
function linesOf(text: string): { lines: unknown[]; sizeBytes: number } {
  const lines: unknown[] = [];
  let end = 0;
  for (let next = text.indexOf('\n'); next >= 0; next = text.indexOf('\n', end)) {
    try {
      lines.push(JSON.parse(text.slice(end, next)));
    } catch {
      // A line that never reached the disk ends what can be believed.
      break;
    }
    end = next + 1;
  }
  return { lines, sizeBytes: encodeUtf8(text.slice(0, end)).length };
}

const isHeader = (line: unknown): line is JournalHeader & { version: number } => {
  const { version, base, opened, files, engine } = (line ?? {}) as Partial<
    JournalHeader & { version: number }
  >;
  return (
    typeof version === 'number' &&
    typeof engine === 'string' &&
    typeof base?.fingerprint === 'string' &&
    typeof opened?.label === 'string' &&
    Array.isArray(files)
  );
};

/** Adds a record to what became of its file. */
export function advance(before: FileProgress, record: JournalRecord): FileProgress {
  if ('delivered' in record) return { ...before, delivered: true };
  if ('backTo' in record) {
    const earlier = before.earlier.filter(({ tensors }) => tensors <= record.backTo);
    return { ...before, checkpoint: earlier.at(-1), earlier };
  }
  if ('report' in record) return { ...before, report: record.report };
  const errors = [...(before.checkpoint?.errors ?? []), ...record.checkpoint.errors];
  const checkpoint = { ...record.checkpoint, errors };
  return { ...before, checkpoint, earlier: [...before.earlier, checkpoint] };
}

/** Reads a journal. `newer` is one of a later version of the page; undefined is none. */
export function parseJournal(text: string): Journal | 'newer' | undefined {
  const { lines, sizeBytes } = linesOf(text);
  const [header, ...records] = lines;
  if (!isHeader(header)) return undefined;
  const { version, ...rest } = header;
  if (version > JOURNAL_VERSION) return 'newer';
  const progress = rest.files.map(() => NOT_BEGUN);
  for (const record of records as JournalRecord[]) {
    const before = progress[record.file];
    if (before) progress[record.file] = advance(before, record);
  }
  return { ...rest, progress, sizeBytes };
}
