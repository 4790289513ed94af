// Blocks of remote files in the origin private file system: NAME holds them in order of arrival, NAME.index their
// numbers. A block is valid once its number is written, so a crash loses at most the newest. Several tabs share a file:
// where the browser opens it more than once they append under a lock; elsewhere the first writes and the others read.
import { BLOCK_BYTES, type BlockStore } from '../files/hub/block-cache';
import { NibbleError } from '../util/errors';
import { encodeUtf8 } from '../util/utf8';
import { hubLock, NOTHING_HELD, type Release, tryHold, withLock } from './disk/locks';
import { entriesOf, openAccess, privateFolder, type SyncAccess, writeAll } from './disk/opfs';

const HUB = 'hub';
const MANIFEST = 'models.json';
const INDEX = '.index';

export interface ClosableStore extends BlockStore {
  close(): void;
}

const folderOf = async (repository: string): Promise<FileSystemDirectoryHandle> =>
  (await privateFolder(HUB)).getDirectoryHandle(encodeURIComponent(repository), { create: true });
const nameOf = (path: string, version: string): string => `${encodeURIComponent(path)}@${version}`;

/** Block numbers to slots. A block that was stored twice is where it came last. */
class Slots {
  readonly #slots = new Map<number, number>();
  /** Numbers that were read. */
  count = 0;

  add(numbers: Iterable<number>): void {
    for (const block of numbers) {
      this.#slots.set(block, this.count++);
      this.last = block;
    }
  }
  of(block: number): number | undefined {
    return this.#slots.get(block);
  }
  /** The block of the last slot. */
  last = 0;
  forget(block: number): void {
    this.#slots.delete(block);
  }
}

/** Numbers of an index file from number `first`; a torn last one is none. */
const numbersIn = (bytes: Uint8Array<ArrayBuffer>): Uint32Array =>
  new Uint32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));

/** Bytes that a data file must have for the numbers of its index; browsers flush, and evict, the two apart. */
const neededBytes = (slots: Slots, sizeOf: (block: number) => number): number =>
  slots.count === 0 ? 0 : (slots.count - 1) * BLOCK_BYTES + sizeOf(slots.last);

/** Cuts an index off before the first number whose block is not whole. */
function cutIndex(data: SyncAccess, index: SyncAccess, sizeOf: (block: number) => number): void {
  const bytes = new Uint8Array(index.getSize());
  const numbers = numbersIn(bytes.slice(0, index.read(bytes, { at: 0 })));
  const size = data.getSize();
  const isLost = (block: number, slot: number) =>
    sizeOf(block) <= 0 || slot * BLOCK_BYTES + sizeOf(block) > size;
  const lost = numbers.findIndex(isLost);
  index.truncate(4 * (lost < 0 ? numbers.length : lost));
}

function sharedStore(
  data: SyncAccess,
  index: SyncAccess,
  lock: string,
  sizeOf: (block: number) => number,
  release: Release,
): ClosableStore {
  const slots = new Slots();
  const refresh = () => {
    const bytes = new Uint8Array(Math.max(0, index.getSize() - 4 * slots.count));
    const read = index.read(bytes, { at: 4 * slots.count });
    slots.add(numbersIn(bytes.slice(0, read)));
  };
  const put = (first: number, blocks: readonly Uint8Array<ArrayBuffer>[]) => {
    refresh();
    // A block behind lost ones would leave zeros in their places.
    if (index.getSize() < 4 * slots.count || data.getSize() < neededBytes(slots, sizeOf))
      throw new DOMException('Stored blocks are gone.', 'InvalidStateError');
    const stored: number[] = [];
    try {
      for (const [i, bytes] of blocks.entries()) {
        if (slots.of(first + i) !== undefined) continue;
        writeAll(data, bytes, (slots.count + stored.length) * BLOCK_BYTES);
        stored.push(first + i);
      }
    } finally {
      // The blocks are on the disk before their numbers are.
      data.flush();
      writeAll(index, new Uint8Array(Uint32Array.from(stored).buffer), slots.count * 4);
      index.flush();
      slots.add(stored);
    }
  };
  refresh();
  return {
    refresh: async () => refresh(),
    has: (block) => slots.of(block) !== undefined,
    async get(block, sizeBytes) {
      const out = new Uint8Array(sizeBytes);
      try {
        if (data.read(out, { at: slots.of(block)! * BLOCK_BYTES }) === sizeBytes) return out;
      } catch {
        // A handle that was closed: the model was opened again.
      }
      slots.forget(block);
      return undefined;
    },
    put: (first, blocks) => withLock(lock, () => put(first, blocks)),
    close() {
      data.close();
      index.close();
      void release();
    },
  };
}

/** Reads what another tab stores, in browsers that open a file to write only once. */
function readingStore(folder: FileSystemDirectoryHandle, name: string): ClosableStore {
  const slots = new Slots();
  const file = async (name: string) => (await folder.getFileHandle(name)).getFile();
  const bytesOf = async (name: string, start: number, end?: number) =>
    new Uint8Array(await (await file(name)).slice(start, end).arrayBuffer());
  return {
    refresh: async () =>
      slots.add(numbersIn(await bytesOf(`${name}${INDEX}`, 4 * slots.count).catch(() => new Uint8Array()))),
    has: (block) => slots.of(block) !== undefined,
    async get(block, sizeBytes) {
      const at = slots.of(block)! * BLOCK_BYTES;
      const bytes = await bytesOf(name, at, at + sizeBytes).catch(() => undefined);
      if (bytes?.length === sizeBytes) return bytes;
      slots.forget(block);
      return undefined;
    },
    put: () => Promise.resolve(),
    close: () => {},
  };
}

/** Opens the store of a file of `sizeBytes`; a new `version` starts an empty one. Rejects when the browser denies storage. */
export async function openPrivateStore(
  repository: string,
  path: string,
  version: string,
  sizeBytes: number,
): Promise<ClosableStore> {
  const folder = await folderOf(repository);
  const name = nameOf(path, version);
  const lock = `${hubLock(repository)}/${name}`;
  const sizeOf = (block: number) => Math.min(BLOCK_BYTES, sizeBytes - block * BLOCK_BYTES);
  let data: SyncAccess | undefined;
  try {
    data = await openAccess(folder, name, 'readwrite-unsafe');
    const index = await openAccess(folder, `${name}${INDEX}`, 'readwrite-unsafe');
    // Mended only while no other tab has it open, which knows places that would be given away.
    const alone = await tryHold(`${lock}/open`);
    if (alone) cutIndex(data, index, sizeOf);
    await alone?.();
    const release = (await tryHold(`${lock}/open`, 'shared')) ?? NOTHING_HELD;
    return sharedStore(data, index, lock, sizeOf, release);
  } catch (error) {
    data?.close();
    if (error instanceof DOMException && error.name === 'NoModificationAllowedError')
      return readingStore(folder, name);
    throw error;
  }
}

/** A model of a hub that was opened: its address, and its files of weights. */
export interface FetchedModel {
  readonly address: string;
  readonly files: readonly { readonly path: string; readonly version: string; readonly sizeBytes: number }[];
}

async function readManifest(folder: FileSystemDirectoryHandle): Promise<FetchedModel[]> {
  try {
    const text = await (await (await folder.getFileHandle(MANIFEST)).getFile()).text();
    const models = JSON.parse(text) as unknown;
    return Array.isArray(models) ? (models as FetchedModel[]) : [];
  } catch {
    // Fetched by an older version of the page, or cut off.
    return [];
  }
}

/** Notes what a model consists of, so that another visit knows how much of it is there. */
export async function noteFetched(repository: string, model: FetchedModel): Promise<void> {
  const folder = await folderOf(repository);
  await withLock(`${hubLock(repository)}/${MANIFEST}`, async () => {
    const others = (await readManifest(folder)).filter(({ address }) => address !== model.address);
    const access = await openAccess(folder, MANIFEST);
    try {
      const bytes = encodeUtf8(JSON.stringify([...others, model]));
      access.truncate(0);
      writeAll(access, bytes, 0);
      access.flush();
    } finally {
      access.close();
    }
  });
}

/** A model of a hub, and how much of its weights is here. */
export interface Download {
  readonly address: string;
  readonly fetchedBytes: number;
  readonly totalBytes: number;
}

/** Cached bytes per repository, and its models. */
export async function listDownloads(): Promise<
  { repository: string; sizeBytes: number; models: readonly Download[] }[]
> {
  const out: { repository: string; sizeBytes: number; models: Download[] }[] = [];
  for (const [name, handle] of await entriesOf(await privateFolder(HUB))) {
    if (handle.kind !== 'directory') continue;
    const folder = handle as FileSystemDirectoryHandle;
    const sizes = new Map<string, number>();
    for (const [file, child] of await entriesOf(folder))
      if (child.kind === 'file') sizes.set(file, (await (child as FileSystemFileHandle).getFile()).size);
    const fetched = ({ path, version, sizeBytes }: FetchedModel['files'][number]) =>
      Math.min(sizeBytes, Math.floor((sizes.get(`${nameOf(path, version)}${INDEX}`) ?? 0) / 4) * BLOCK_BYTES);
    const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0);
    out.push({
      repository: decodeURIComponent(name),
      sizeBytes: sum(sizes.values()),
      models: (await readManifest(folder)).map(({ address, files }) => ({
        address,
        fetchedBytes: sum(files.map(fetched)),
        totalBytes: sum(files.map((f) => f.sizeBytes)),
      })),
    });
  }
  return out.sort((a, b) => (a.repository < b.repository ? -1 : 1));
}

/** Throws NibbleError while a tab has it open. */
export async function deleteDownload(repository: string): Promise<void> {
  const release = await tryHold(hubLock(repository));
  if (!release)
    throw new NibbleError(
      `${repository} is open in another tab.`,
      'Close that tab or open another model there, then delete it.',
    );
  try {
    await (await privateFolder(HUB)).removeEntry(encodeURIComponent(repository), { recursive: true });
  } finally {
    await release();
  }
}
