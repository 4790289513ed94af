import { f16FromFloat, f16ToFloat } from '../../util/half';
import { blockwise, type QuantFormat } from '../format';
import { pointCodes } from '../codebook/codebook';
import {
  ascending,
  largestMagnitude,
  SHIFTED,
  type Split,
  snapToCodebook,
  splitCodes,
} from '../search/iq1-search';
import { clamp, nearest } from '../search/k-search';
import { importanceWeights, sumOfSquares } from '../search/weights';

const { fround } = Math;

/** Best split of the 32 sorted weights, from prefix sums. */
function bestSplit(x: Float32Array, at: number, weights: Float32Array): Split {
  const order = ascending(x, at, 32);
  const sumX = new Float32Array(33);
  const sumW = new Float32Array(33);
  order.forEach((i, j) => {
    sumX[j + 1] = sumX[j]! + fround(weights[i]! * x[at + i]!);
    sumW[j + 1] = sumW[j]! + weights[i]!;
  });
  let best = -fround(3.4028234663852886e38);
  let found = { first: 0, second: 0, scale: 0, shifts: 0 };
  for (let first = 0; first <= 32; first++) {
    for (let second = first; second <= 32; second++) {
      for (const [s, values] of SHIFTED.entries()) {
        const parts = [
          [0, first],
          [first, second],
          [second, 32],
        ] as const;
        let qx = 0;
        let q2 = 0;
        for (const [p, [from, to]] of parts.entries()) {
          const q = values[p]!;
          qx = fround(qx + fround(fround(sumX[to]! - sumX[from]!) * q));
          q2 = fround(q2 + fround(fround(fround(sumW[to]! - sumW[from]!) * q) * q));
        }
        if (q2 > 0 && fround(qx * qx) > fround(best * q2)) {
          const scale = fround(qx / q2);
          best = fround(scale * qx);
          found = { first, second, scale, shifts: s === 0 ? 0 : 3 };
        }
      }
    }
  }
  return splitCodes(order, found.first, found.second, found.scale, found.shifts);
}

/**
 * Block: f16 d, 32 low index bytes, 8 u16 of 4 x 3 high index bits, a 3-bit scale and the shift. Source:
 * quantize_row_iq1_s_impl.
 */
export const iq1_s: QuantFormat = {
  id: 'iq1_s',
  label: 'IQ1_S',
  ggmlType: 19,
  planes: [
    { name: 'qs', at: 2, bytes: 32 },
    { name: 'qh', at: 34, bytes: 16 },
    { name: 'd', at: 0, bytes: 2 },
  ],
  summary: '256 weights in 8 groups with 3-bit scales and a shift; eight of -1, 0, 1 are one of 2048 points.',
  encodeGroup: 2048,
  maxError: 0.65,
  maxBlockError: 3,
  importance: 'required',
  codebook: 'iq1',
  ...blockwise({
    size: 256,
    bytes: 50,
    encodeBlock(x, at, out, to, view, importance) {
      const spread = fround(2 * fround(sumOfSquares(x, at, 256) / 256));
      const weights = new Float32Array(32);
      const scales = new Float32Array(8);
      const heads = new Uint16Array(8);
      for (let j = 0; j < 8; j++) {
        const from = at + 32 * j;
        importanceWeights(x, from, importance, 32 * j, spread, weights);
        if (largestMagnitude(x, from, 32) < 1e-12) continue;
        const split = bestSplit(x, from, weights);
        const values = SHIFTED[split.shifts === 0 ? 0 : 1];
        const { indices, scale } = snapToCodebook(x, from, weights, split, () => values);
        for (let k = 0; k < 4; k++) {
          out[to + 2 + 4 * j + k] = indices[k]! & 255;
          heads[j]! |= (indices[k]! >> 8) << (3 * k);
        }
        heads[j]! |= split.shifts === 0 ? 0 : 0x8000;
        scales[j] = scale;
      }
      const top = Math.max(...scales);
      if (top === 0) {
        for (const [j, head] of heads.entries()) view.setUint16(to + 34 + 2 * j, head & 0xfff, true);
        return;
      }
      const part = fround(top / 15);
      const inverse = fround(1 / part);
      view.setUint16(to, f16FromFloat(fround(part * 1.125)), true);
      for (let j = 0; j < 8; j++) {
        const l = clamp(nearest(fround(0.5 * fround(fround(inverse * scales[j]!) - 1))), 0, 7);
        view.setUint16(to + 34 + 2 * j, heads[j]! | (l << 12), true);
      }
    },
    groups(_bytes, from, view) {
      const d = f16ToFloat(view.getUint16(from, true));
      return Array.from({ length: 8 }, (_, j) => {
        const scale = (view.getUint16(from + 34 + 2 * j, true) >> 12) & 7;
        return { step: fround(d * (2 * scale + 1)), low: 0 };
      });
    },
    decodeBlock(bytes, from, out, at, view, groups) {
      const points = pointCodes('iq1');
      for (let j = 0; j < 8; j++) {
        const head = view.getUint16(from + 34 + 2 * j, true);
        const { step } = groups[j]!;
        const shift = head & 0x8000 ? -0.125 : 0.125;
        for (let i = 0; i < 32; i++) {
          const k = i >> 3;
          const point = bytes[from + 2 + 4 * j + k]! | (((head >> (3 * k)) & 7) << 8);
          out[at + 32 * j + i] = step * (points[8 * point + (i & 7)]! - 1 + shift);
        }
      }
    },
  }),
};
