// Q4_0, Q4_1, Q5_0 and Q5_1 with an importance matrix: searches instead of rounding. The spread is the row's mean
// square. Sources: quantize_row_q4_0_impl, _q4_1_, _q5_0_, _q5_1_.
import type { BlockImportance } from '../block-importance';
import { type ScaleMin, searchScaleMin } from './k-search';
import { searchSignedScale } from './qx-search';
import { importanceWeights } from './weights';

/** Codes 0..2 top - 1 for weight = d * (code - top). */
export function searchSigned32(
  x: Float32Array,
  at: number,
  importance: BlockImportance,
  top: number,
): { d: number; codes: Uint8Array } {
  const weights = new Float32Array(32);
  importanceWeights(x, at, importance, 0, importance.rowMeanSquare, weights);
  const codes = new Uint8Array(32);
  return { d: searchSignedScale(x, at, weights, top, codes, 0), codes };
}

export interface Affine32 extends ScaleMin {
  readonly codes: Uint8Array;
}

/** Codes 0..top for weight = scale * code - min. */
export function searchAffine32(
  x: Float32Array,
  at: number,
  importance: BlockImportance,
  top: number,
): Affine32 {
  const weights = new Float32Array(32);
  importanceWeights(x, at, importance, 0, importance.rowMeanSquare, weights);
  const codes = new Uint8Array(32);
  return { ...searchScaleMin(x, at, weights, codes, 0, weightedShape(top)), codes };
}

/** Candidates of the searches with an importance matrix. Source: the callers of make_qkx3_quants. */
export const weightedShape = (top: number) => ({ top, first: -0.9, delta: 0.05, steps: 36, absolute: false });
