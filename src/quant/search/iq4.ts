// Levels and scale search of IQ4_NL and IQ4_XS. Source: quantize_row_iq4_nl_impl.
import type { BlockImportance } from '../block-importance';
import { extremeOf } from './k-search';
import { importanceWeights, squareWeights, sumOfSquares } from './weights';

const { fround } = Math;

/** The 16 non-uniform levels. Source: kvalues_iq4nl. */
export const STEPS = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113] as const;

/** Index of the nearest level. The upper wins ties. */
export function nearestStep(x: number): number {
  if (x <= STEPS[0]) return 0;
  if (x >= STEPS[15]) return 15;
  let low = 0;
  let high = 15;
  while (high - low > 1) {
    const mid = (low + high) >> 1;
    if (x < STEPS[mid]!) high = mid;
    else low = mid;
  }
  return fround(x - STEPS[high - 1]!) < fround(STEPS[high]! - x) ? high - 1 : high;
}

/** Best scale of 32 weights by weighted least squares over 16 candidates; 0 if they are negligible. */
export function searchStepScale(x: Float32Array, at: number, weights: Float32Array): number {
  const extreme = extremeOf(x, at, 32);
  if (extreme === 0) return 0;
  const sums = (inverse: number) => {
    let qx = 0;
    let q2 = 0;
    for (let i = 0; i < 32; i++) {
      const v = x[at + i]!;
      const q = STEPS[nearestStep(fround(inverse * v))]!;
      const wq = fround(weights[i]! * q);
      qx = fround(qx + fround(wq * v));
      q2 = fround(q2 + fround(wq * q));
    }
    return { qx, q2 };
  };
  const first = sums(fround(1 / fround(-extreme / STEPS[0])));
  let scale = fround(first.qx / first.q2);
  let best = fround(scale * first.qx);
  for (let attempt = -7; attempt <= 7; attempt++) {
    const { qx, q2 } = sums(fround((attempt + STEPS[0]) / extreme));
    if (q2 > 0 && fround(qx * qx) > fround(best * q2)) {
      scale = fround(qx / q2);
      best = fround(scale * qx);
    }
  }
  return scale;
}

/** Weights of the search for 32 weights: x^2, or importance with the spread of the block of `n` at `start`. */
export function stepWeights(
  x: Float32Array,
  start: number,
  n: number,
  offset: number,
  importance: BlockImportance | undefined,
): Float32Array {
  const weights = new Float32Array(32);
  if (!importance) squareWeights(x, start + offset, weights);
  else {
    const spread = fround(2 * fround(sumOfSquares(x, start, n) / n));
    importanceWeights(x, start + offset, importance, offset, spread, weights);
  }
  return weights;
}
