import { f16FromFloat, f16ToFloat } from '../../util/half';
import { inverse, signedExtreme } from '../search/extremes';
import { blockwise, type QuantFormat } from '../format';

const { fround } = Math;

/** Block: f16 d, 32 int8. Source: quantize_row_q8_0_ref. */
export const q8_0: QuantFormat = {
  id: 'q8_0',
  label: 'Q8_0',
  ggmlType: 8,
  planes: [
    { name: 'qs', at: 2, bytes: 32 },
    { name: 'd', at: 0, bytes: 2 },
  ],
  summary: '32 weights share one f16 scale; 8-bit codes.',
  encodeGroup: 64,
  maxError: 0.01,
  maxBlockError: 0.005,
  ...blockwise({
    size: 32,
    bytes: 34,
    encodeBlock(x, at, _out, to, view) {
      const d = fround(Math.abs(signedExtreme(x, at, 32)) / 127);
      const inv = inverse(d);
      view.setUint16(to, f16FromFloat(d), true);
      for (let i = 0; i < 32; i++) {
        // roundf: half away from zero. |v| + 0.5 must be computed in double.
        const v = fround(x[at + i]! * inv);
        view.setInt8(to + 2 + i, Math.sign(v) * Math.floor(Math.abs(v) + 0.5));
      }
    },
    groups: (_bytes, from, view) => [{ step: f16ToFloat(view.getUint16(from, true)), low: 0 }],
    decodeBlock(_bytes, from, out, at, view, [group]) {
      const d = group!.step;
      for (let i = 0; i < 32; i++) out[at + i] = d * view.getInt8(from + 2 + i);
    },
  }),
};
