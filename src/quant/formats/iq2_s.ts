import { f16FromFloat, f16ToFloat } from '../../util/half';
import { blockwise, type QuantFormat } from '../format';
import { pointCodes } from '../codebook/codebook';
import { magnitude2 } from '../codebook/magnitudes';
import { fitCodebook, type CodebookShape, oddScales } from '../search/codebook-search';
import { importanceWeights, sumOfSquares } from '../search/weights';

const { fround } = Math;
const FUDGE = fround(0.9875);

const shape: CodebookShape = {
  codebook: 'iq2_s',
  group: 16,
  reach: 9,
  delta: 0.1,
  tiny: 1e-8,
  evenSigns: false,
  refit: 'off',
};

/**
 * Block: f16 d, 32 low index bytes, 32 sign bytes, 8 bytes of high index bits, 16 4-bit scales. Source:
 * quantize_row_iq2_s_impl.
 */
export const iq2_s: QuantFormat = {
  id: 'iq2_s',
  label: 'IQ2_S',
  ggmlType: 22,
  planes: [
    { name: 'qs', at: 2, bytes: 64 },
    { name: 'tail', at: 66, bytes: 16 },
    { name: 'd', at: 0, bytes: 2 },
  ],
  summary: '256 weights in 16 groups with 4-bit scales; eight magnitudes are one of 1024 codebook points.',
  encodeGroup: 512,
  maxError: 0.4,
  maxBlockError: 1.1,
  importance: 'used',
  codebook: 'iq2_s',
  ...blockwise({
    size: 256,
    bytes: 82,
    encodeBlock(x, at, out, to, view, importance) {
      const spread = fround(2 * fround(sumOfSquares(x, at, 256) / 256));
      const weights = new Float32Array(16);
      const scales = new Float32Array(16);
      for (let j = 0; j < 16; j++) {
        const from = at + 16 * j;
        if (importance) importanceWeights(x, from, importance, 16 * j, spread, weights);
        else
          for (let i = 0; i < 16; i++)
            weights[i] = fround(0.25 * spread) + fround(x[from + i]! * x[from + i]!);
        const { scale, indices, signs } = fitCodebook(x, from, weights, shape);
        scales[j] = scale;
        for (let k = 0; k < 2; k++) {
          out[to + 2 + 2 * j + k] = indices[k]! & 255;
          out[to + 34 + 2 * j + k] = signs[k]!;
          out[to + 66 + (j >> 1)]! |= (indices[k]! >> 8) << (4 * (j & 1) + 2 * k);
        }
      }
      const { part, codes } = oddScales(scales);
      view.setUint16(to, f16FromFloat(fround(part * FUDGE)), true);
      if (part) for (let j = 0; j < 16; j++) out[to + 74 + (j >> 1)]! |= codes[j]! << (4 * (j & 1));
    },
    groups(bytes, from, view) {
      const d = f16ToFloat(view.getUint16(from, true));
      return Array.from({ length: 16 }, (_, j) => {
        const scale = (bytes[from + 74 + (j >> 1)]! >> (4 * (j & 1))) & 15;
        return { step: fround(fround(d * (0.5 + scale)) * 0.25), low: 0 };
      });
    },
    decodeBlock(bytes, from, out, at, _view, groups) {
      const points = pointCodes('iq2_s');
      for (let k = 0; k < 32; k++) {
        const high = (bytes[from + 66 + (k >> 2)]! >> (2 * (k & 3))) & 3;
        const { step } = groups[k >> 1]!;
        const signs = bytes[from + 34 + k]!;
        for (let i = 0; i < 8; i++) {
          const value = fround(step * magnitude2(points[8 * (bytes[from + 2 + k]! | (high << 8)) + i]!));
          out[at + 8 * k + i] = (signs >> i) & 1 ? -value : value;
        }
      }
    },
  }),
};
