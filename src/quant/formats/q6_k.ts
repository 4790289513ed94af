import { f16FromFloat, f16ToFloat } from '../../util/half';
import type { BlockImportance } from '../block-importance';
import { blockwise, type QuantFormat } from '../format';
import { clamp, EPSILON, nearest } from '../search/k-search';
import { searchSignedScale } from '../search/qx-search';
import { squareWeights } from '../search/weights';

const { fround } = Math;
function encodeBlock(
  x: Float32Array,
  at: number,
  out: Uint8Array,
  to: number,
  view: DataView,
  importance?: BlockImportance,
): void {
  const weights = new Float32Array(16);
  const codes = new Uint8Array(256);
  const scales = new Float32Array(16);
  let maxScale = 0;
  let maxAbs = 0;
  for (let s = 0; s < 16; s++) {
    // Q6_K uses the importance itself as weights, without a spread.
    if (importance)
      weights.set(importance.weights.subarray(importance.column + 16 * s, importance.column + 16 * s + 16));
    else squareWeights(x, at + 16 * s, weights);
    const scale = searchSignedScale(x, at + 16 * s, weights, 32, codes, 16 * s);
    scales[s] = scale;
    if (Math.abs(scale) > maxAbs) {
      maxAbs = Math.abs(scale);
      maxScale = scale;
    }
  }
  if (maxAbs < EPSILON) return;
  const inv = fround(-128 / maxScale);
  const d16 = f16FromFloat(fround(1 / inv));
  view.setUint16(to + 208, d16, true);
  for (let s = 0; s < 16; s++) {
    const scale = Math.min(127, nearest(fround(inv * scales[s]!)));
    view.setInt8(to + 192 + s, scale);
    const d = fround(f16ToFloat(d16) * scale);
    if (!d) continue; // keeps the codes of the search
    for (let i = 0; i < 16; i++)
      codes[16 * s + i] = clamp(nearest(fround(x[at + 16 * s + i]! / d)), -32, 31) + 32;
  }
  for (let half = 0; half < 2; half++) {
    for (let l = 0; l < 32; l++) {
      const q = (k: number) => codes[128 * half + 32 * k + l]!;
      out[to + 64 * half + l] = (q(0) & 15) | ((q(2) & 15) << 4);
      out[to + 64 * half + 32 + l] = (q(1) & 15) | ((q(3) & 15) << 4);
      out[to + 128 + 32 * half + l] =
        (q(0) >> 4) | ((q(1) >> 4) << 2) | ((q(2) >> 4) << 4) | ((q(3) >> 4) << 6);
    }
  }
}

/** Block: 128 bytes of low nibbles, 64 bytes of high 2 bits, 16 int8 scales, f16 d. Source: quantize_row_q6_K_ref. */
export const q6_k: QuantFormat = {
  id: 'q6_k',
  label: 'Q6_K',
  ggmlType: 14,
  planes: [
    { name: 'ql', at: 0, bytes: 128 },
    { name: 'qh', at: 128, bytes: 64 },
    { name: 'scales', at: 192, bytes: 16 },
    { name: 'd', at: 208, bytes: 2 },
  ],
  summary: '256 weights in 16 groups with 8-bit scales under one f16 scale; 6-bit codes.',
  encodeGroup: 512,
  maxError: 0.03,
  maxBlockError: 0.05,
  importance: 'used',
  ...blockwise({
    size: 256,
    bytes: 210,
    encodeBlock,
    groups(_bytes, from, view) {
      const d = f16ToFloat(view.getUint16(from + 208, true));
      return Array.from({ length: 16 }, (_, j) => ({
        step: fround(d * view.getInt8(from + 192 + j)),
        low: 0,
      }));
    },
    decodeBlock(bytes, from, out, at, _view, groups) {
      for (let i = 0; i < 256; i++) {
        const half = i >> 7;
        const k = (i >> 5) & 3;
        const l = i & 31;
        const low = bytes[from + 64 * half + 32 * (k & 1) + l]! >> (4 * (k >> 1));
        const high = bytes[from + 128 + 32 * half + l]! >> (2 * k);
        out[at + i] = groups[i >> 4]!.step * (((low & 15) | ((high & 3) << 4)) - 32);
      }
    },
  }),
};
