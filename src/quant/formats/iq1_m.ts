import { f16FromFloat, f16ToFloat } from '../../util/half';
import { blockwise, type QuantFormat } from '../format';
import { pointCodes } from '../codebook/codebook';
import {
  ascending,
  largestMagnitude,
  SHIFTED,
  type Shifts,
  type Split,
  snapToCodebook,
  splitCodes,
} from '../search/iq1-search';
import { clamp, nearest } from '../search/k-search';
import { importanceWeights, squareWeights, sumOfSquares } from '../search/weights';

const { fround } = Math;
const FUDGE = fround(1.1125);

const valuesOf = (shifts: Shifts) => (eight: number) => SHIFTED[(shifts >> (1 - eight)) & 1]!;

/** Best split of the 16 sorted weights and best shifts of the two eights. */
function bestSplit(x: Float32Array, at: number, weights: Float32Array): Split {
  const order = ascending(x, at, 16);
  const qx = new Float32Array(4);
  const q2 = new Float32Array(4);
  let best = -fround(3.4028234663852886e38);
  let found = { first: 0, second: 0, scale: 0, shifts: 0 };
  for (let first = 0; first <= 16; first++) {
    for (let second = first; second <= 16; second++) {
      qx.fill(0);
      q2.fill(0);
      for (let j = 0; j < 16; j++) {
        const i = order[j]!;
        const code = j < first ? 0 : j < second ? 1 : 2;
        for (let shifts = 0; shifts < 4; shifts++) {
          const q = valuesOf(shifts)(i >> 3)[code]!;
          const wq = fround(weights[i]! * q);
          qx[shifts] = qx[shifts]! + fround(wq * x[at + i]!);
          q2[shifts] = q2[shifts]! + fround(wq * q);
        }
      }
      for (let shifts = 0; shifts < 4; shifts++) {
        if (!(q2[shifts]! > 0) || !(fround(qx[shifts]! * qx[shifts]!) > fround(best * q2[shifts]!))) continue;
        const scale = fround(qx[shifts]! / q2[shifts]!);
        best = fround(scale * qx[shifts]!);
        found = { first, second, scale, shifts };
      }
    }
  }
  return splitCodes(order, found.first, found.second, found.scale, found.shifts);
}

/**
 * Block: 32 low index bytes, 16 bytes of 2 x 3 high index bits and 2 shifts, 16 3-bit scales with a nibble of f16 d
 * after each four. Source: quantize_row_iq1_m_impl.
 */
export const iq1_m: QuantFormat = {
  id: 'iq1_m',
  label: 'IQ1_M',
  ggmlType: 29,
  planes: [
    { name: 'qs', at: 0, bytes: 32 },
    { name: 'qh', at: 32, bytes: 16 },
    { name: 'scales', at: 48, bytes: 8 },
  ],
  summary:
    '256 weights in 16 groups with 3-bit scales and two shifts; eight of -1, 0, 1 are one of 2048 points.',
  encodeGroup: 1024,
  maxError: 0.65,
  maxBlockError: 2.2,
  importance: 'used',
  codebook: 'iq1',
  ...blockwise({
    size: 256,
    bytes: 56,
    encodeBlock(x, at, out, to, view, importance) {
      const spread = fround(2 * fround(sumOfSquares(x, at, 256) / 256));
      const weights = new Float32Array(16);
      const scales = new Float32Array(16);
      const shifts = new Uint8Array(16);
      const weigh = (j: number) => {
        const from = at + 16 * j;
        if (importance) importanceWeights(x, from, importance, 16 * j, spread, weights);
        else squareWeights(x, from, weights);
      };
      for (let j = 0; j < 16; j++) {
        const from = at + 16 * j;
        if (largestMagnitude(x, from, 16) < 1e-7) continue;
        weigh(j);
        const split = bestSplit(x, from, weights);
        const { indices, scale } = snapToCodebook(x, from, weights, split, valuesOf(split.shifts));
        out[to + 2 * j] = indices[0]! & 255;
        out[to + 2 * j + 1] = indices[1]! & 255;
        out[to + 32 + j] = (indices[0]! >> 8) | ((indices[1]! >> 8) << 4);
        scales[j] = scale;
        shifts[j] = split.shifts;
      }
      const top = Math.max(...scales);
      if (top === 0) return;
      const part = fround(top / 15);
      const inverse = fround(1 / part);
      const points = pointCodes('iq1');
      const packed = new Uint16Array(4);
      let qx = 0;
      let q2 = 0;
      for (let j = 0; j < 16; j++) {
        const l = clamp(nearest(fround(0.5 * fround(fround(inverse * scales[j]!) - 1))), 0, 7);
        packed[j >> 2]! |= l << (3 * (j & 3));
        out[to + 32 + j]! |= ((shifts[j]! & 1) << 7) | ((shifts[j]! >> 1) << 3);
        weigh(j);
        for (let i = 0; i < 16; i++) {
          const k = i >> 3;
          const point = out[to + 2 * j + k]! | (((out[to + 32 + j]! >> (4 * k)) & 7) << 8);
          const q = fround(valuesOf(shifts[j]!)(k)[points[8 * point + (i & 7)]!]! * (2 * l + 1));
          const wq = fround(weights[i]! * q);
          qx = fround(qx + fround(wq * x[at + 16 * j + i]!));
          q2 = fround(q2 + fround(wq * q));
        }
      }
      const d = f16FromFloat(fround((q2 > 0 ? fround(qx / q2) : part) * FUDGE));
      for (let k = 0; k < 4; k++)
        view.setUint16(to + 48 + 2 * k, packed[k]! | (((d >> (4 * k)) & 15) << 12), true);
    },
    groups(_bytes, from, view) {
      const scales = [0, 1, 2, 3].map((k) => view.getUint16(from + 48 + 2 * k, true));
      const d = f16ToFloat(scales.reduce((bits, s, k) => bits | ((s >> 12) << (4 * k)), 0));
      return Array.from({ length: 16 }, (_, j) => {
        const scale = (scales[j >> 2]! >> (3 * (j & 3))) & 7;
        return { step: fround(d * (2 * scale + 1)), low: 0 };
      });
    },
    decodeBlock(bytes, from, out, at, _view, groups) {
      const points = pointCodes('iq1');
      for (let k = 0; k < 32; k++) {
        const { step } = groups[k >> 1]!;
        const head = bytes[from + 32 + (k >> 1)]! >> (4 * (k & 1));
        const point = bytes[from + k]! | ((head & 7) << 8);
        const shift = head & 8 ? -0.125 : 0.125;
        for (let i = 0; i < 8; i++) out[at + 8 * k + i] = step * (points[8 * point + i]! - 1 + shift);
      }
    },
  }),
};
