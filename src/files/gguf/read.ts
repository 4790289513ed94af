import { alignUp } from '../../util/bytes';
import { FileError, UnsupportedError } from '../../util/errors';
import { encodeUtf8 } from '../../util/utf8';
import type { ByteSource } from '../byte-source';
import { elementCount, ggmlShape, ggmlTypeById, retiredTypes, tensorBytes } from '../ggml-types';
import type { ModelFile, TensorSource } from '../model-file';
import { checkRanges } from '../ranges';
import { HeaderReader } from './header-reader';
import { alignmentOf, GgufType, type Metadata, type MetaValue } from './metadata';

const MAGIC = 0x46554747; // "GGUF", little endian
/** A name of no bytes, no dimensions, type and offset. */
const MIN_TENSOR_INFO = 8 + 4 + 4 + 8;
/** A key of one byte, a type and a byte. */
const MIN_PAIR = 8 + 1 + 4 + 1;
const MAX_DIMENSIONS = 4; // GGML_MAX_DIMS
const MAX_TENSOR_NAME_BYTES = 63; // GGML_MAX_NAME, less its NUL
/** llama.cpp takes any power of two below 2^32; padding of this size is still made in memory. */
const MAX_ALIGNMENT = 1 << 24;

export const isGguf = (start: Uint8Array): boolean =>
  start.length >= 4 && start[0] === 0x47 && start[1] === 0x47 && start[2] === 0x55 && start[3] === 0x46;

async function checkVersion(reader: HeaderReader): Promise<void> {
  const version = await reader.u32('version');
  if (version !== 0 && (version & 0xffff) === 0)
    throw new UnsupportedError(
      `${reader.name}: this GGUF is big endian; only little-endian files can be read.`,
      'Convert it with llama.cpp (gguf_convert_endian.py).',
    );
  if (version === 1)
    throw new UnsupportedError(
      `${reader.name}: this GGUF is of version 1, of August 2023, which llama.cpp reads no more; expected version 2 or 3.`,
      'Convert the original model again, or download a newer file of it.',
    );
  if (version > 3)
    throw new UnsupportedError(
      `${reader.name}: this GGUF is of version ${version}; expected version 2 or 3.`,
      'It may come from a newer llama.cpp. If it does not, the file is damaged: download it again.',
    );
  if (version === 0) reader.fail('version', '0', '2 or 3');
}

async function readMetadata(reader: HeaderReader, count: number): Promise<Metadata> {
  const metadata = new Map<string, MetaValue>();
  for (let i = 0; i < count; i++) {
    const key = await reader.string(`metadata key ${i}`);
    if (key === '' || key.startsWith('\0')) reader.fail(`metadata key ${i}`, 'an empty one', 'a name');
    if (metadata.has(key)) reader.fail(`metadata key ${i}`, `"${key}" a second time`, 'each key once');
    metadata.set(key, await reader.value(key));
  }
  return metadata;
}

/** general.alignment in bytes. Throws FileError unless it is of the type and kind that llama.cpp takes. */
function readAlignment(reader: HeaderReader, metadata: Metadata): number {
  const entry = metadata.get('general.alignment');
  const alignment = alignmentOf(metadata);
  const isPower = Number.isInteger(Math.log2(alignment));
  if ((!entry || entry.type === GgufType.UINT32) && isPower && alignment <= MAX_ALIGNMENT) return alignment;
  throw new FileError(
    `${reader.name}: general.alignment is ${String(entry?.value).slice(0, 40)} of value type ${entry?.type}, expected a power of two up to ${MAX_ALIGNMENT} of type ${GgufType.UINT32} (32-bit unsigned).`,
    'The file is damaged, or its writer is at fault. Convert the model again.',
  );
}

interface TensorInfo {
  readonly name: string;
  /** Without trailing dimensions of 1, which ggml does not tell from none. */
  readonly shape: readonly number[];
  readonly typeId: number;
  readonly offset: number;
}

async function readTensorInfo(reader: HeaderReader, i: number): Promise<TensorInfo> {
  const name = await reader.string(`name of tensor ${i}`);
  const nameBytes = encodeUtf8(name).length;
  if (nameBytes > MAX_TENSOR_NAME_BYTES)
    reader.fail(`name of tensor ${i}`, `${nameBytes} bytes`, `at most ${MAX_TENSOR_NAME_BYTES}`);
  const dims = await reader.u32(`dimensions of tensor "${name}"`);
  if (dims > MAX_DIMENSIONS)
    reader.fail(`dimensions of tensor "${name}"`, String(dims), `at most ${MAX_DIMENSIONS}`);
  const shape: number[] = [];
  for (let d = 0; d < dims; d++) shape.push(await reader.size(`dimension ${d} of tensor "${name}"`));
  if (elementCount(shape) === undefined)
    reader.fail(`shape of tensor "${name}"`, `[${shape}]`, 'a product below 2^53');
  const typeId = await reader.u32(`type of tensor "${name}"`);
  return { name, shape: ggmlShape(shape), typeId, offset: await reader.size(`offset of tensor "${name}"`) };
}

async function readTensorInfos(reader: HeaderReader, count: number): Promise<TensorInfo[]> {
  const infos: TensorInfo[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < count; i++) {
    const info = await readTensorInfo(reader, i);
    // llama.cpp's names end at a NUL.
    const name = info.name.split('\0', 1)[0]!;
    if (seen.has(name)) reader.fail(`tensor ${i}`, `"${info.name}" a second time`, 'each tensor once');
    seen.add(name);
    infos.push(info);
  }
  return infos;
}

/**
 * Reads the header of a GGUF v2 or v3 file. Tensor data is read later, in ranges. Accepts what llama.cpp accepts. Throws
 * FileError, UnsupportedError. Source of the rules: gguf.cpp, gguf_init_from_reader.
 */
export async function readGguf(source: ByteSource): Promise<ModelFile> {
  const reader = new HeaderReader(source);
  const magic = await reader.u32('magic');
  if (magic !== MAGIC)
    reader.fail('magic', `0x${magic.toString(16)}`, '"GGUF"', 'Drop a GGUF file or a Hugging Face folder.');
  await checkVersion(reader);
  const tensorCount = await reader.count('tensor count', MIN_TENSOR_INFO);
  const metadata = await readMetadata(reader, await reader.count('metadata count', MIN_PAIR));
  const alignment = readAlignment(reader, metadata);
  const infos = await readTensorInfos(reader, tensorCount);
  const dataStart = alignUp(reader.offset, alignment);
  const tensors = infos.map((info) => tensorSource(source, info, dataStart));
  checkOffsets(source, tensors, infos, alignment);
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

/** Throws FileError unless the tensors lie one after the other in the order of the header, each padded. */
function checkOffsets(
  source: ByteSource,
  tensors: readonly TensorSource[],
  infos: readonly TensorInfo[],
  alignment: number,
): void {
  let expected = 0;
  for (const [i, { name, sizeBytes }] of tensors.entries()) {
    const { offset } = infos[i]!;
    if (offset !== expected)
      throw new FileError(
        `${source.name}: tensor "${name}" begins at byte ${offset} of the data, expected ${expected}: tensors lie one after the other, padded to ${alignment} bytes (general.alignment).`,
        'The file is damaged, or its writer is at fault; llama.cpp refuses it, too. Convert the model again.',
      );
    expected += alignUp(sizeBytes, alignment);
  }
}

function tensorSource(source: ByteSource, info: TensorInfo, dataStart: number): TensorSource {
  const type = ggmlTypeById(info.typeId);
  const old = retiredTypes.get(info.typeId);
  if (old)
    throw new UnsupportedError(
      `${source.name}: tensor "${info.name}" is ${old.label} (ggml type ${info.typeId}), an old type that llama.cpp reads no more.`,
      old.hint,
    );
  if (!type)
    throw new UnsupportedError(
      `${source.name}: tensor "${info.name}" has ggml type ${info.typeId}, which is not known here.`,
      'The file may come from a newer llama.cpp.',
    );
  const sizeBytes = tensorBytes(type, info.shape);
  if (sizeBytes === undefined && info.shape[0]! % type.blockSize === 0)
    throw new FileError(
      `${source.name}: tensor "${info.name}" of type ${type.label} and shape [${info.shape}] takes 2^53 bytes or more.`,
      'The file is damaged.',
    );
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
    read: (from, to, signal) => source.read(start + from, start + to, signal),
  };
}
