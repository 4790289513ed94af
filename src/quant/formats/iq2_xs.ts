import { f16FromFloat, f16ToFloat } from '../../util/half';
import { blockwise, type QuantFormat } from '../format';
import { pointCodes } from '../codebook/codebook';
import { magnitude2 } from '../codebook/magnitudes';
import { evenSigns, fitCodebook, type CodebookShape, oddScales } from '../search/codebook-search';
import { importanceWeights, sumOfSquares } from '../search/weights';

const { fround } = Math;

const shape: CodebookShape = {
  codebook: 'iq2_xs',
  group: 16,
  reach: 9,
  delta: 0.1,
  tiny: 1e-15,
  evenSigns: true,
  refit: 'off',
};

/** Block: f16 d, 32 u16 of 9 index and 7 sign bits, 16 4-bit scales. Source: quantize_row_iq2_xs_impl. */
export const iq2_xs: QuantFormat = {
  id: 'iq2_xs',
  label: 'IQ2_XS',
  ggmlType: 17,
  planes: [
    { name: 'qs', at: 2, bytes: 64 },
    { name: 'scales', at: 66, bytes: 8 },
    { name: 'd', at: 0, bytes: 2 },
  ],
  summary: '256 weights in 16 groups with 4-bit scales; eight magnitudes are one of 512 codebook points.',
  encodeGroup: 512,
  maxError: 0.45,
  maxBlockError: 3,
  importance: 'required',
  codebook: 'iq2_xs',
  ...blockwise({
    size: 256,
    bytes: 74,
    encodeBlock(x, at, out, to, view, importance) {
      const spread = fround(sumOfSquares(x, at, 256) / 256);
      const weights = new Float32Array(16);
      const scales = new Float32Array(16);
      for (let j = 0; j < 16; j++) {
        importanceWeights(x, at + 16 * j, importance, 16 * j, spread, weights);
        const { scale, indices, signs } = fitCodebook(x, at + 16 * j, weights, shape);
        scales[j] = scale;
        for (let k = 0; k < 2; k++)
          view.setUint16(to + 2 + 4 * j + 2 * k, indices[k]! | (signs[k]! << 9), true);
      }
      const { part, codes } = oddScales(scales);
      view.setUint16(to, f16FromFloat(part), true);
      if (part) for (let j = 0; j < 16; j++) out[to + 66 + (j >> 1)]! |= codes[j]! << (4 * (j & 1));
    },
    groups(bytes, from, view) {
      const d = f16ToFloat(view.getUint16(from, true));
      return Array.from({ length: 16 }, (_, j) => {
        const scale = (bytes[from + 66 + (j >> 1)]! >> (4 * (j & 1))) & 15;
        return { step: fround(fround(d * (0.5 + scale)) * 0.25), low: 0 };
      });
    },
    decodeBlock(_bytes, from, out, at, view, groups) {
      const points = pointCodes('iq2_xs');
      for (let k = 0; k < 32; k++) {
        const word = view.getUint16(from + 2 + 2 * k, true);
        const { step } = groups[k >> 1]!;
        const signs = evenSigns(word >> 9);
        for (let i = 0; i < 8; i++) {
          const value = fround(step * magnitude2(points[8 * (word & 511) + i]!));
          out[at + 8 * k + i] = (signs >> i) & 1 ? -value : value;
        }
      }
    },
  }),
};
