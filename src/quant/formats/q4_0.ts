import { f16FromFloat, f16ToFloat } from '../../util/half';
import { code, inverse, signedExtreme } from '../search/extremes';
import { searchSigned32 } from '../search/weighted32';
import { blockwise, type QuantFormat } from '../format';

/** Block: f16 d, 16 bytes of nibbles (weight j low, j + 16 high). Source: quantize_row_q4_0_ref, _impl. */
export const q4_0: QuantFormat = {
  id: 'q4_0',
  label: 'Q4_0',
  ggmlType: 2,
  planes: [
    { name: 'qs', at: 2, bytes: 16 },
    { name: 'd', at: 0, bytes: 2 },
  ],
  summary: '32 weights share one f16 scale; 4-bit codes centred on 8.',
  encodeGroup: 64,
  maxError: 0.12,
  maxBlockError: 0.13,
  importance: 'used',
  rowSpread: true,
  ...blockwise({
    size: 32,
    bytes: 18,
    encodeBlock(x, at, out, to, view, importance) {
      if (importance) {
        const { d, codes } = searchSigned32(x, at, importance, 8);
        view.setUint16(to, f16FromFloat(d), true);
        for (let j = 0; j < 16; j++) out[to + 2 + j] = codes[j]! | (codes[j + 16]! << 4);
        return;
      }
      const d = signedExtreme(x, at, 32) / -8;
      const inv = inverse(d);
      view.setUint16(to, f16FromFloat(d), true);
      for (let j = 0; j < 16; j++) {
        const lo = code(x[at + j]!, inv, 8.5, 15);
        const hi = code(x[at + 16 + j]!, inv, 8.5, 15);
        out[to + 2 + j] = lo | (hi << 4);
      }
    },
    groups: (_bytes, from, view) => [{ step: f16ToFloat(view.getUint16(from, true)), low: 0 }],
    decodeBlock(bytes, from, out, at, _view, [group]) {
      const d = group!.step;
      for (let j = 0; j < 16; j++) {
        const q = bytes[from + 2 + j]!;
        out[at + j] = d * ((q & 15) - 8);
        out[at + 16 + j] = d * ((q >> 4) - 8);
      }
    },
  }),
};
