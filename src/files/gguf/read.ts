import { alignUp } from '../../util/bytes';
import { FileError, UnsupportedError } from '../../util/errors';
import type { ByteSource } from '../byte-source';
import { elementCount, ggmlTypeById, tensorBytes } from '../ggml-types';
import type { ModelFile, TensorSource } from '../model-file';
import { checkRanges } from '../ranges';
import { HeaderReader } from './header-reader';
import { getNumber, type Metadata, type MetaValue } from './metadata';

const MAGIC = 0x46554747; // "GGUF", little endian
const MIN_TENSOR_INFO = 8 + 4 + 8 + 4 + 8;
const MIN_PAIR = 8 + 4 + 1;

export const isGguf = (start: Uint8Array): boolean =>
  start.length >= 4 && start[0] === 0x47 && start[1] === 0x47 && start[2] === 0x55 && start[3] === 0x46;

async function readMetadata(reader: HeaderReader, count: number): Promise<Metadata> {
  const metadata = new Map<string, MetaValue>();
  for (let i = 0; i < count; i++) {
    const key = await reader.string(`metadata key ${i}`);
    if (metadata.has(key)) reader.fail(`metadata key ${i}`, `"${key}" a second time`, 'each key once');
    metadata.set(key, await reader.value(key));
  }
  return metadata;
}

interface TensorInfo {
  readonly name: string;
  readonly shape: readonly number[];
  readonly typeId: number;
  readonly offset: number;
}

async function readTensorInfo(reader: HeaderReader, i: number): Promise<TensorInfo> {
  const name = await reader.string(`name of tensor ${i}`);
  const dims = await reader.u32(`dimensions of tensor "${name}"`);
  if (dims < 1 || dims > 4) reader.fail(`dimensions of tensor "${name}"`, String(dims), '1 to 4');
  const shape: number[] = [];
  for (let d = 0; d < dims; d++) shape.push(await reader.size(`dimension ${d} of tensor "${name}"`));
  if (elementCount(shape) === undefined)
    reader.fail(`shape of tensor "${name}"`, `[${shape}]`, 'a product below 2^53');
  const typeId = await reader.u32(`type of tensor "${name}"`);
  return { name, shape, typeId, offset: await reader.size(`offset of tensor "${name}"`) };
}

/**
 * Reads the header of a GGUF v2 or v3 file. Tensor data is read later, in ranges. Throws FileError, UnsupportedError.
 */
export async function readGguf(source: ByteSource): Promise<ModelFile> {
  const reader = new HeaderReader(source);
  const magic = await reader.u32('magic');
  if (magic !== MAGIC)
    reader.fail('magic', `0x${magic.toString(16)}`, '"GGUF"', 'Drop a GGUF file or a Hugging Face folder.');
  const version = await reader.u32('version');
  if (version === 0x02000000 || version === 0x03000000)
    throw new UnsupportedError(
      `${source.name}: this GGUF is big endian; only little-endian files can be read.`,
      'Convert it with llama.cpp (gguf_convert_endian.py).',
    );
  if (version !== 2 && version !== 3) reader.fail('version', String(version), '2 or 3');
  const tensorCount = await reader.count('tensor count', MIN_TENSOR_INFO);
  const metadata = await readMetadata(reader, await reader.count('metadata count', MIN_PAIR));
  const infos: TensorInfo[] = [];
  for (let i = 0; i < tensorCount; i++) infos.push(await readTensorInfo(reader, i));
  const alignment = getNumber(metadata, 'general.alignment') ?? 32;
  if (alignment < 1 || alignment % 8 !== 0)
    throw new FileError(
      `${source.name}: general.alignment is ${alignment}, expected a multiple of 8.`,
      'The file is damaged.',
    );
  const dataStart = alignUp(reader.offset, alignment);
  const tensors = infos.map((info) => tensorSource(source, info, dataStart));
  checkRanges(
    source,
    tensors.map((t, i) => ({
      what: `tensor "${t.name}"`,
      start: dataStart + infos[i]!.offset,
      end: dataStart + infos[i]!.offset + t.sizeBytes,
    })),
  );
  return {
    label: source.name,
    container: 'GGUF',
    metadata,
    tensors,
    sizeBytes: source.sizeBytes,
    notes: [],
  };
}

function tensorSource(source: ByteSource, info: TensorInfo, dataStart: number): TensorSource {
  const type = ggmlTypeById(info.typeId);
  if (!type)
    throw new UnsupportedError(
      `${source.name}: tensor "${info.name}" has ggml type ${info.typeId}, which is not known here.`,
      'The file may come from a newer llama.cpp.',
    );
  const sizeBytes = tensorBytes(type, info.shape);
  if (sizeBytes === undefined)
    throw new FileError(
      `${source.name}: tensor "${info.name}" of type ${type.label} has rows of ${info.shape[0]} weights, expected a multiple of ${type.blockSize}.`,
      'The file is damaged.',
    );
  const start = dataStart + info.offset;
  return {
    name: info.name,
    shape: info.shape,
    type,
    sizeBytes,
    read: (from, to) => source.read(start + from, start + to),
  };
}
