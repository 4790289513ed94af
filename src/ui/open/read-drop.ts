import type { DroppedFile } from '../../store/model/open';
import { CHAT_TEMPLATES } from '../../util/model-folder';

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const out: FileSystemEntry[] = [];
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (entries.length === 0) return out;
    out.push(...entries);
  }
}

const filesAmong = (entries: readonly FileSystemEntry[]): Promise<DroppedFile[]> =>
  Promise.all(entries.filter((e) => e.isFile).map((e) => readFile(e as FileSystemFileEntry)));

/** The files of a model folder, by the rule of util/model-folder. */
async function readDirectory(folder: FileSystemDirectoryEntry): Promise<DroppedFile[]> {
  const entries = await entriesOf(folder);
  const [only, ...others] = entries;
  if (only?.isDirectory && others.length === 0) return readDirectory(only as FileSystemDirectoryEntry);
  const templates = entries.find((e) => e.isDirectory && e.name === CHAT_TEMPLATES);
  const files = await filesAmong(entries);
  if (templates) files.push(...(await filesAmong(await entriesOf(templates as FileSystemDirectoryEntry))));
  return files;
}

const readFile = (entry: FileSystemFileEntry): Promise<DroppedFile> =>
  new Promise((resolve, reject) =>
    entry.file((file) => resolve({ path: entry.fullPath.replace(/^\//, ''), file }), reject),
  );

/** Dropped or picked files, their label, and their handles if the browser supports them. */
export interface Picked {
  readonly files: DroppedFile[];
  readonly label: string;
  readonly handles: FileSystemHandle[];
}

type WithHandle = { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> };

/** Files of a drop: loose ones, and those directly in dropped folders. Items must be read before the first await. */
export async function readDrop(transfer: DataTransfer): Promise<Picked> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  const wanted = [...transfer.items].map((item) => (item as unknown as WithHandle).getAsFileSystemHandle?.());
  const loose = [...transfer.files];
  const files: DroppedFile[] = [];
  for (const entry of entries) {
    if (entry?.isDirectory) files.push(...(await readDirectory(entry as FileSystemDirectoryEntry)));
    else if (entry?.isFile) files.push(await readFile(entry as FileSystemFileEntry));
  }
  if (files.length === 0) files.push(...loose.map((file) => ({ path: file.name, file })));
  const folder = entries.find((e) => e?.isDirectory);
  const handles = await Promise.all(wanted.map((handle) => handle?.catch(() => null)));
  return {
    files,
    label: folder?.name ?? labelOf(files),
    handles: handles.filter((handle): handle is FileSystemHandle => Boolean(handle)),
  };
}

interface Pickers {
  showOpenFilePicker?(o: { multiple: boolean }): Promise<FileSystemFileHandle[]>;
  showDirectoryPicker?(): Promise<FileSystemDirectoryHandle>;
}

/** Opens the browser's picker: [] when cancelled, undefined when there is none. */
export async function pickHandles(what: 'files' | 'folder'): Promise<FileSystemHandle[] | undefined> {
  const pickers = window as unknown as Pickers;
  try {
    if (what === 'files') return await pickers.showOpenFilePicker?.({ multiple: true });
    const folder = await pickers.showDirectoryPicker?.();
    return folder && [folder];
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return [];
    return undefined;
  }
}

/** A label: the folder's name, the file's name, or a count. */
export function labelOf(files: readonly DroppedFile[]): string {
  const [first] = files;
  if (!first) return 'nothing';
  const folder = first.path.includes('/') ? first.path.split('/')[0] : undefined;
  return folder ?? (files.length === 1 ? first.path : `${files.length} files`);
}

export const fromInput = (list: FileList | null): DroppedFile[] =>
  [...(list ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
