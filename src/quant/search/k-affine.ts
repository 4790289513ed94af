import { f16FromFloat, f16ToFloat } from '../../util/half';
import { packScales, unpackScale } from './k-scales';
import type { BlockImportance } from '../block-importance';
import { clamp, nearest, type SearchShape, searchScaleMin } from './k-search';
import { searchPositiveScale } from './qp-search';
import { weightedShape } from './weighted32';
import { importanceWeights, sumOf, sumOfSquares } from './weights';

const { fround } = Math;

/**
 * Encodes a Q4_K or Q5_K block: eight groups of 32 with 6-bit scales and minimums. Writes d, dmin and the packed scales
 * at `at` (16 bytes) and returns the 256 codes. Sources: quantize_row_q4_K_ref, quantize_row_q5_K_ref.
 */
export function encodeAffine(
  x: Float32Array,
  from: number,
  out: Uint8Array,
  at: number,
  shape: SearchShape,
  importance?: BlockImportance,
): Uint8Array {
  const view = new DataView(out.buffer, out.byteOffset);
  const codes = new Uint8Array(256);
  const weights = new Float32Array(32);
  const scales = new Float32Array(8);
  const mins = new Float32Array(8);
  const totals = new Float32Array(8);
  const spread = importance ? fround(2 * fround(sumOfSquares(x, from, 256) / 256)) : 0;
  let maxScale = 0;
  let maxMin = 0;
  for (let j = 0; j < 8; j++) {
    if (importance) {
      importanceWeights(x, from + 32 * j, importance, 32 * j, spread, weights);
      totals[j] = sumOf(weights);
      const fit = searchScaleMin(x, from + 32 * j, weights, codes, 32 * j, weightedShape(shape.top));
      scales[j] = fit.scale;
      mins[j] = fit.min;
      continue;
    }
    let squares = 0;
    for (let i = 0; i < 32; i++) {
      const v = x[from + 32 * j + i]!;
      squares = fround(squares + fround(v * v));
    }
    const mean = fround(Math.sqrt(squares / 32));
    for (let i = 0; i < 32; i++) weights[i] = mean + Math.abs(x[from + 32 * j + i]!);
    const fit = searchScaleMin(x, from + 32 * j, weights, codes, 32 * j, shape);
    scales[j] = fit.scale;
    mins[j] = fit.min;
    maxScale = Math.max(maxScale, fit.scale);
    maxMin = Math.max(maxMin, fit.min);
  }
  const inverse = (max: number) => (max > 0 ? fround(63 / max) : 0);
  const six = (inv: number, v: number) => Math.min(63, nearest(fround(inv * v)) & 255);
  const inverseScale = inverse(maxScale);
  const inverseMin = inverse(maxMin);
  let packed = Uint8Array.from(scales, (v) => six(inverseScale, v));
  let packedMins = Uint8Array.from(mins, (v) => six(inverseMin, v));
  let d = f16FromFloat(fround(maxScale / 63));
  let dmin = f16FromFloat(fround(maxMin / 63));
  if (importance) {
    packed = new Uint8Array(8);
    packedMins = new Uint8Array(8);
    d = f16FromFloat(searchPositiveScale(scales, 0, totals, 63, packed));
    dmin = f16FromFloat(searchPositiveScale(mins, 0, totals, 63, packedMins));
  }
  packScales(packed, packedMins, out, at + 4);
  view.setUint16(at, d, true);
  view.setUint16(at + 2, dmin, true);
  for (let j = 0; j < 8; j++) {
    const { scale, min } = unpackScale(out, at + 4, j);
    const step = fround(f16ToFloat(d) * scale);
    if (!step) continue; // keeps the codes of the search
    const low = fround(f16ToFloat(dmin) * min);
    for (let i = 32 * j; i < 32 * (j + 1); i++)
      codes[i] = clamp(nearest(fround(fround(x[from + i]! + low) / step)), 0, shape.top);
  }
  return codes;
}

/** Decoded scale and minimum of group j. */
export function affineGroup(bytes: Uint8Array, at: number, j: number): { step: number; low: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const { scale, min } = unpackScale(bytes, at + 4, j);
  return {
    step: fround(f16ToFloat(view.getUint16(at, true)) * scale),
    low: fround(f16ToFloat(view.getUint16(at + 2, true)) * min),
  };
}
