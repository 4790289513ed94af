import { blockwise, type QuantFormat } from '../format';
import { affineGroup, encodeAffine } from '../search/k-affine';

const { fround } = Math;

/** Block: f16 d, f16 dmin, 12 bytes of 6-bit scales and minimums, 128 bytes of nibbles. */
export const q4_k: QuantFormat = {
  id: 'q4_k',
  label: 'Q4_K',
  ggmlType: 12,
  planes: [
    { name: 'qs', at: 16, bytes: 128 },
    { name: 'head', at: 0, bytes: 16 },
  ],
  summary: '256 weights in 8 groups with 6-bit scales and minimums under two f16 scales; 4-bit codes.',
  encodeGroup: 256,
  maxError: 0.09,
  maxBlockError: 0.2,
  importance: 'used',
  ...blockwise({
    size: 256,
    bytes: 144,
    encodeBlock(x, at, out, to, _view, importance) {
      const codes = encodeAffine(
        x,
        at,
        out,
        to,
        { top: 15, first: -1, delta: 0.1, steps: 20, absolute: false },
        importance,
      );
      for (let i = 0; i < 128; i++) {
        const first = 64 * (i >> 5) + (i & 31);
        out[to + 16 + i] = codes[first]! | (codes[first + 32]! << 4);
      }
    },
    groups: (bytes, from) => Array.from({ length: 8 }, (_, j) => affineGroup(bytes, from, j)),
    decodeBlock(bytes, from, out, at, _view, groups) {
      for (let i = 0; i < 256; i++) {
        const j = i >> 5;
        const { step, low } = groups[j]!;
        const code = (bytes[from + 16 + 32 * (j >> 1) + (i & 31)]! >> (4 * (j & 1))) & 15;
        out[at + i] = fround(step * code) - low;
      }
    },
  }),
};
