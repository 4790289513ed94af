import { f16FromFloat, f16ToFloat } from '../../util/half';
import { inverse } from '../search/extremes';
import { blockwise, type QuantFormat } from '../format';
import { nearestStep, STEPS, searchStepScale, stepWeights } from '../search/iq4';

const { fround } = Math;

/** Block: f16 d, 16 bytes of nibbles that index the levels in STEPS. Source: quantize_iq4_nl. */
export const iq4_nl: QuantFormat = {
  id: 'iq4_nl',
  label: 'IQ4_NL',
  ggmlType: 20,
  planes: [
    { name: 'qs', at: 2, bytes: 16 },
    { name: 'd', at: 0, bytes: 2 },
  ],
  summary: '32 weights share one f16 scale; 4-bit codes that index 16 uneven steps, finer around zero.',
  encodeGroup: 64,
  maxError: 0.1,
  maxBlockError: 0.2,
  importance: 'used',
  ...blockwise({
    size: 32,
    bytes: 18,
    encodeBlock(x, at, out, to, view, importance) {
      const d = searchStepScale(x, at, stepWeights(x, at, 32, 0, importance));
      const inv = inverse(d);
      view.setUint16(to, f16FromFloat(d), true);
      for (let j = 0; j < 16; j++)
        out[to + 2 + j] =
          nearestStep(fround(inv * x[at + j]!)) | (nearestStep(fround(inv * x[at + 16 + j]!)) << 4);
    },
    groups: (_bytes, from, view) => [{ step: f16ToFloat(view.getUint16(from, true)), low: 0 }],
    decodeBlock(bytes, from, out, at, _view, [group]) {
      const d = group!.step;
      for (let j = 0; j < 16; j++) {
        const q = bytes[from + 2 + j]!;
        out[at + j] = d * STEPS[q & 15]!;
        out[at + 16 + j] = d * STEPS[q >> 4]!;
      }
    },
  }),
};
