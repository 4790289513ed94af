import { f16FromFloat, f16ToFloat } from '../../util/half';
import { code, inverse, range } from '../search/extremes';
import { searchAffine32 } from '../search/weighted32';
import { blockwise, type QuantFormat } from '../format';

const { fround } = Math;

/** Block: f16 d, f16 m, 16 bytes of nibbles. Source: quantize_row_q4_1_ref, _impl. */
export const q4_1: QuantFormat = {
  id: 'q4_1',
  label: 'Q4_1',
  ggmlType: 3,
  planes: [
    { name: 'qs', at: 4, bytes: 16 },
    { name: 'dm', at: 0, bytes: 4 },
  ],
  summary: '32 weights share an f16 scale and an f16 minimum; 4-bit codes.',
  encodeGroup: 32,
  maxError: 0.1,
  maxBlockError: 0.075,
  importance: 'used',
  rowSpread: true,
  ...blockwise({
    size: 32,
    bytes: 20,
    encodeBlock(x, at, out, to, view, importance) {
      if (importance) {
        const { scale, min, codes } = searchAffine32(x, at, importance, 15);
        view.setUint16(to, f16FromFloat(scale), true);
        view.setUint16(to + 2, f16FromFloat(-min), true);
        for (let j = 0; j < 16; j++) out[to + 4 + j] = codes[j]! | (codes[j + 16]! << 4);
        return;
      }
      const { min, max } = range(x, at, 32);
      const d = fround(fround(max - min) / 15);
      const inv = inverse(d);
      view.setUint16(to, f16FromFloat(d), true);
      view.setUint16(to + 2, f16FromFloat(min), true);
      for (let j = 0; j < 16; j++) {
        const lo = code(fround(x[at + j]! - min), inv, 0.5, 15);
        const hi = code(fround(x[at + 16 + j]! - min), inv, 0.5, 15);
        out[to + 4 + j] = lo | (hi << 4);
      }
    },
    groups: (_bytes, from, view) => [
      { step: f16ToFloat(view.getUint16(from, true)), low: -f16ToFloat(view.getUint16(from + 2, true)) },
    ],
    decodeBlock(bytes, from, out, at, _view, [group]) {
      const { step: d, low } = group!;
      for (let j = 0; j < 16; j++) {
        const q = bytes[from + 4 + j]!;
        out[at + j] = fround(d * (q & 15)) - low;
        out[at + 16 + j] = fround(d * (q >> 4)) - low;
      }
    },
  }),
};
