// Search of the 1-bit IQ formats: sorts the weights, tries every split into the codes 0, 1, 2 (-1, 0, 1 shifted by 1/8
// or -1/8), then moves tuples onto the codebook. Float32 throughout, in the order of ggml-quants.c. Sources:
// quantize_row_iq1_s_impl, quantize_row_iq1_m_impl, iq1_find_best_neighbour2.
import { codebookOf } from '../codebook/codebook';

const { fround } = Math;

/** Values of the codes, shifted up and shifted down. */
export const SHIFTED = [
  [-0.875, 0.125, 1.125],
  [-1.125, -0.125, 0.875],
] as const;

/** Bit 0: the second half of the group is shifted down, bit 1: the first half. */
export type Shifts = number;

export interface Split {
  /** Code of each weight. */
  readonly codes: Uint8Array;
  readonly scale: number;
  readonly shifts: Shifts;
}

export function largestMagnitude(x: Float32Array, at: number, n: number): number {
  let max = 0;
  for (let i = 0; i < n; i++) if (Math.abs(x[at + i]!) > max) max = Math.abs(x[at + i]!);
  return max;
}

/** Indices by ascending weight; the sort is stable. */
export const ascending = (x: Float32Array, at: number, n: number): number[] =>
  Array.from({ length: n }, (_, i) => i).sort((a, b) => x[at + a]! - x[at + b]! || a - b);

/** Codes of the weights of a split. A negative scale inverts codes and shifts. */
export function splitCodes(
  order: readonly number[],
  first: number,
  second: number,
  scale: number,
  shifts: Shifts,
): Split {
  const codes = new Uint8Array(order.length);
  order.forEach((i, j) => {
    codes[i] = j < first ? 0 : j < second ? 1 : 2;
  });
  if (scale >= 0) return { codes, scale, shifts };
  return { codes: codes.map((c) => 2 - c), scale: -scale, shifts: shifts ^ 3 };
}

/** Replaces each tuple of eight codes by its nearest point and refits the scale. `valuesOf` takes the tuple's index. */
export function snapToCodebook(
  x: Float32Array,
  at: number,
  weights: Float32Array,
  split: Split,
  valuesOf: (eight: number) => readonly number[],
): { indices: Uint16Array; scale: number } {
  const { codes: points, map, neighbours } = codebookOf('iq1');
  const { codes } = split;
  let { scale } = split;
  const indices = new Uint16Array(codes.length / 8);
  let off = false;
  for (let k = 0; k < indices.length; k++) {
    let rank = 0;
    for (let i = 7; i >= 0; i--) rank = 3 * rank + codes[8 * k + i]!;
    const place = map[rank]!;
    if (place >= 0) {
      indices[k] = place;
      continue;
    }
    off = true;
    const list = -1 - place;
    const values = valuesOf(k);
    let least = Number.POSITIVE_INFINITY;
    for (let j = 1; j <= neighbours[list]!; j++) {
      const point = neighbours[list + j]!;
      let distance = 0;
      for (let i = 0; i < 8; i++) {
        const diff = fround(fround(scale * values[points[8 * point + i]!]!) - x[at + 8 * k + i]!);
        distance = fround(distance + fround(fround(weights[8 * k + i]! * diff) * diff));
      }
      if (distance < least) {
        least = distance;
        indices[k] = point;
      }
    }
  }
  if (off) {
    let qx = 0;
    let q2 = 0;
    for (let i = 0; i < codes.length; i++) {
      const q = valuesOf(i >> 3)[points[8 * indices[i >> 3]! + (i & 7)]!]!;
      const wq = fround(weights[i]! * q);
      qx = fround(qx + fround(wq * x[at + i]!));
      q2 = fround(q2 + fround(wq * q));
    }
    if (qx > 0 && q2 > 0) scale = fround(qx / q2);
  }
  return { indices, scale };
}
