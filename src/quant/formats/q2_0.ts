import { f16FromFloat, f16ToFloat } from '../../util/half';
import { blockwise, type QuantFormat } from '../format';
import { inverse, signedExtreme } from '../search/extremes';
import { ternaryCode } from '../search/ternary';

const { fround } = Math;

/** Block: f16 d, 64 2-bit codes. Source: quantize_row_q2_0_ref. */
export const q2_0: QuantFormat = {
  id: 'q2_0',
  label: 'Q2_0',
  ggmlType: 42,
  planes: [
    { name: 'qs', at: 2, bytes: 16 },
    { name: 'd', at: 0, bytes: 2 },
  ],
  summary: '64 weights of -1, 0 or 1 times one f16 scale, their largest magnitude; for models trained so.',
  encodeGroup: 128,
  maxError: 0.8,
  maxBlockError: 0.51,
  ...blockwise({
    size: 64,
    bytes: 18,
    encodeBlock(x, at, out, to, view) {
      const d = Math.abs(signedExtreme(x, at, 64));
      const inv = inverse(d);
      view.setUint16(to, f16FromFloat(d), true);
      for (let i = 0; i < 64; i++) {
        const v = fround(x[at + i]! * inv);
        // Not finite (a denormal scale) gives 0: the reference clamps INT_MIN.
        if (Number.isFinite(v)) out[to + 2 + (i >> 2)]! |= ternaryCode(v) << (2 * (i & 3));
      }
    },
    groups: (_bytes, from, view) => [{ step: f16ToFloat(view.getUint16(from, true)), low: 0 }],
    decodeBlock(bytes, from, out, at, _view, [group]) {
      const d = group!.step;
      for (let i = 0; i < 64; i++)
        out[at + i] = d * (((bytes[from + 2 + (i >> 2)]! >> (2 * (i & 3))) & 3) - 1);
    },
  }),
};
