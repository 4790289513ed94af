import { FileError, UnsupportedError } from '../../util/errors';
import { visible } from '../../util/foreign-text';
import { decodeUtf8 } from '../../util/utf8';
import type { ByteSource } from '../byte-source';
import { elementCount } from '../ggml-types';
import type { SafeTensor } from '../safetensors/read';
import { legacyCheckpoint } from './legacy';
import { MAX_PICKLE, unpickleCheckpoint } from './checkpoint-pickle';
import { type Storage, stateDictOf, type Unpacked, type StoragePlace } from './storage';
import { readStrided } from './strided';
import { isZip, zipEntries } from './zip';

const HINT = 'The file is damaged, or no checkpoint of PyTorch. Download it again.';

async function readArchive(source: ByteSource): Promise<Unpacked> {
  const entries = await zipEntries(source);
  const pickles = [...entries.keys()].filter((name) => name.endsWith('/data.pkl') || name === 'data.pkl');
  const [name] = pickles;
  if (name === undefined || pickles.length > 1)
    throw new FileError(
      `${source.name}: the zip archive has ${pickles.length} entries "data.pkl", expected one, as torch.save writes.`,
      HINT,
    );
  const root = name.slice(0, -'data.pkl'.length);
  if (entries.has(`${root}constants.pkl`))
    throw new UnsupportedError(
      `${source.name}: this is a program of TorchScript, not a checkpoint of weights.`,
      'Save the state_dict of the model with torch.save, or take safetensors.',
    );
  const order = entries.get(`${root}byteorder`);
  if (order && order.sizeBytes < 16) {
    const text = decodeUtf8(await order.read(0, order.sizeBytes));
    if (text !== 'little')
      throw new UnsupportedError(
        `${source.name}: byte order is "${visible(text)}", expected "little".`,
        'Save it again on a little-endian machine.',
      );
  }
  const pickle = entries.get(name)!;
  if (pickle.sizeBytes > MAX_PICKLE)
    throw new FileError(
      `${source.name}: data.pkl has ${pickle.sizeBytes} bytes, expected at most ${MAX_PICKLE}.`,
      HINT,
    );
  const { value } = unpickleCheckpoint(await pickle.read(0, pickle.sizeBytes), source.name);
  const places = new Map<string, StoragePlace>();
  const data = `${root}data/`;
  for (const [entry, place] of entries)
    if (entry.startsWith(data)) places.set(entry.slice(data.length), place);
  return { state: stateDictOf(value), places };
}

function placeOf(
  source: ByteSource,
  name: string,
  storage: Storage,
  places: Unpacked['places'],
): StoragePlace {
  const place = places.get(storage.key);
  if (!place)
    throw new FileError(
      `${source.name}: tensor "${visible(name)}": storage "${visible(storage.key)}" is not in the file.`,
      HINT,
    );
  const sizeBytes = storage.count * storage.type.blockBytes;
  if (place.sizeBytes !== sizeBytes)
    throw new FileError(
      `${source.name}: tensor "${visible(name)}": storage "${visible(storage.key)}" of ${storage.count} ${storage.type.label} takes ${sizeBytes} bytes, ${place.sizeBytes} are there.`,
      HINT,
    );
  return place;
}

/** Returns true for the first bytes of what torch.save writes: a zip archive, or of old a pickle of protocol 2. */
export const isPyTorch = (start: Uint8Array): boolean =>
  isZip(start) || (start[0] === 0x80 && start[1] === 2 && start[2] === 0x8a);

/**
 * The tensors of a file of torch.save, in their order, by a pickle machine that calls nothing: zip archives, and the form
 * of before PyTorch 1.6. Weights are read later, in ranges, whatever their strides; tensors may share a storage. What else a
 * training program keeps beside them is passed over. Throws FileError, and UnsupportedError, which names what a pickle wants
 * beyond tensors.
 */
export async function readPyTorch(source: ByteSource): Promise<SafeTensor[]> {
  const start = await source.read(0, Math.min(4, source.sizeBytes));
  if (!isPyTorch(start))
    throw new FileError(
      `${source.name}: it begins with ${[...start].map((b) => b.toString(16).padStart(2, '0')).join(' ')}, expected a zip archive (50 4b 03 04) or a pickle (80 02 8a).`,
      HINT,
    );
  const { state, places } = isZip(start) ? await readArchive(source) : await legacyCheckpoint(source);
  if (!state)
    throw new FileError(
      `${source.name}: there is no dictionary of tensors in it.`,
      'Save the state_dict of the model, or take the file named pytorch_model.bin.',
    );
  return [...state.tensors].map(([name, tensor]) => {
    const place = placeOf(source, name, tensor.storage, places);
    const { type } = tensor.storage;
    return {
      name,
      shape: tensor.shape,
      type,
      dtype: tensor.storage.dtype,
      sizeBytes: elementCount(tensor.shape)! * type.blockBytes,
      read: (a, b, signal) =>
        a >= b
          ? Promise.resolve(new Uint8Array(0))
          : readStrided(tensor, (from, to, s) => place.read(from, to, s), a, b, signal),
    };
  });
}
