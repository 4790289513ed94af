// Floats of few bits, as tables of all their values. Sources: OCP 8-bit Floating Point, OCP Microscaling Formats.
import type { SafeTensor } from '../../files/safetensors/read';
import { formatByLabel } from '../../quant/registry';

/** The 256 values of an 8-bit float. */
export function fp8Table(kind: 'F8_E4M3' | 'F8_E5M2'): Float32Array {
  const mantissaBits = kind === 'F8_E4M3' ? 3 : 2;
  const bias = kind === 'F8_E4M3' ? 7 : 15;
  return Float32Array.from({ length: 256 }, (_, code) => {
    const sign = code & 128 ? -1 : 1;
    const exponent = (code & 127) >> mantissaBits;
    const mantissa = code & ((1 << mantissaBits) - 1);
    if (kind === 'F8_E4M3' && (code & 127) === 127) return Number.NaN;
    if (kind === 'F8_E5M2' && exponent === 31)
      return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    if (exponent === 0) return sign * mantissa * 2 ** (1 - bias - mantissaBits);
    return sign * (1 + mantissa / (1 << mantissaBits)) * 2 ** (exponent - bias);
  });
}

export const E4M3 = fp8Table('F8_E4M3');
export const E5M2 = fp8Table('F8_E5M2');
/** Powers of two; 255 is no number. */
export const E8M0 = Float32Array.from({ length: 256 }, (_, code) =>
  code === 255 ? Number.NaN : 2 ** (code - 127),
);
/** Code 8 is minus zero. */
export const E2M1 = Float32Array.of(0, 0.5, 1, 1.5, 2, 3, 4, 6, -0, -0.5, -1, -1.5, -2, -3, -4, -6);

/** Bytes of 8-bit floats through their table. */
export function looked(bytes: Uint8Array, table: Float32Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) out[i] = table[bytes[i]!]!;
  return out;
}

/** The part of a tensor that reading floats needs; one that was decoded before has no dtype. */
type Floats = Pick<SafeTensor, 'type' | 'read'> & { readonly dtype?: string };

/** Values of a tensor of floats that was read as bytes. */
export const floatsOf = (tensor: Floats, bytes: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> =>
  tensor.dtype === 'F8_E8M0' ? looked(bytes, E8M0) : formatByLabel(tensor.type.label).decode(bytes);

/** Values [from, to) of a tensor of floats. */
export async function readFloats(
  tensor: Floats,
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<Float32Array<ArrayBuffer>> {
  const each = tensor.type.blockBytes;
  return floatsOf(tensor, await tensor.read(from * each, to * each, signal));
}

/** Bytes of the rows [from, to) of a matrix. */
export function readRowBytes(
  tensor: SafeTensor,
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const each = tensor.sizeBytes / tensor.shape[0]!;
  return tensor.read(from * each, to * each, signal);
}

/** Values of the rows [from, to) of a matrix. */
export const readRowFloats = async (
  tensor: SafeTensor,
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<Float32Array<ArrayBuffer>> => floatsOf(tensor, await readRowBytes(tensor, from, to, signal));
