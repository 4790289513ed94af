// Packing of codes, bit by bit: slow, plain, and nothing that the readers use.
import type { StoredTensor } from '../safetensors-file';

type Bytes = Uint8Array<ArrayBuffer>;

/** Bits of codes, the lowest first, filled up to whole words of 32 bits. */
export function wordsOfCodes(codes: readonly number[], bits: number): number[] {
  const all = codes.flatMap((code) => Array.from({ length: bits }, (_, i) => Math.floor(code / 2 ** i) % 2));
  while (all.length % 32 !== 0) all.push(0);
  return Array.from({ length: all.length / 32 }, (_, w) =>
    all.slice(w * 32, w * 32 + 32).reduce((sum, bit, i) => sum + bit * 2 ** i, 0),
  );
}

export function bytesOfWords(words: readonly number[]): Bytes {
  const view = new DataView(new ArrayBuffer(words.length * 4));
  words.forEach((word, i) => {
    view.setUint32(i * 4, word, true);
  });
  return new Uint8Array(view.buffer);
}

export const transposed = <T>(rows: readonly (readonly T[])[]): T[][] =>
  rows[0]!.map((_, c) => rows.map((row) => row[c]!));

/** Two codes a byte. */
export const bytesOfNibbles = (codes: readonly number[], highFirst: boolean): Bytes =>
  Uint8Array.from({ length: Math.ceil(codes.length / 2) }, (_, i) => {
    const [a, b] = [codes[2 * i]!, codes[2 * i + 1] ?? 0];
    return highFirst ? a * 16 + b : a + b * 16;
  });

/** Bits of a float16 that holds the number exactly, and is none of the smallest. */
function float16Bits(x: number): number {
  if (x === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(x)));
  const mantissa = (Math.abs(x) / 2 ** exponent - 1) * 1024;
  if (!Number.isInteger(mantissa) || exponent < -14 || exponent > 15) throw new Error(`${x} is no float16`);
  return (x < 0 ? 32768 : 0) + (exponent + 15) * 1024 + mantissa;
}

export function floats(
  name: string,
  shape: readonly number[],
  dtype: 'F32' | 'F16' | 'BF16',
  values: readonly number[],
): StoredTensor {
  const each = dtype === 'F32' ? 4 : 2;
  const view = new DataView(new ArrayBuffer(values.length * each));
  values.forEach((x, i) => {
    if (dtype === 'F32') view.setFloat32(i * 4, x, true);
    else if (dtype === 'F16') view.setUint16(i * 2, float16Bits(x), true);
    else {
      const whole = new DataView(new ArrayBuffer(4));
      whole.setFloat32(0, x);
      if (whole.getUint16(2) !== 0) throw new Error(`${x} is no bfloat16`);
      view.setUint16(i * 2, whole.getUint16(0), true);
    }
  });
  return { name, shape, dtype, bytes: new Uint8Array(view.buffer) };
}

export const words = (
  name: string,
  shape: readonly number[],
  of: readonly number[],
  dtype = 'I32',
): StoredTensor => ({
  name,
  shape,
  dtype,
  bytes: bytesOfWords(of),
});
export const bytes = (
  name: string,
  shape: readonly number[],
  dtype: string,
  of: Iterable<number>,
): StoredTensor => ({
  name,
  shape,
  dtype,
  bytes: Uint8Array.from(of, (b) => b & 255),
});

/** Value of an 8-bit float with four bits of exponent. */
export function e4m3(code: number): number {
  const magnitude = code % 128;
  const [exponent, mantissa] = [Math.floor(magnitude / 8), magnitude % 8];
  const value = exponent === 0 ? (mantissa / 8) * 2 ** -6 : (1 + mantissa / 8) * 2 ** (exponent - 7);
  return code >= 128 ? -value : value;
}
const E2M1_MAGNITUDES = [0, 0.5, 1, 1.5, 2, 3, 4, 6];
export const e2m1 = (code: number): number =>
  code >= 8 ? -E2M1_MAGNITUDES[code - 8]! : E2M1_MAGNITUDES[code]!;
