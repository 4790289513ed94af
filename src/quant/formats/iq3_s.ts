import { f16FromFloat, f16ToFloat } from '../../util/half';
import { blockwise, type QuantFormat } from '../format';
import { pointCodes } from '../codebook/codebook';
import { fitCodebook, type CodebookShape, oddScales } from '../search/codebook-search';
import { importanceWeights, squareWeights, sumOfSquares } from '../search/weights';

const { fround } = Math;
const FUDGE = fround(1.033);

const shape: CodebookShape = {
  codebook: 'iq3_s',
  group: 32,
  reach: 9,
  delta: 0.2,
  tiny: 0,
  evenSigns: false,
  refit: 'if-off',
};

/**
 * Block: f16 d, 64 low index bytes, 8 bytes of ninth index bits, 32 sign bytes, 8 4-bit scales. Source:
 * quantize_row_iq3_s_impl.
 */
export const iq3_s: QuantFormat = {
  id: 'iq3_s',
  label: 'IQ3_S',
  ggmlType: 21,
  planes: [
    { name: 'qs', at: 2, bytes: 64 },
    { name: 'tail', at: 66, bytes: 44 },
    { name: 'd', at: 0, bytes: 2 },
  ],
  summary: '256 weights in 8 groups with 4-bit scales; four magnitudes are one of 512 codebook points.',
  encodeGroup: 512,
  maxError: 0.25,
  maxBlockError: 0.7,
  importance: 'used',
  codebook: 'iq3_s',
  ...blockwise({
    size: 256,
    bytes: 110,
    encodeBlock(x, at, out, to, view, importance) {
      const spread = fround(2 * fround(sumOfSquares(x, at, 256) / 256));
      const weights = new Float32Array(32);
      const scales = new Float32Array(8);
      // The reference does not advance its write position after a group of zeros, so later groups move up.
      let place = 0;
      for (let j = 0; j < 8; j++) {
        const from = at + 32 * j;
        if (importance) importanceWeights(x, from, importance, 32 * j, spread, weights);
        else squareWeights(x, from, weights);
        const { scale, indices, signs } = fitCodebook(x, from, weights, shape);
        scales[j] = scale;
        if (scale === 0) continue;
        for (let k = 0; k < 8; k++) {
          out[to + 2 + 8 * place + k] = indices[k]! & 255;
          out[to + 66 + j]! |= (indices[k]! >> 8) << k;
        }
        out.set(signs, to + 74 + 4 * place);
        place++;
      }
      const { part, codes } = oddScales(scales);
      view.setUint16(to, f16FromFloat(fround(part * FUDGE)), true);
      if (part) for (let j = 0; j < 8; j++) out[to + 106 + (j >> 1)]! |= codes[j]! << (4 * (j & 1));
    },
    groups(bytes, from, view) {
      const d = f16ToFloat(view.getUint16(from, true));
      return Array.from({ length: 8 }, (_, j) => {
        const scale = (bytes[from + 106 + (j >> 1)]! >> (4 * (j & 1))) & 15;
        return { step: fround(d * (1 + 2 * scale)), low: 0 };
      });
    },
    decodeBlock(bytes, from, out, at, _view, groups) {
      const points = pointCodes('iq3_s');
      for (let i = 0; i < 256; i++) {
        const k = i >> 2;
        const point = bytes[from + 2 + k]! | (((bytes[from + 66 + (k >> 3)]! >> (k & 7)) & 1) << 8);
        const value = fround(groups[i >> 5]!.step * (2 * points[4 * point + (i & 3)]! + 1));
        out[at + i] = (bytes[from + 74 + (i >> 3)]! >> (i & 7)) & 1 ? -value : value;
      }
    },
  }),
};
