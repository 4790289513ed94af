import { f16FromFloat, f16ToFloat } from '../../util/half';
import { inverse } from '../search/extremes';
import { blockwise, type QuantFormat } from '../format';
import { nearestStep, STEPS, searchStepScale, stepWeights } from '../search/iq4';
import { clamp, nearest } from '../search/k-search';

const { fround } = Math;

/** Block: f16 d, u16 of high scale bits, 4 bytes of low scale bits, 128 bytes of nibbles. Source: quantize_iq4_xs. */
export const iq4_xs: QuantFormat = {
  id: 'iq4_xs',
  label: 'IQ4_XS',
  ggmlType: 23,
  planes: [
    { name: 'qs', at: 8, bytes: 128 },
    { name: 'head', at: 0, bytes: 8 },
  ],
  summary: '256 weights in 8 groups with 6-bit scales under one f16 scale; 4-bit codes of 16 uneven steps.',
  encodeGroup: 256,
  maxError: 0.1,
  maxBlockError: 0.25,
  importance: 'used',
  ...blockwise({
    size: 256,
    bytes: 136,
    encodeBlock(x, at, out, to, view, importance) {
      const scales = Array.from({ length: 8 }, (_, j) =>
        searchStepScale(x, at + 32 * j, stepWeights(x, at, 256, 32 * j, importance)),
      );
      let top = 0;
      for (const s of scales) if (Math.abs(s) > Math.abs(top)) top = s;
      const d = -top / 32;
      const inv = inverse(d);
      view.setUint16(to, f16FromFloat(d), true);
      let high = 0;
      scales.forEach((scale, j) => {
        const l = clamp(nearest(fround(inv * scale)), -32, 31);
        const step = inverse(fround(d * l));
        out[to + 4 + (j >> 1)]! |= ((l + 32) & 15) << (4 * (j & 1));
        high |= ((l + 32) >> 4) << (2 * j);
        for (let i = 0; i < 32; i++) {
          const code = nearestStep(fround(step * x[at + 32 * j + i]!));
          out[to + 8 + 16 * j + (i & 15)]! |= code << (4 * (i >> 4));
        }
      });
      view.setUint16(to + 2, high, true);
    },
    groups(bytes, from, view) {
      const d = f16ToFloat(view.getUint16(from, true));
      const high = view.getUint16(from + 2, true);
      return Array.from({ length: 8 }, (_, j) => {
        const low = (bytes[from + 4 + (j >> 1)]! >> (4 * (j & 1))) & 15;
        return { step: fround(d * ((low | (((high >> (2 * j)) & 3) << 4)) - 32)), low: 0 };
      });
    },
    decodeBlock(bytes, from, out, at, _view, groups) {
      for (let j = 0; j < 8; j++) {
        const { step } = groups[j]!;
        for (let i = 0; i < 32; i++)
          out[at + 32 * j + i] = step * STEPS[(bytes[from + 8 + 16 * j + (i & 15)]! >> (4 * (i >> 4))) & 15]!;
      }
    },
  }),
};
