import { FileError } from '../util/errors';
import { decodeUtf8 } from '../util/utf8';
import { type ByteSource, wholeReads } from './byte-source';
import { getNumber, getString, getStrings } from './gguf/metadata';
import { isGguf, readGguf } from './gguf/read';
import type { ModelFile, TensorSource } from './model-file';

/** Mean squared activation of each column of each tensor, as llama-imatrix collects them. */
export interface ImportanceMatrix {
  /** File name; written to the metadata of files quantized with this matrix. */
  readonly label: string;
  /** Names of the calibration texts; empty when the file has none. */
  readonly datasets: readonly string[];
  /** Chunks of text evaluated; 0 when the file has no count. */
  readonly chunks: number;
  /** Keyed by tensor name: cols values, or experts x cols for a stacked tensor. */
  readonly entries: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
}

/** Columns of a tensor, of all its experts together: far above those of any model. */
const MAX_COLUMNS = 2 ** 24;
const MAX_ENTRY_NAME_BYTES = 4096;
const MAX_INT = 2 ** 31 - 1;

const SUMS = '.in_sum2';
const COUNTS = '.counts';

const isImatrixModel = (file: ModelFile): boolean =>
  getString(file.metadata, 'general.type') === 'imatrix' || file.tensors.some((t) => t.name.endsWith(SUMS));

/** True for an importance matrix, by file name or header. False for a broken GGUF: its own reader reports the error. */
export async function isImatrix(given: ByteSource): Promise<boolean> {
  const source = wholeReads(given);
  if (/\.(dat|imatrix)$/i.test(source.name)) return true;
  if (!isGguf(await source.read(0, Math.min(4, source.sizeBytes)))) return false;
  try {
    return isImatrixModel(await readGguf(source));
  } catch {
    return false;
  }
}

/**
 * Reads an importance matrix: GGUF, or the older binary .dat. A matrix with a count of 0 (an expert that was never
 * routed to) becomes 1 everywhere. Throws FileError for any other file. Source: common_imatrix_load in llama.cpp's
 * quantize tool.
 */
export async function readImatrix(given: ByteSource): Promise<ImportanceMatrix> {
  const source = wholeReads(given);
  const start = await source.read(0, Math.min(4, source.sizeBytes));
  return isGguf(start) ? fromGguf(await readGguf(source)) : fromDat(source);
}

/** The importance matrix in a GGUF whose header has been read. Throws FileError when it is malformed. */
export async function fromGguf(file: ModelFile): Promise<ImportanceMatrix> {
  const byName = new Map(file.tensors.map((t) => [t.name, t]));
  const entries = new Map<string, Float32Array<ArrayBuffer>>();
  for (const sums of file.tensors) {
    if (!sums.name.endsWith(SUMS)) continue;
    const name = sums.name.slice(0, -SUMS.length);
    const counts = byName.get(name + COUNTS);
    if (!counts) throw wrong(file.label, `${name}${COUNTS} is missing`, 'one for each tensor of sums');
    entries.set(name, await means(file.label, name, sums, counts));
  }
  if (entries.size === 0)
    throw wrong(file.label, 'no tensor ends in .in_sum2', 'an importance matrix, as llama-imatrix writes it');
  return {
    label: file.label,
    datasets: getStrings(file.metadata, 'imatrix.datasets') ?? [],
    chunks: chunksOf(file),
    entries,
  };
}

function chunksOf({ label, metadata }: ModelFile): number {
  const chunks = getNumber(metadata, 'imatrix.chunk_count') ?? 0;
  if (!Number.isInteger(chunks) || chunks < 0 || chunks > MAX_INT)
    throw wrong(label, `metadata "imatrix.chunk_count" is ${chunks}`, 'a number of chunks');
  return chunks;
}

async function floats(label: string, tensor: TensorSource): Promise<Float32Array<ArrayBuffer>> {
  if (tensor.type.label !== 'F32') throw wrong(label, `${tensor.name} is ${tensor.type.label}`, 'F32');
  if (tensor.sizeBytes > 4 * MAX_COLUMNS)
    throw wrong(label, `${tensor.name} has ${tensor.sizeBytes} bytes`, `at most ${4 * MAX_COLUMNS}`);
  const bytes = await tensor.read(0, tensor.sizeBytes);
  return new Float32Array(bytes.buffer, 0, tensor.sizeBytes / 4);
}

async function means(label: string, name: string, sums: TensorSource, counts: TensorSource) {
  const out = await floats(label, sums);
  const count = await floats(label, counts);
  const cols = out.length / count.length;
  if (count.length === 0 || !Number.isInteger(cols))
    throw wrong(label, `${name} has ${out.length} sums for ${count.length} counts`, 'equal columns for each');
  for (let i = 0; i < out.length; i++) {
    const n = count[Math.floor(i / cols)]!;
    out[i] = n > 0 ? out[i]! / n : 1;
  }
  return checked(label, name, out);
}

function checked(label: string, name: string, values: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  if (values.length === 0) throw wrong(label, `${name} has no columns`, 'one for each column of the tensor');
  const bad = values.findIndex((v) => !Number.isFinite(v) || v < 0);
  if (bad >= 0)
    throw wrong(
      label,
      `${name} is ${values[bad]} at column ${bad}`,
      'means of squares, which are finite and not negative',
      'Make the matrix anew.',
    );
  return values;
}

/** Throws FileError for a name that no tensor has, or that was there before. */
function checkName(label: string, name: string, before: ReadonlyMap<string, unknown>): void {
  if (name === '' || name.includes('\0'))
    throw wrong(label, `${JSON.stringify(name.slice(0, 80))} is no name of a tensor`, 'one without NUL');
  if (before.has(name)) throw wrong(label, `${name} is there twice`, 'each tensor once');
}

/** Reads the .dat format: counts, names and sums in sequence, then the number of chunks and the dataset name. */
export async function fromDat(source: ByteSource): Promise<ImportanceMatrix> {
  const entries = new Map<string, Float32Array<ArrayBuffer>>();
  let at = 0;
  const take = async (bytes: number, what: string): Promise<DataView<ArrayBuffer>> => {
    if (bytes < 0 || at + bytes > source.sizeBytes)
      throw wrong(source.name, `${what} at byte ${at} needs ${bytes} bytes`, `${source.sizeBytes - at} left`);
    at += bytes;
    return new DataView((await source.read(at - bytes, at)).buffer);
  };
  const count = async (what: string, most: number): Promise<number> => {
    const value = await number(what);
    if (value < 0 || value > most)
      throw wrong(source.name, `${what} at byte ${at - 4} is ${value}`, `0 to ${most}`);
    return value;
  };
  const number = async (what: string) => (await take(4, what)).getInt32(0, true);
  const text = async (what: string) => {
    const { buffer } = await take(await count(`length of ${what}`, MAX_ENTRY_NAME_BYTES), what);
    return decodeUtf8(new Uint8Array(buffer));
  };
  const tensors = await number('number of tensors');
  // A tensor takes at least 16 bytes, which bounds the count.
  if (tensors < 1 || tensors > source.sizeBytes / 16)
    throw wrong(source.name, `${tensors} tensors in ${source.sizeBytes} bytes`, 'an importance matrix');
  for (let i = 0; i < tensors; i++) {
    const name = await text(`name of tensor ${i}`);
    checkName(source.name, name, entries);
    const calls = await count(`calls of ${name}`, MAX_INT);
    const size = await count(`size of ${name}`, MAX_COLUMNS);
    const view = await take(4 * size, `values of ${name}`);
    const values = Float32Array.from({ length: size }, (_, k) => {
      const sum = view.getFloat32(4 * k, true);
      return calls > 0 ? sum / calls : sum;
    });
    entries.set(name, checked(source.name, name, values));
  }
  if (at === source.sizeBytes) return { label: source.name, datasets: [], chunks: 0, entries };
  const chunks = await count('number of chunks', MAX_INT);
  return { label: source.name, datasets: [await text('name of the text')], chunks, entries };
}

/** Keeps the entries whose name contains one of `include` (all, if empty) and none of `exclude`. */
export function filterImatrix(
  matrix: ImportanceMatrix,
  include: readonly string[],
  exclude: readonly string[],
): ImportanceMatrix {
  const has = (name: string, parts: readonly string[]) => parts.some((part) => name.includes(part));
  const kept = [...matrix.entries].filter(
    ([name]) => !has(name, exclude) && (include.length === 0 || has(name, include)),
  );
  return { ...matrix, entries: new Map(kept) };
}

const wrong = (
  label: string,
  found: string,
  expected: string,
  hint = 'Drop the file that llama-imatrix wrote.',
) => new FileError(`${label}: ${found}; expected ${expected}.`, hint);
