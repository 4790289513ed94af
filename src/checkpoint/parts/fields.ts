// Integers of few bits in a stream of little-endian words, the lowest bits first.

/** Bytes as words; they are copied if they do not begin at a word. */
export function wordsOf(bytes: Uint8Array<ArrayBuffer>): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 2);
}

export interface FieldStream {
  readonly words: Uint32Array;
  readonly base: number;
  /** Words from one of the stream to its next. */
  readonly stride: number;
  readonly bits: number;
}

/** Unpacks `count` fields into `out` from `at` on. A field may cross from a word into the next. */
export function unpackFields(stream: FieldStream, count: number, out: Uint8Array, at: number): void {
  const { words, base, stride, bits } = stream;
  const mask = 2 ** bits - 1;
  for (let i = 0; i < count; i++) {
    const bit = i * bits;
    const shift = bit % 32;
    const place = base + ((bit - shift) / 32) * stride;
    let field = words[place]! >>> shift;
    if (shift + bits > 32) field |= words[place + stride]! << (32 - shift);
    out[at + i] = field & mask;
  }
}

/** Two codes a byte, the first in the low half, or in the high half. */
export function unpackNibbles(bytes: Uint8Array, highFirst: boolean): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length * 2);
  const first = highFirst ? 4 : 0;
  for (let i = 0; i < bytes.length; i++) {
    out[2 * i] = (bytes[i]! >> first) & 15;
    out[2 * i + 1] = (bytes[i]! >> (4 - first)) & 15;
  }
  return out;
}
