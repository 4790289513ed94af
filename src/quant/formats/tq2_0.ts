import { f16ToFloat } from '../../util/half';
import { blockwise, type QuantFormat } from '../format';
import { ternaryCodes } from '../search/ternary';

/** Block: 64 bytes of 2-bit codes, f16 d. Source: quantize_row_tq2_0_ref. */
export const tq2_0: QuantFormat = {
  id: 'tq2_0',
  label: 'TQ2_0',
  ggmlType: 35,
  planes: [
    { name: 'qs', at: 0, bytes: 64 },
    { name: 'd', at: 64, bytes: 2 },
  ],
  summary: '256 weights of -1, 0 or 1 times one f16 scale, in two bits each; for models trained so.',
  encodeGroup: 512,
  maxError: 1,
  maxBlockError: 0.51,
  ...blockwise({
    size: 256,
    bytes: 66,
    encodeBlock(x, at, out, to, view) {
      const codes = ternaryCodes(x, at, view, to + 64);
      for (let i = 0; i < 256; i++) out[to + 32 * (i >> 7) + (i & 31)]! |= codes[i]! << (2 * ((i >> 5) & 3));
    },
    groups: (_bytes, from, view) => [{ step: f16ToFloat(view.getUint16(from + 64, true)), low: 0 }],
    decodeBlock(bytes, from, out, at, _view, [group]) {
      const d = group!.step;
      for (let i = 0; i < 256; i++)
        out[at + i] = d * (((bytes[from + 32 * (i >> 7) + (i & 31)]! >> (2 * ((i >> 5) & 3))) & 3) - 1);
    },
  }),
};
