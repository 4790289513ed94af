// The formats of 32 weights with an importance matrix: searches instead of plain rounding. The spread is that of the
// whole row here. Sources: quantize_row_q4_0_impl, _q4_1_, _q5_0_, _q5_1_.
import type { BlockImportance } from '../block-importance';
import { type ScaleMin, searchScaleMin } from './k-search';
import { searchSignedScale } from './qx-search';
import { importanceWeights } from './weights';

/** Codes 0..2 top - 1 around top. */
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

/** Codes 0..top from -min up. */
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

/** The candidates that every search with an importance matrix tries. Source: the callers of make_qkx3_quants. */
export const weightedShape = (top: number) => ({ top, first: -0.9, delta: 0.05, steps: 36, absolute: false });
