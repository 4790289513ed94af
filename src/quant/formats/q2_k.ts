import { f16FromFloat, f16ToFloat } from '../../util/half';
import type { BlockImportance } from '../block-importance';
import { blockwise, type QuantFormat } from '../format';
import { clamp, nearest, searchScaleMin } from '../search/k-search';
import { searchPositiveScale } from '../search/qp-search';
import { weightedShape } from '../search/weighted32';
import { importanceWeights, sumOf, sumOfSquares } from '../search/weights';

const { fround } = Math;

const plainShape = { top: 3, first: -0.5, delta: 0.1, steps: 15, absolute: true };

function encodeBlock(
  x: Float32Array,
  from: number,
  out: Uint8Array,
  to: number,
  view: DataView,
  importance?: BlockImportance,
): void {
  const codes = new Uint8Array(256);
  const weights = new Float32Array(16);
  const scales = new Float32Array(16);
  const mins = new Float32Array(16);
  const totals = new Float32Array(16);
  const spread = importance ? fround(sumOfSquares(x, from, 256) / 256) : 0;
  for (let j = 0; j < 16; j++) {
    const at = from + 16 * j;
    if (importance) importanceWeights(x, at, importance, 16 * j, spread, weights);
    else for (let i = 0; i < 16; i++) weights[i] = Math.abs(x[at + i]!);
    totals[j] = sumOf(weights);
    const fit = searchScaleMin(x, at, weights, codes, 16 * j, importance ? weightedShape(3) : plainShape);
    scales[j] = fit.scale;
    mins[j] = fit.min;
  }
  const fourWeighted = (values: Float32Array, shift: number): number => {
    const parts = new Uint8Array(16);
    const d = searchPositiveScale(values, 0, totals, 15, parts);
    for (let j = 0; j < 16; j++) out[to + j]! |= parts[j]! << shift;
    return f16FromFloat(d);
  };
  const four = (values: Float32Array, shift: number): number => {
    const max = values.reduce((a, b) => Math.max(a, b), 0);
    if (!(max > 0)) return 0;
    const inverse = fround(15 / max);
    for (let j = 0; j < 16; j++) out[to + j]! |= nearest(fround(inverse * values[j]!)) << shift;
    return f16FromFloat(fround(max / 15));
  };
  const d = (importance ? fourWeighted : four)(scales, 0);
  const dmin = (importance ? fourWeighted : four)(mins, 4);
  view.setUint16(to + 80, d, true);
  view.setUint16(to + 82, dmin, true);
  for (let j = 0; j < 16; j++) {
    const step = fround(f16ToFloat(d) * (out[to + j]! & 15));
    if (!step) continue; // keeps the codes of the search
    const low = fround(f16ToFloat(dmin) * (out[to + j]! >> 4));
    for (let i = 16 * j; i < 16 * (j + 1); i++)
      codes[i] = clamp(nearest(fround(fround(x[from + i]! + low) / step)), 0, 3);
  }
  for (let i = 0; i < 256; i++) out[to + 16 + 32 * (i >> 7) + (i & 31)]! |= codes[i]! << (2 * ((i >> 5) & 3));
}

/**
 * Block: 16 bytes of 4-bit scales and minimums, 64 bytes of 2-bit codes, f16 d, f16 dmin. Source:
 * quantize_row_q2_K_ref, _impl.
 */
export const q2_k: QuantFormat = {
  id: 'q2_k',
  label: 'Q2_K',
  ggmlType: 10,
  planes: [
    { name: 'qs', at: 16, bytes: 64 },
    { name: 'scales', at: 0, bytes: 16 },
    { name: 'dm', at: 80, bytes: 4 },
  ],
  summary: '256 weights in 16 groups with 4-bit scales and minimums under two f16 scales; 2-bit codes.',
  encodeGroup: 256,
  maxError: 0.35,
  maxBlockError: 0.7,
  importance: 'used',
  ...blockwise({
    size: 256,
    bytes: 84,
    encodeBlock,
    groups(bytes, from, view) {
      const d = f16ToFloat(view.getUint16(from + 80, true));
      const dmin = f16ToFloat(view.getUint16(from + 82, true));
      return Array.from(bytes.subarray(from, from + 16), (scales) => ({
        step: fround(d * (scales & 15)),
        low: fround(dmin * (scales >> 4)),
      }));
    },
    decodeBlock(bytes, from, out, at, _view, groups) {
      for (let i = 0; i < 256; i++) {
        const { step, low } = groups[i >> 4]!;
        const code = (bytes[from + 16 + 32 * (i >> 7) + (i & 31)]! >> (2 * ((i >> 5) & 3))) & 3;
        out[at + i] = fround(step * code) - low;
      }
    },
  }),
};
