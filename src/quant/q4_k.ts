import type { QuantFormat } from './format';
import { affineGroup, encodeAffine } from './k-affine';

const { fround } = Math;
const SIZE = 256;
const BYTES = 144;

/** Block: f16 d, f16 dmin, 12 bytes of 6-bit scales and minimums, 128 bytes of nibbles. */
export const q4_k: QuantFormat = {
  id: 'q4_k',
  label: 'Q4_K',
  ggmlType: 12,
  block: { size: SIZE, bytes: BYTES },
  planes: [
    { name: 'qs', at: 16, bytes: 128 },
    { name: 'head', at: 0, bytes: 16 },
  ],
  summary: '256 weights in 8 groups with 6-bit scales and minimums under two f16 scales; 4-bit codes.',
  encodeGroup: 256,
  maxError: 0.09,
  encode(x) {
    const blocks = x.length / SIZE;
    const out = new Uint8Array(blocks * BYTES);
    for (let b = 0; b < blocks; b++) {
      const to = b * BYTES;
      const codes = encodeAffine(x, b * SIZE, out, to, { top: 15, first: -1, steps: 20, absolute: false });
      for (let i = 0; i < 128; i++) {
        const at = 64 * (i >> 5) + (i & 31);
        out[to + 16 + i] = codes[at]! | (codes[at + 32]! << 4);
      }
    }
    return out;
  },
  decode(bytes) {
    const out = new Float32Array((bytes.length / BYTES) * SIZE);
    for (let i = 0; i < out.length; i++) {
      const from = Math.floor(i / SIZE) * BYTES;
      const j = (i >> 5) & 7;
      const { step, low } = affineGroup(bytes, from, j);
      const code = (bytes[from + 16 + 32 * (j >> 1) + (i & 31)]! >> (4 * (j & 1))) & 15;
      out[i] = fround(step * code) - low;
    }
    return out;
  },
};
