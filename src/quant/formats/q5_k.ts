import { blockwise, type QuantFormat } from '../format';
import { affineGroup, encodeAffine } from '../search/k-affine';

const { fround } = Math;

/** Block: f16 d, f16 dmin, 12 bytes of 6-bit scales and minimums, 32 bytes of fifth bits, 128 bytes of nibbles. */
export const q5_k: QuantFormat = {
  id: 'q5_k',
  label: 'Q5_K',
  ggmlType: 13,
  planes: [
    { name: 'qs', at: 48, bytes: 128 },
    { name: 'qh', at: 16, bytes: 32 },
    { name: 'head', at: 0, bytes: 16 },
  ],
  summary: '256 weights in 8 groups with 6-bit scales and minimums under two f16 scales; 5-bit codes.',
  encodeGroup: 256,
  maxError: 0.05,
  maxBlockError: 0.12,
  importance: 'used',
  ...blockwise({
    size: 256,
    bytes: 176,
    encodeBlock(x, at, out, to, _view, importance) {
      const codes = encodeAffine(
        x,
        at,
        out,
        to,
        { top: 31, first: -0.5, delta: 0.1, steps: 15, absolute: false },
        importance,
      );
      for (let i = 0; i < 256; i++) {
        const group = i >> 5;
        out[to + 48 + 32 * (group >> 1) + (i & 31)]! |= (codes[i]! & 15) << (4 * (group & 1));
        out[to + 16 + (i & 31)]! |= (codes[i]! >> 4) << group;
      }
    },
    groups: (bytes, from) => Array.from({ length: 8 }, (_, j) => affineGroup(bytes, from, j)),
    decodeBlock(bytes, from, out, at, _view, groups) {
      for (let i = 0; i < 256; i++) {
        const j = i >> 5;
        const { step, low } = groups[j]!;
        const code = (bytes[from + 48 + 32 * (j >> 1) + (i & 31)]! >> (4 * (j & 1))) & 15;
        const fifth = (bytes[from + 16 + (i & 31)]! >> j) & 1;
        out[at + i] = fround(step * (code | (fifth << 4))) - low;
      }
    },
  }),
};
