import { f16FromFloat, f16ToFloat } from '../../util/half';
import { blockwise, type QuantFormat } from '../format';

const { fround } = Math;

/** Block: f16 d, 128 sign bits. Source: quantize_row_q1_0_ref. */
export const q1_0: QuantFormat = {
  id: 'q1_0',
  label: 'Q1_0',
  ggmlType: 41,
  planes: [
    { name: 'qs', at: 2, bytes: 16 },
    { name: 'd', at: 0, bytes: 2 },
  ],
  summary: '128 signs times one f16 scale, their mean magnitude; for models trained on -1 and 1.',
  encodeGroup: 256,
  maxError: 0.65,
  maxBlockError: 1.01,
  ...blockwise({
    size: 128,
    bytes: 18,
    encodeBlock(x, at, out, to, view) {
      let sum = 0;
      for (let i = 0; i < 128; i++) {
        sum = fround(sum + Math.abs(x[at + i]!));
        if (x[at + i]! >= 0) out[to + 2 + (i >> 3)]! |= 1 << (i & 7);
      }
      view.setUint16(to, f16FromFloat(sum / 128), true);
    },
    groups: (_bytes, from, view) => [{ step: f16ToFloat(view.getUint16(from, true)), low: 0 }],
    decodeBlock(bytes, from, out, at, _view, [group]) {
      const d = group!.step;
      for (let i = 0; i < 128; i++) out[at + i] = (bytes[from + 2 + (i >> 3)]! >> (i & 7)) & 1 ? d : -d;
    },
  }),
};
