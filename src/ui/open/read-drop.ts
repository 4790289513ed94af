import type { DroppedFile } from '../../store/actions';

async function readDirectory(entry: FileSystemDirectoryEntry): Promise<DroppedFile[]> {
  const reader = entry.createReader();
  const out: DroppedFile[] = [];
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (entries.length === 0) return out;
    for (const child of entries) if (child.isFile) out.push(await readFile(child as FileSystemFileEntry));
  }
}

const readFile = (entry: FileSystemFileEntry): Promise<DroppedFile> =>
  new Promise((resolve, reject) =>
    entry.file((file) => resolve({ path: entry.fullPath.replace(/^\//, ''), file }), reject),
  );

/** Files of a drop: loose ones, and what lies directly in dropped folders. Entries must be taken before any await. */
export async function readDrop(transfer: DataTransfer): Promise<{ files: DroppedFile[]; label: string }> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  const loose = [...transfer.files];
  const files: DroppedFile[] = [];
  for (const entry of entries) {
    if (entry?.isDirectory) files.push(...(await readDirectory(entry as FileSystemDirectoryEntry)));
    else if (entry?.isFile) files.push(await readFile(entry as FileSystemFileEntry));
  }
  if (files.length === 0) files.push(...loose.map((file) => ({ path: file.name, file })));
  const folder = entries.find((e) => e?.isDirectory);
  return { files, label: folder?.name ?? labelOf(files) };
}

/** A name for what was picked: the folder, or the file. */
export function labelOf(files: readonly DroppedFile[]): string {
  const [first] = files;
  if (!first) return 'nothing';
  const folder = first.path.includes('/') ? first.path.split('/')[0] : undefined;
  return folder ?? (files.length === 1 ? first.path : `${files.length} files`);
}

export const fromInput = (list: FileList | null): DroppedFile[] =>
  [...(list ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
