import { shownValue } from '../../util/foreign-text';
import { FileError, UnsupportedError } from '../../util/errors';
import type { ByteSource } from '../byte-source';
import { elementCount, type GgmlType, ggmlTypeByLabel } from '../ggml-types';
import { duplicateKey, isRecord, parseJson } from '../json';
import { checkRanges } from '../ranges';

/** The reference implementation takes 100 MB; 200,000 tensors need no more than this. */
const MAX_HEADER = 25_000_000;
const MAX_DIMENSIONS = 8;
/** Integers (codes of quantized weights, buffers of old checkpoints) are kept as raw bytes of their width. */
const types: Readonly<Record<string, string>> = {
  F32: 'F32',
  F16: 'F16',
  BF16: 'BF16',
  F64: 'F64',
  F8_E4M3: 'I8',
  F8_E5M2: 'I8',
  F8_E8M0: 'I8',
  BOOL: 'I8',
  U8: 'I8',
  I8: 'I8',
  U16: 'I16',
  I16: 'I16',
  U32: 'I32',
  I32: 'I32',
  U64: 'I64',
  I64: 'I64',
};

/** A tensor as stored in safetensors: shape in row-major order, outermost dimension first. */
export interface SafeTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: GgmlType;
  readonly sizeBytes: number;
  /** The type as the file names it: `type` does not tell 8-bit floats and unsigned integers from others of their width. */
  readonly dtype: string;
  read(start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

const isCount = (v: unknown): v is number => typeof v === 'number' && Number.isSafeInteger(v) && v >= 0;

/** Reads the header only. Throws FileError naming the file and the tensor. */
export async function readSafetensors(source: ByteSource): Promise<SafeTensor[]> {
  const bad = (what: string): never => {
    throw new FileError(
      `${source.name}: ${what}`,
      'The file is damaged or not safetensors. Download it again.',
    );
  };
  if (source.sizeBytes < 8)
    bad(`the file has ${source.sizeBytes} bytes, expected at least 8 for the header length.`);
  const length = new DataView((await source.read(0, 8)).buffer).getBigUint64(0, true);
  const max = Math.min(MAX_HEADER, source.sizeBytes - 8);
  if (length > BigInt(max))
    bad(
      `the header length at byte 0 is ${length}, expected at most ${max} (${max < MAX_HEADER ? 'what the file can hold' : 'no model has more'}).`,
    );
  const headerBytes = Number(length);
  const { text, value: header } = parseJson(
    await source.read(8, 8 + headerBytes),
    `${source.name}: the header (bytes 8 to ${8 + headerBytes})`,
  );
  if (!isRecord(header)) return bad('the header is no JSON object.');
  const twice = duplicateKey(text);
  if (twice !== undefined)
    return bad(`"${twice}" is in the header twice, expected each tensor and key once.`);
  const dataStart = 8 + headerBytes;
  const ranges: { what: string; start: number; end: number }[] = [];
  const tensors: SafeTensor[] = [];
  for (const [name, info] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    if (!isRecord(info) || !Array.isArray(info.shape) || !Array.isArray(info.data_offsets))
      return bad(`tensor "${name}" has no dtype, shape and data_offsets.`);
    const shape = info.shape as unknown[];
    if (shape.length > MAX_DIMENSIONS || info.data_offsets.length !== 2)
      return bad(
        `tensor "${name}" has ${shape.length} dimensions and ${info.data_offsets.length} offsets, expected at most ${MAX_DIMENSIONS}, and two.`,
      );
    const [begin, end] = info.data_offsets as unknown[];
    if (!shape.every(isCount) || !isCount(begin) || !isCount(end) || end < begin)
      return bad(
        `tensor "${name}" has shape ${shownValue(shape)} and offsets ${shownValue(info.data_offsets)}, expected counts.`,
      );
    const dtype = shownValue(info.dtype);
    const label = Object.hasOwn(types, dtype) ? types[dtype] : undefined;
    if (!label)
      throw new UnsupportedError(
        `${source.name}: tensor "${name}" is ${dtype}; expected one of ${Object.keys(types).join(', ')}.`,
        'Take the unquantized checkpoint of the model.',
      );
    const type = ggmlTypeByLabel(label);
    const count = elementCount(shape as number[]);
    if (count === undefined)
      return bad(`tensor "${name}" has shape ${shownValue(shape)}, whose product is too large.`);
    const sizeBytes = count * type.blockBytes;
    if (end - begin !== sizeBytes)
      return bad(
        `tensor "${name}" of shape ${shownValue(shape)} in ${label} takes ${sizeBytes} bytes, but its offsets span ${end - begin}.`,
      );
    const start = dataStart + begin;
    ranges.push({ what: `tensor "${name}"`, start, end: start + sizeBytes });
    tensors.push({
      name,
      shape: shape as number[],
      type,
      sizeBytes,
      dtype,
      read: (a, b, signal) => source.read(start + a, start + b, signal),
    });
  }
  checkRanges(source, ranges);
  return tensors;
}
