import { f16FromFloat, f16ToFloat } from '../../util/half';
import { code, inverse, range } from '../search/extremes';
import { type Affine32, searchAffine32 } from '../search/weighted32';
import { blockwise, type QuantFormat } from '../format';

const { fround } = Math;

function roundedCodes(x: Float32Array, at: number): Affine32 {
  const { min, max } = range(x, at, 32);
  const scale = fround(fround(max - min) / 31);
  const inv = inverse(scale);
  const codes = Uint8Array.from({ length: 32 }, (_, i) => code(fround(x[at + i]! - min), inv, 0.5, 255));
  return { scale, min: -min, codes };
}

/** Block: f16 d, f16 m, u32 of fifth bits, 16 bytes of nibbles. Source: quantize_row_q5_1_ref, _impl. */
export const q5_1: QuantFormat = {
  id: 'q5_1',
  label: 'Q5_1',
  ggmlType: 7,
  planes: [
    { name: 'qs', at: 8, bytes: 16 },
    { name: 'qh', at: 4, bytes: 4 },
    { name: 'dm', at: 0, bytes: 4 },
  ],
  summary: '32 weights share an f16 scale and an f16 minimum; 5-bit codes.',
  encodeGroup: 32,
  maxError: 0.05,
  maxBlockError: 0.04,
  importance: 'used',
  rowSpread: true,
  ...blockwise({
    size: 32,
    bytes: 24,
    encodeBlock(x, at, out, to, view, importance) {
      const { scale, min, codes } = importance ? searchAffine32(x, at, importance, 31) : roundedCodes(x, at);
      let high = 0;
      view.setUint16(to, f16FromFloat(scale), true);
      view.setUint16(to + 2, f16FromFloat(-min), true);
      for (let j = 0; j < 16; j++) {
        const lo = codes[j]!;
        const hi = codes[j + 16]!;
        out[to + 8 + j] = (lo & 15) | ((hi & 15) << 4);
        high |= ((lo >> 4) & 1) << j;
        high |= ((hi >> 4) & 1) << (j + 16);
      }
      view.setUint32(to + 4, high >>> 0, true);
    },
    groups: (_bytes, from, view) => [
      { step: f16ToFloat(view.getUint16(from, true)), low: -f16ToFloat(view.getUint16(from + 2, true)) },
    ],
    decodeBlock(bytes, from, out, at, view, [group]) {
      const { step: d, low } = group!;
      const high = view.getUint32(from + 4, true);
      for (let j = 0; j < 16; j++) {
        const q = bytes[from + 8 + j]!;
        out[at + j] = fround(d * ((q & 15) | (((high >>> j) & 1) << 4))) - low;
        out[at + 16 + j] = fround(d * ((q >> 4) | (((high >>> (j + 16)) & 1) << 4))) - low;
      }
    },
  }),
};
