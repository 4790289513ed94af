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
  if (32 % stream.bits === 0) unpackWhole(stream, count, out, at);
  else unpackCrossing(stream, count, out, at);
}

/** Fields of which a word holds a whole number: each word is loaded once. */
function unpackWhole(
  { words, base, stride, bits }: FieldStream,
  count: number,
  out: Uint8Array,
  at: number,
): void {
  const mask = (1 << bits) - 1;
  const end = at + count;
  for (let place = base; at < end; place += stride) {
    let word = words[place]!;
    const stop = Math.min(end, at + 32 / bits);
    for (; at < stop; at++) {
      out[at] = word & mask;
      word >>>= bits;
    }
  }
}

function unpackCrossing(
  { words, base, stride, bits }: FieldStream,
  count: number,
  out: Uint8Array,
  at: number,
): void {
  const mask = (1 << bits) - 1;
  let place = base;
  let word = words[place]!;
  /** Bits of the word that are left. */
  let left = 32;
  for (let i = at; i < at + count; i++) {
    let field = word;
    if (left < bits) {
      place += stride;
      word = words[place] ?? 0;
      field |= word << left;
      word >>>= bits - left;
      left += 32 - bits;
    } else {
      word >>>= bits;
      left -= bits;
    }
    out[i] = field & mask;
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
