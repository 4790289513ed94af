import { f16FromFloat, f16ToFloat } from '../../util/half';
import { code, inverse, signedExtreme } from '../search/extremes';
import { searchSigned32 } from '../search/weighted32';
import { blockwise, type QuantFormat } from '../format';

function roundedCodes(x: Float32Array, at: number): { d: number; codes: Uint8Array } {
  const d = signedExtreme(x, at, 32) / -16;
  const inv = inverse(d);
  return { d, codes: Uint8Array.from({ length: 32 }, (_, i) => code(x[at + i]!, inv, 16.5, 31)) };
}

/** Block: f16 d, u32 of fifth bits, 16 bytes of nibbles. Source: quantize_row_q5_0_ref, _impl. */
export const q5_0: QuantFormat = {
  id: 'q5_0',
  label: 'Q5_0',
  ggmlType: 6,
  planes: [
    { name: 'qs', at: 6, bytes: 16 },
    { name: 'qh', at: 2, bytes: 4 },
    { name: 'd', at: 0, bytes: 2 },
  ],
  summary: '32 weights share one f16 scale; 5-bit codes centred on 16.',
  encodeGroup: 64,
  maxError: 0.06,
  maxBlockError: 0.07,
  importance: 'used',
  rowSpread: true,
  ...blockwise({
    size: 32,
    bytes: 22,
    encodeBlock(x, at, out, to, view, importance) {
      const { d, codes } = importance ? searchSigned32(x, at, importance, 16) : roundedCodes(x, at);
      let high = 0;
      view.setUint16(to, f16FromFloat(d), true);
      for (let j = 0; j < 16; j++) {
        const lo = codes[j]!;
        const hi = codes[j + 16]!;
        out[to + 6 + j] = (lo & 15) | ((hi & 15) << 4);
        high |= (lo >> 4) << j;
        high |= (hi >> 4) << (j + 16);
      }
      view.setUint32(to + 2, high >>> 0, true);
    },
    groups: (_bytes, from, view) => [{ step: f16ToFloat(view.getUint16(from, true)), low: 0 }],
    decodeBlock(bytes, from, out, at, view, [group]) {
      const d = group!.step;
      const high = view.getUint32(from + 2, true);
      for (let j = 0; j < 16; j++) {
        const q = bytes[from + 6 + j]!;
        out[at + j] = d * (((q & 15) | (((high >>> j) & 1) << 4)) - 16);
        out[at + 16 + j] = d * (((q >> 4) | (((high >>> (j + 16)) & 1) << 4)) - 16);
      }
    },
  }),
};
