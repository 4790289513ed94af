import { readdirSync, statSync } from 'node:fs';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ByteSink } from '../files/byte-sink';
import type { ByteSource } from '../files/byte-source';
import { FileError } from '../util/errors';

async function fileSource(path: string, name: string): Promise<ByteSource> {
  const handle = await open(path, 'r');
  const { size } = await handle.stat();
  return {
    name,
    sizeBytes: size,
    async read(start, end) {
      const bytes = new Uint8Array(end - start);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
      return bytesRead === bytes.length ? bytes : bytes.slice(0, bytesRead);
    },
  };
}

/** The files of a model: one file, or everything directly in a folder. */
export async function openPath(path: string): Promise<ByteSource[]> {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    throw new FileError(`${path}: there is no such file or folder.`, 'Check the path.');
  }
  if (!isFolder) return [await fileSource(path, basename(path))];
  const names = readdirSync(path).filter((n) => statSync(join(path, n)).isFile());
  return Promise.all(names.map((n) => fileSource(join(path, n), `${basename(path)}/${n}`)));
}

/** Writes beside the target and renames at the end, so that a half-written file never has the name. */
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
