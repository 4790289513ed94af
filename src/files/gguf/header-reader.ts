import { FileError } from '../../util/errors';
import { decodeUtf8 } from '../../util/utf8';
import type { ByteSource } from '../byte-source';
import { GgufType, type MetaValue, type Scalar } from './metadata';

const STEP = 1024 * 1024;
/** Bounds of a header, far above those of any model: the largest vocabularies have 262,144 tokens and 500,000 merges. */
const MAX_GGUF_HEADER_BYTES = 32 * 1024 * 1024;
const MAX_STRING_BYTES = 16 * 1024 * 1024;
const MAX_ITEMS = 2 ** 21;
/** Bytes of a value of each fixed-width type. */
const widths: Readonly<Record<number, number>> = {
  [GgufType.UINT8]: 1,
  [GgufType.INT8]: 1,
  [GgufType.UINT16]: 2,
  [GgufType.INT16]: 2,
  [GgufType.UINT32]: 4,
  [GgufType.INT32]: 4,
  [GgufType.FLOAT32]: 4,
  [GgufType.BOOL]: 1,
  [GgufType.UINT64]: 8,
  [GgufType.INT64]: 8,
  [GgufType.FLOAT64]: 8,
};

/**
 * Reads the header sequentially, fetching as it goes. Every count and length is checked against the remaining bytes of
 * the file before anything is allocated for it.
 */
export class HeaderReader {
  readonly #source: ByteSource;
  #bytes = new Uint8Array(0);
  #view = new DataView(new ArrayBuffer(0));
  /** File offset of #bytes[0]. */
  #base = 0;
  #at = 0;
  /** Items of all lists so far. */
  #items = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Absolute offset in the file. */
  get offset(): number {
    return this.#base + this.#at;
  }
  /** Name of the file. */
  get name(): string {
    return this.#source.name;
  }
  get left(): number {
    return this.#source.sizeBytes - this.offset;
  }

  fail(what: string, found: string, expected: string, hint = ''): never {
    throw new FileError(
      `${this.#source.name}: ${what} at byte ${this.offset}: found ${found}, expected ${expected}.`,
      hint || 'The file is damaged or not a GGUF. Download or convert it again.',
    );
  }

  async #need(count: number, what: string): Promise<void> {
    if (this.#at + count <= this.#bytes.length) return;
    if (count > this.left)
      this.fail(
        what,
        `${this.left} bytes before the end of the file`,
        `${count}`,
        'The file is cut short. Download or copy it again.',
      );
    const from = this.offset;
    if (from + count > MAX_GGUF_HEADER_BYTES)
      this.fail(
        what,
        'more header',
        `at most ${MAX_GGUF_HEADER_BYTES} bytes of it`,
        'No model has so large a header.',
      );
    const to = Math.min(this.#source.sizeBytes, from + Math.max(count, STEP));
    this.#bytes = await this.#source.read(from, to);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    this.#base = from;
    this.#at = 0;
  }

  async u32(what: string): Promise<number> {
    await this.#need(4, what);
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  /** A 64-bit count or offset, as a safe integer. */
  async size(what: string): Promise<number> {
    await this.#need(8, what);
    const value = this.#view.getBigUint64(this.#at, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      this.fail(what, String(value), `at most ${Number.MAX_SAFE_INTEGER}`);
    this.#at += 8;
    return Number(value);
  }

  /** A count of items of at least `eachBytes` bytes each; throws when the rest of the file cannot hold them. */
  async count(what: string, eachBytes: number): Promise<number> {
    await this.#need(8, what);
    const value = this.#view.getBigUint64(this.#at, true);
    const max = Math.floor(this.left / eachBytes);
    if (value > BigInt(max))
      this.fail(
        what,
        String(value),
        `at most ${max}, for that is what the rest of the file (${this.left} bytes) can hold`,
      );
    this.#at += 8;
    return Number(value);
  }

  async string(what: string): Promise<string> {
    const length = await this.count(`length of ${what}`, 1);
    if (length > MAX_STRING_BYTES)
      this.fail(
        what,
        `${length} bytes`,
        `at most ${MAX_STRING_BYTES}`,
        'No model has so long a text in its header.',
      );
    await this.#need(length, what);
    this.#at += length;
    return decodeUtf8(this.#bytes.subarray(this.#at - length, this.#at));
  }

  async #scalar(type: number, what: string): Promise<Scalar> {
    if (type === GgufType.STRING) return this.string(what);
    const width = widths[type];
    if (width === undefined) this.fail(`type of ${what}`, String(type), 'a GGUF value type (0 to 12)');
    await this.#need(width, what);
    const at = this.#at;
    this.#at += width;
    const view = this.#view;
    switch (type) {
      case GgufType.UINT8:
        return view.getUint8(at);
      case GgufType.INT8:
        return view.getInt8(at);
      case GgufType.UINT16:
        return view.getUint16(at, true);
      case GgufType.INT16:
        return view.getInt16(at, true);
      case GgufType.UINT32:
        return view.getUint32(at, true);
      case GgufType.INT32:
        return view.getInt32(at, true);
      case GgufType.FLOAT32:
        return view.getFloat32(at, true);
      case GgufType.BOOL:
        return view.getUint8(at) !== 0;
      case GgufType.UINT64:
        return view.getBigUint64(at, true);
      case GgufType.INT64:
        return view.getBigInt64(at, true);
      default:
        return view.getFloat64(at, true);
    }
  }

  async value(key: string): Promise<MetaValue> {
    const type = await this.u32(`type of "${key}"`);
    if (type !== GgufType.ARRAY) return { type, value: await this.#scalar(type, `value of "${key}"`) };
    const itemType = await this.u32(`item type of "${key}"`);
    if (itemType === GgufType.ARRAY) this.fail(`"${key}"`, 'an array of arrays', 'an array of scalars');
    const each = itemType === GgufType.STRING ? 8 : widths[itemType];
    if (each === undefined) this.fail(`item type of "${key}"`, String(itemType), 'a GGUF value type');
    const count = await this.count(`item count of "${key}"`, each);
    this.#items += count;
    if (count > MAX_ITEMS || this.#items > 2 * MAX_ITEMS)
      this.fail(
        `"${key}"`,
        `${count} items`,
        `at most ${MAX_ITEMS}`,
        'No model has so long a list in its header.',
      );
    const value: Scalar[] = [];
    for (let i = 0; i < count; i++) value.push(await this.#scalar(itemType, `item ${i} of "${key}"`));
    return { type: 9, itemType, value };
  }
}
