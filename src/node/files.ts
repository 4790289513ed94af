import { openSync, read, readdirSync, readFileSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { ByteSink } from '../files/byte-sink';
import type { ByteSource } from '../files/byte-source';
import { FileError } from '../util/errors';
import { CHAT_TEMPLATES } from '../util/model-folder';

const readAt = promisify(read);

/** The descriptor stays open for the life of the process, as the model does. */
function fileSource(path: string, name: string): ByteSource {
  const fd = openSync(path, 'r');
  return {
    name,
    sizeBytes: statSync(path).size,
    async read(start, end) {
      const bytes = new Uint8Array(end - start);
      const { bytesRead } = await readAt(fd, bytes, 0, bytes.length, start);
      return bytesRead === bytes.length ? bytes : bytes.slice(0, bytesRead);
    },
  };
}

/** Opens one file, named by its path as given. Throws FileError. */
export function openFile(path: string): ByteSource {
  try {
    return fileSource(path, path);
  } catch {
    throw new FileError(`${path}: there is no such file.`, 'Check the path.');
  }
}

/** A text file. Throws FileError. */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new FileError(`${path}: there is no such file.`, 'Check the path.');
  }
}

const listed = (folder: string) => {
  const names = readdirSync(folder);
  const isFolder = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory();
  const isFile = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile();
  return { files: names.filter(isFile), folders: names.filter(isFolder) };
};

/**
 * The files of a model: one file, or all directly in a folder, with its additional chat templates. A folder that holds
 * nothing but one folder counts as that. Throws FileError.
 */
export function openPath(path: string): ByteSource[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    throw new FileError(`${path}: there is no such file or folder.`, 'Check the path.');
  }
  if (!isFolder) return [fileSource(path, basename(path))];
  const { files, folders } = listed(path);
  if (files.length === 0 && folders.length === 1) return openPath(join(path, folders[0]!));
  const templates = folders.includes(CHAT_TEMPLATES)
    ? listed(join(path, CHAT_TEMPLATES)).files.map((name) => `${CHAT_TEMPLATES}/${name}`)
    : [];
  return [...files, ...templates].map((name) =>
    fileSource(join(path, name), `${basename(resolve(path))}/${name}`),
  );
}

/** Writes to PATH.part and renames it at the end, so that PATH is never incomplete. */
export class FileSink implements ByteSink {
  readonly #path: string;
  readonly #handle: FileHandle;
  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }
  static async create(path: string): Promise<FileSink> {
    return new FileSink(path, await open(`${path}.part`, 'w'));
  }
  async write(bytes: Uint8Array): Promise<void> {
    await this.#handle.writeFile(bytes);
  }
  async close(): Promise<void> {
    await this.#handle.close();
    await rename(`${this.#path}.part`, this.#path);
  }
  async abort(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await unlink(`${this.#path}.part`).catch(() => {});
  }
}
