import { f16FromFloat, f16ToFloat } from '../../util/half';
import { blockwise, type QuantFormat } from '../format';
import { pointCodes } from '../codebook/codebook';
import { magnitude3 } from '../codebook/magnitudes';
import { evenSigns, fitCodebook, type CodebookShape, oddScales } from '../search/codebook-search';
import { importanceWeights, squareWeights, sumOfSquares } from '../search/weights';

const { fround } = Math;
const FUDGE = fround(1.0125);

const shape: CodebookShape = {
  codebook: 'iq3_xxs',
  group: 32,
  reach: 15,
  delta: 0.2,
  tiny: 1e-8,
  evenSigns: true,
  refit: 'off',
};

/** Block: f16 d, 64 index bytes, 8 u32 of 4 x 7 signs and a 4-bit scale. Source: quantize_row_iq3_xxs_impl. */
export const iq3_xxs: QuantFormat = {
  id: 'iq3_xxs',
  label: 'IQ3_XXS',
  ggmlType: 18,
  planes: [
    { name: 'qs', at: 2, bytes: 64 },
    { name: 'signs', at: 66, bytes: 32 },
    { name: 'd', at: 0, bytes: 2 },
  ],
  summary: '256 weights in 8 groups with 4-bit scales; four magnitudes are one of 256 codebook points.',
  encodeGroup: 512,
  maxError: 0.3,
  maxBlockError: 1.1,
  importance: 'used',
  codebook: 'iq3_xxs',
  ...blockwise({
    size: 256,
    bytes: 98,
    encodeBlock(x, at, out, to, view, importance) {
      const spread = fround(2 * fround(sumOfSquares(x, at, 256) / 256));
      const weights = new Float32Array(32);
      const scales = new Float32Array(8);
      for (let j = 0; j < 8; j++) {
        const from = at + 32 * j;
        if (importance) importanceWeights(x, from, importance, 32 * j, spread, weights);
        else squareWeights(x, from, weights);
        const { scale, indices, signs } = fitCodebook(x, from, weights, shape);
        scales[j] = scale;
        out.set(indices, to + 2 + 8 * j);
        const packed = signs[0]! | (signs[1]! << 7) | (signs[2]! << 14) | (signs[3]! << 21);
        view.setUint32(to + 66 + 4 * j, packed, true);
      }
      const { part, codes } = oddScales(scales);
      view.setUint16(to, f16FromFloat(fround(part * FUDGE)), true);
      if (part) for (let j = 0; j < 8; j++) out[to + 69 + 4 * j]! |= codes[j]! << 4;
    },
    groups(_bytes, from, view) {
      const d = f16ToFloat(view.getUint16(from, true));
      return Array.from({ length: 8 }, (_, j) => {
        const scale = view.getUint32(from + 66 + 4 * j, true) >>> 28;
        return { step: fround(fround(d * (0.5 + scale)) * 0.5), low: 0 };
      });
    },
    decodeBlock(bytes, from, out, at, view, groups) {
      const points = pointCodes('iq3_xxs');
      for (let j = 0; j < 8; j++) {
        const packed = view.getUint32(from + 66 + 4 * j, true);
        const { step } = groups[j]!;
        for (let i = 0; i < 32; i++) {
          const signs = evenSigns((packed >>> (7 * (i >> 3))) & 127);
          const value = fround(step * magnitude3(points[4 * bytes[from + 2 + 8 * j + (i >> 2)]! + (i & 3)]!));
          out[at + 32 * j + i] = (signs >> (i & 7)) & 1 ? -value : value;
        }
      }
    },
  }),
};
