import { f16FromFloat, f16ToFloat } from '../../util/half';
import { blockwise, type QuantFormat } from '../format';
import { pointCodes } from '../codebook/codebook';
import { magnitude2 } from '../codebook/magnitudes';
import { evenSigns, fitCodebook, type CodebookShape, oddScales } from '../search/codebook-search';
import { searchPositiveScale } from '../search/qp-search';
import { importanceWeights, sumOfSquares } from '../search/weights';

const { fround } = Math;

const shape: CodebookShape = {
  codebook: 'iq2_xxs',
  group: 32,
  reach: 6,
  delta: 0.1,
  tiny: 1e-15,
  evenSigns: true,
  refit: 'always',
};

/** Block: f16 d, 8 groups of 4 index bytes, 4 x 7 signs and a 4-bit scale. Source: quantize_row_iq2_xxs_impl. */
export const iq2_xxs: QuantFormat = {
  id: 'iq2_xxs',
  label: 'IQ2_XXS',
  ggmlType: 16,
  planes: [
    { name: 'qs', at: 2, bytes: 64 },
    { name: 'd', at: 0, bytes: 2 },
  ],
  summary: '256 weights in 8 groups with 4-bit scales; eight magnitudes are one of 256 codebook points.',
  encodeGroup: 512,
  maxError: 0.5,
  maxBlockError: 3.5,
  importance: 'required',
  codebook: 'iq2_xxs',
  ...blockwise({
    size: 256,
    bytes: 66,
    encodeBlock(x, at, out, to, view, importance) {
      const spread = fround(sumOfSquares(x, at, 256) / 256);
      const weights = new Float32Array(32);
      const scales = new Float32Array(8);
      for (let j = 0; j < 8; j++) {
        importanceWeights(x, at + 32 * j, importance, 32 * j, spread, weights);
        const { scale, indices, signs } = fitCodebook(x, at + 32 * j, weights, shape, (magnitudes) =>
          fround(searchPositiveScale(magnitudes, 0, weights, 4, new Uint8Array(32)) * 3),
        );
        scales[j] = scale;
        out.set(indices, to + 2 + 8 * j);
        const packed = signs[0]! | (signs[1]! << 7) | (signs[2]! << 14) | (signs[3]! << 21);
        view.setUint32(to + 6 + 8 * j, packed, true);
      }
      const { part, codes } = oddScales(scales);
      view.setUint16(to, f16FromFloat(part), true);
      if (part) for (let j = 0; j < 8; j++) out[to + 9 + 8 * j]! |= codes[j]! << 4;
    },
    groups(_bytes, from, view) {
      const d = f16ToFloat(view.getUint16(from, true));
      return Array.from({ length: 8 }, (_, j) => {
        const scale = view.getUint32(from + 6 + 8 * j, true) >>> 28;
        return { step: fround(fround(d * fround(0.5 + scale)) * 0.25), low: 0 };
      });
    },
    decodeBlock(bytes, from, out, at, view, groups) {
      const points = pointCodes('iq2_xxs');
      for (let j = 0; j < 8; j++) {
        const packed = view.getUint32(from + 6 + 8 * j, true);
        const { step } = groups[j]!;
        for (let i = 0; i < 32; i++) {
          const signs = evenSigns((packed >>> (7 * (i >> 3))) & 127);
          const value = fround(step * magnitude2(points[8 * bytes[from + 2 + 8 * j + (i >> 3)]! + (i & 7)]!));
          out[at + 32 * j + i] = (signs >> (i & 7)) & 1 ? -value : value;
        }
      }
    },
  }),
};
