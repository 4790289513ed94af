// The search of the 1-bit IQ formats: weights sorted, every split into the codes 0, 1, 2 (for -1, 0, 1, all moved an
// eighth up or down) tried, then tuples moved onto the codebook. Float32 throughout, in the order of ggml-quants.c.
// Sources: quantize_row_iq1_s_impl, quantize_row_iq1_m_impl, iq1_find_best_neighbour2.
import { codebookOf } from '../codebook/codebook';

const { fround } = Math;

/** What the codes stand for, moved up and moved down. */
export const SHIFTED = [
  [-0.875, 0.125, 1.125],
  [-1.125, -0.125, 0.875],
] as const;

/** Which half of the group is moved down: bit 0 the second, bit 1 the first. */
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

/** Positions by ascending weight; of equal ones the first comes first, as in a merge sort. */
export const ascending = (x: Float32Array, at: number, n: number): number[] =>
  Array.from({ length: n }, (_, i) => i).sort((a, b) => x[at + a]! - x[at + b]! || a - b);

/** Gives the sorted positions their codes; a negative scale turns codes and shifts round. */
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

/** Moves each eight codes onto the codebook; then the scale that fits best. `valuesOf` is by eight. */
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
