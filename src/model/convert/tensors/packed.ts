// Codes and scales of tensors derived from tensors, row by row. Weights whose blocks cross rows have none: they are read as
// float32.
import type { TensorSource } from '../../../files/model-file';
import { type Packed, type Planes, wholePlanes } from '../../../files/packed-rows';

/** The packed form of a matrix, or of matrices in a row, if its pieces are rows. */
const byRows = ({ packed, shape }: TensorSource): Packed | undefined =>
  packed?.piece === shape[0] ? packed : undefined;

/** Rows from `from` on. */
export function packedRows(tensor: TensorSource, from: number): Packed | undefined {
  const packed = byRows(tensor);
  return packed && { ...packed, planes: (a, b, signal) => packed.planes(a + from, b + from, signal) };
}

/** Tensors of one shape, one after the other. */
export function packedStack(parts: readonly TensorSource[]): Packed | undefined {
  const all = parts.map(byRows);
  const [first] = all;
  if (!first || all.some((p) => p?.decoder !== first.decoder)) return undefined;
  const rows = parts[0]!.shape.slice(1).reduce((n, d) => n * d, 1);
  return {
    ...first,
    planes(from, to, signal) {
      const part = Math.floor(from / rows);
      const before = part * rows;
      return all[part]!.planes(from - before, Math.min(to - before, rows), signal);
    },
  };
}

/** Rows of planes in another order. */
function reordered(planes: Planes, order: readonly number[]): Planes {
  const { codes, cols, groups, scales, offsets } = planes;
  const pick = <T extends Uint8Array | Float32Array>(from: T, out: T, each: number): T => {
    for (const [row, source] of order.entries())
      out.set(from.subarray(source * each, (source + 1) * each), row * each);
    return out;
  };
  return {
    ...planes,
    codes: pick(codes, new Uint8Array(order.length * cols), cols),
    scales: pick(scales, new Float32Array(order.length * groups), groups),
    ...(offsets ? { offsets: pick(offsets, new Float32Array(order.length * groups), groups) } : {}),
  };
}

/** Rows of heads with the halves of a head interleaved; a head is asked for as a whole. */
export function packedHeads(tensor: TensorSource, headRows: number): Packed | undefined {
  const packed = byRows(tensor);
  if (!packed) return undefined;
  const sourceOf = (row: number) => {
    const within = row % headRows;
    return row - within + (within % 2) * (headRows / 2) + Math.floor(within / 2);
  };
  return {
    ...packed,
    async planes(from, to, signal) {
      const first = Math.floor(from / headRows) * headRows;
      const heads = await wholePlanes(packed, first, Math.ceil(to / headRows) * headRows, signal);
      return reordered(
        // Of one matrix, so its parts fit together.
        heads!,
        Array.from({ length: to - from }, (_, i) => sourceOf(from + i) - first),
      );
    },
  };
}
