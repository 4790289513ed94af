// Checkpoints of before PyTorch 1.6: five pickles, then for each storage a count of 64 bits and its elements.
import { FileError, UnsupportedError } from '../../util/errors';
import { visible } from '../../util/foreign-text';
import type { ByteSource } from '../byte-source';
import { MAX_PICKLE, unpickleCheckpoint } from './checkpoint-pickle';
import { unpickle } from './pickle/read';
import { type Pickle, PickleCutOff, PickleDict, PickleList, type PickleValue } from './pickle/values';
import { type Storage, type StoragePlace, stateDictOf, storageOf, type Unpacked } from './storage';

const MAGIC = 119547037146038801333356n;
const PROTOCOL = 1001;
const FIRST_READ = 1 << 20;
const COUNT_BYTES = 8;

/** Pickles of a stream, one after the other. */
class Pickles {
  #at = 0;
  constructor(readonly source: ByteSource) {}
  get at(): number {
    return this.#at;
  }
  async next(read: (bytes: Uint8Array<ArrayBuffer>) => Pickle): Promise<PickleValue> {
    for (let size = FIRST_READ; ; size *= 4) {
      const end = Math.min(this.source.sizeBytes, this.#at + Math.min(size, MAX_PICKLE));
      try {
        const { value, sizeBytes } = read(await this.source.read(this.#at, end));
        this.#at += sizeBytes;
        return value;
      } catch (error) {
        const isMore = end < this.source.sizeBytes && size < MAX_PICKLE;
        if (!(error instanceof PickleCutOff && isMore)) throw error;
      }
    }
  }
}

/** Reads all but the elements. Throws FileError, UnsupportedError. */
export async function legacyCheckpoint(source: ByteSource): Promise<Unpacked> {
  const bad = (what: string): never => {
    throw new FileError(
      `${source.name}: ${what}`,
      'The file is damaged, or no checkpoint of PyTorch. Download it again.',
    );
  };
  const pickles = new Pickles(source);
  const plain = () => pickles.next((bytes) => unpickle(bytes, { label: source.name, makers: new Map() }));
  const magic = await plain();
  if (magic !== MAGIC) bad('its first pickle is not the number that torch.save begins with.');
  const protocol = await plain();
  if (protocol !== PROTOCOL) bad(`its second pickle is not ${PROTOCOL}, the protocol of torch.save.`);
  const system = await plain();
  if (system instanceof PickleDict && system.entries.get('little_endian') === false)
    throw new UnsupportedError(
      `${source.name}: it is big endian.`,
      'Save it again on a little-endian machine.',
    );
  const storages = new Map<string, Storage>();
  const value = await pickles.next((bytes) => {
    storages.clear();
    return unpickleCheckpoint(bytes, source.name, undefined, (id) => {
      const made = storageOf(id);
      const storage = made.made as Storage;
      const before = storages.get(storage.key);
      if (before && (before.type !== storage.type || before.count !== storage.count))
        throw new Error(`storage "${visible(storage.key)}" has two types or sizes`);
      storages.set(storage.key, storage);
      return made;
    });
  });
  const keys = await plain();
  if (!(keys instanceof PickleList)) return bad('its fifth pickle is no list of storages.');
  const places = new Map<string, StoragePlace>();
  let at = pickles.at;
  for (const key of keys.items) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (!storage || places.has(storage.key))
      return bad(`its list of storages names ${storage ? 'one twice' : 'one that no tensor has'}.`);
    if (at + COUNT_BYTES > source.sizeBytes) return bad(`it ends before storage "${visible(storage.key)}".`);
    const head = await source.read(at, at + COUNT_BYTES);
    const count = new DataView(head.buffer, head.byteOffset).getBigInt64(0, true);
    if (count !== BigInt(storage.count))
      return bad(
        `storage "${visible(storage.key)}" at byte ${at} has ${count} elements, expected ${storage.count}.`,
      );
    const first = at + COUNT_BYTES;
    const sizeBytes = storage.count * storage.type.blockBytes;
    if (!(first + sizeBytes <= source.sizeBytes))
      return bad(
        `storage "${visible(storage.key)}" of ${sizeBytes} bytes at byte ${first} reaches beyond the file.`,
      );
    places.set(storage.key, {
      sizeBytes,
      read: (from, to, signal) => source.read(first + from, first + to, signal),
    });
    at = first + sizeBytes;
  }
  return { state: stateDictOf(value), places };
}
