// Reads the directory of a zip archive whose entries are stored, as torch.save writes them. Source: PKWARE's APPNOTE 6.3.
import { FileError, UnsupportedError } from '../../util/errors';
import { visible } from '../../util/foreign-text';
import { decodeUtf8 } from '../../util/utf8';
import type { ByteSource } from '../byte-source';
import { checkRanges } from '../ranges';

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const [LOCAL_BYTES, CENTRAL_BYTES, END_BYTES, LOCATOR_BYTES, END64_BYTES] = [30, 46, 22, 20, 56];
/** The comment behind the end record has a length of 16 bits. */
const MAX_COMMENT = 0xffff;
/** A checkpoint of 200,000 tensors needs no more. */
const MAX_DIRECTORY = 32 << 20;
const HINT = 'The file is damaged, or no checkpoint of PyTorch. Download it again.';

/** Bytes of an entry. */
export interface ZipEntry {
  readonly name: string;
  readonly sizeBytes: number;
  read(start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

export const isZip = (start: Uint8Array): boolean =>
  start.length >= 4 && viewOf(start).getUint32(0, true) === LOCAL;

interface Directory {
  readonly start: number;
  readonly sizeBytes: number;
  readonly count: number;
}

async function findDirectory(source: ByteSource, bad: (what: string) => never): Promise<Directory> {
  const from = Math.max(0, source.sizeBytes - END_BYTES - MAX_COMMENT - LOCATOR_BYTES);
  const tail = viewOf(await source.read(from, source.sizeBytes));
  let at = tail.byteLength - END_BYTES;
  while (at >= 0 && tail.getUint32(at, true) !== END) at--;
  if (at < 0) return bad('there is no end of a zip directory in its last 65 kB.');
  const found = {
    count: tail.getUint16(at + 10, true),
    sizeBytes: tail.getUint32(at + 12, true),
    start: tail.getUint32(at + 16, true),
  };
  const locator = at - LOCATOR_BYTES;
  const is64 = locator >= 0 && tail.getUint32(locator, true) === LOCATOR64;
  if (!is64) return found;
  const end64 = Number(tail.getBigUint64(locator + 8, true));
  if (end64 > source.sizeBytes - END64_BYTES)
    return bad(`the end of its zip64 directory is said to be at byte ${end64}, beyond the file.`);
  const record = viewOf(await source.read(end64, end64 + END64_BYTES));
  if (record.getUint32(0, true) !== END64) return bad(`there is no zip64 record at byte ${end64}.`);
  return {
    count: Number(record.getBigUint64(32, true)),
    sizeBytes: Number(record.getBigUint64(40, true)),
    start: Number(record.getBigUint64(48, true)),
  };
}

/** Sizes and offset of an entry; those that need 64 bits are in its extra field. */
function placeOf(view: DataView, at: number, extra: number, extraBytes: number) {
  const short = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
  const long: number[] = [];
  for (let e = extra; e + 4 <= extra + extraBytes; e += 4 + view.getUint16(e + 2, true)) {
    if (view.getUint16(e, true) !== 1) continue;
    const size = Math.min(view.getUint16(e + 2, true), extra + extraBytes - e - 4);
    for (let b = 0; b + 8 <= size; b += 8) long.push(Number(view.getBigUint64(e + 4 + b, true)));
  }
  return short.map((value) => (value === 0xffffffff ? (long.shift() ?? Number.NaN) : value));
}

/**
 * The entries of a zip archive by name. Each is stored and named once, and none overlaps another; an entry's own header is
 * read, and compared with the directory, when its bytes are first asked for. Throws FileError, UnsupportedError.
 */
export async function zipEntries(source: ByteSource): Promise<ReadonlyMap<string, ZipEntry>> {
  const bad = (what: string): never => {
    throw new FileError(`${source.name}: ${what}`, HINT);
  };
  const { start, sizeBytes, count } = await findDirectory(source, bad);
  if (!(start + sizeBytes <= source.sizeBytes && sizeBytes <= MAX_DIRECTORY))
    return bad(`its zip directory of ${sizeBytes} bytes at byte ${start} does not lie in the file.`);
  if (count > sizeBytes / CENTRAL_BYTES)
    return bad(`its zip directory of ${sizeBytes} bytes says ${count} entries.`);
  const directory = await source.read(start, start + sizeBytes);
  const view = viewOf(directory);
  const entries = new Map<string, ZipEntry>();
  const ranges: { what: string; start: number; end: number }[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > sizeBytes || view.getUint32(at, true) !== CENTRAL)
      return bad(`entry ${i} of its zip directory is cut off.`);
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((o) => view.getUint16(at + o, true)) as [
      number,
      number,
      number,
    ];
    const next = at + CENTRAL_BYTES + nameBytes + extraBytes + commentBytes;
    if (next > sizeBytes) return bad(`entry ${i} of its zip directory is cut off.`);
    const rawName = directory.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes);
    const name = decodeUtf8(rawName);
    const shown = visible(name);
    const [size, packed, offset] = placeOf(view, at, at + CENTRAL_BYTES + nameBytes, extraBytes) as [
      number,
      number,
      number,
    ];
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    at = next;
    if (method !== 0 || (flags & 1) !== 0 || packed !== size)
      throw new UnsupportedError(
        `${source.name}: entry "${shown}" is ${flags & 1 ? 'encrypted' : `compressed (method ${method})`}; torch.save stores its entries.`,
        'It was packed by another program. Unpack it and save it with torch.save, or take safetensors.',
      );
    if (entries.has(name)) return bad(`entry "${shown}" is there twice, expected each once.`);
    const first = offset + LOCAL_BYTES + nameBytes;
    if (!(first + size <= start)) return bad(`entry "${shown}" reaches beyond the entries.`);
    ranges.push({ what: `entry "${shown}"`, start: offset, end: first + size });
    entries.set(name, entryOf(source, { name, rawName, offset, size, end: start }));
  }
  checkRanges(source, ranges);
  return entries;
}

interface Place {
  readonly name: string;
  readonly rawName: Uint8Array;
  readonly offset: number;
  readonly size: number;
  /** The begin of the directory. */
  readonly end: number;
}

function entryOf(source: ByteSource, { name, rawName, offset, size, end }: Place): ZipEntry {
  let first: Promise<number> | undefined;
  const locate = async (signal?: AbortSignal): Promise<number> => {
    const header = await source.read(offset, offset + LOCAL_BYTES + rawName.length, signal);
    const view = viewOf(header);
    const isSame =
      view.getUint32(0, true) === LOCAL &&
      view.getUint16(8, true) === 0 &&
      view.getUint16(26, true) === rawName.length &&
      rawName.every((byte, i) => header[LOCAL_BYTES + i] === byte);
    const at = offset + LOCAL_BYTES + rawName.length + view.getUint16(28, true);
    if (!isSame || at + size > end)
      throw new FileError(
        `${source.name}: entry "${visible(name)}" at byte ${offset} is not what the zip directory says.`,
        HINT,
      );
    return at;
  };
  return {
    name,
    sizeBytes: size,
    async read(from, to, signal) {
      first ??= locate(signal).catch((error: unknown) => {
        first = undefined;
        throw error;
      });
      const at = await first;
      return source.read(at + from, at + to, signal);
    },
  };
}
