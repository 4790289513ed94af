// Strings of files are bytes. Here they become JavaScript strings that lose nothing, and bytes again.

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Escaped bytes, and halves of a pair that stand alone. */
const LONE = /\p{Surrogate}/gu;
/** Bytes that are not UTF-8, as decodeUtf8 writes them. */
const ESCAPED = /[\udc80-\udcff]/u;

/** Length of the well-formed UTF-8 sequence at an offset; 0 if there is none. Source: Unicode 16, table 3-7. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  // The second byte keeps out long forms, surrogates and what lies beyond U+10FFFF.
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  for (let i = 1; i < size; i++) {
    const byte = bytes[at + i];
    if (byte === undefined || byte < (i === 1 ? low : 0x80) || byte > (i === 1 ? high : 0xbf)) return 0;
  }
  return size;
}

/**
 * The string of bytes. A mark at the start (U+FEFF) and NUL are characters like others. A byte that is not UTF-8 becomes
 * a lone surrogate, U+DC80 to U+DCFF, which well-formed UTF-8 never gives; encodeUtf8 gives the same bytes back. Source:
 * Python's `surrogateescape` (PEP 383).
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeEscaped(bytes);
  }
}

function decodeEscaped(bytes: Uint8Array): string {
  const parts: string[] = [];
  let good = 0;
  for (let at = 0; at < bytes.length; ) {
    const size = sequenceLength(bytes, at);
    if (size === 0) {
      parts.push(strict.decode(bytes.subarray(good, at)), String.fromCharCode(0xdc00 + bytes[at]!));
      good = at + 1;
    }
    at += size || 1;
  }
  parts.push(strict.decode(bytes.subarray(good)));
  return parts.join('');
}

/** Offset of the first byte that is not UTF-8; -1 if all are. */
export function firstInvalidUtf8(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) {
    const size = sequenceLength(bytes, at);
    if (size === 0) return at;
    at += size;
  }
  return -1;
}

/** The bytes of a string: the inverse of decodeUtf8. Other lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (!ESCAPED.test(text)) return encoder.encode(text);
  const out = new Uint8Array(3 * text.length);
  let length = 0;
  const add = (from: number, to: number) => {
    length += encoder.encodeInto(text.slice(from, to), out.subarray(length)).written;
  };
  let good = 0;
  for (const { 0: lone, index } of text.matchAll(LONE)) {
    const byte = lone.charCodeAt(0) - 0xdc00;
    if (byte < 0x80 || byte > 0xff) continue;
    add(good, index);
    out[length++] = byte;
    good = index + 1;
  }
  add(good, text.length);
  return out.slice(0, length);
}

/** The string for people: U+FFFD stands for a byte that is not UTF-8. */
export const displayText = (text: string): string => text.replace(LONE, '\ufffd');

/** True for a string that was not made of UTF-8: an escaped byte, or half a pair of surrogates. */
export const hasLoneSurrogate = (text: string): boolean => /\p{Surrogate}/u.test(text);

/** The first bytes of a string, whatever character they cut. */
export const firstBytes = (text: string, count: number): string =>
  decodeUtf8(encodeUtf8(text).subarray(0, count));

/** The order of the strings' bytes, which is that of std::string, and of code points. */
export function compareBytes(a: string, b: string): number {
  // Without surrogates, code units have the order of the bytes.
  if (!/[\ud800-\udfff]/.test(a) && !/[\ud800-\udfff]/.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  const [x, y] = [encodeUtf8(a), encodeUtf8(b)];
  for (let i = 0; i < x.length && i < y.length; i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
  return x.length - y.length;
}

/** Text for people from bytes that come in pieces; a character is held back until it is whole. */
export class Utf8Stream {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** The last bytes that a character may have before it is complete. */
  #tail: readonly number[] = [];

  push(bytes: Uint8Array): string {
    this.#tail = [...this.#tail, ...bytes.subarray(-3)].slice(-3);
    return this.#decoder.decode(bytes, { stream: true });
  }
  /** An incomplete sequence as replacement characters. */
  end(): string {
    this.#tail = [];
    return this.#decoder.decode();
  }
  /** The bytes end inside of a character. */
  get isInside(): boolean {
    const first = this.#tail.findLastIndex((byte) => (byte & 0xc0) !== 0x80);
    const lead = this.#tail[first] ?? 0;
    const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    return first >= 0 && this.#tail.length - first < length;
  }
}

/** A character for each byte, as std::string has them. */
export const bytesAsText = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
