import { f16FromFloat, f16ToFloat } from '../util/half';
import { blockwise, type QuantFormat } from './format';
import { clamp, EPSILON, extremeOf, nearest } from './k-search';

const { fround } = Math;
const C0_1 = fround(0.1);

/**
 * Best scale of 16 weights for codes -32..31, least squares weighted by x^2 over 19 candidate scales. Writes code + 32
 * into `codes`. Source: make_qx_quants(n, 32, x, L, 1, NULL).
 */
function searchScale(x: Float32Array, at: number, codes: Uint8Array, codesAt: number): number {
  const max = extremeOf(x, at, 16);
  if (max === 0) {
    codes.fill(0, codesAt, codesAt + 16);
    return 0;
  }
  const sumsAt = (inv: number) => {
    let lx = 0;
    let l2 = 0;
    for (let i = 0; i < 16; i++) {
      const v = x[at + i]!;
      const l = clamp(nearest(fround(inv * v)), -32, 31);
      const w = fround(v * v);
      lx = fround(lx + fround(fround(w * v) * l));
      l2 = fround(l2 + fround(fround(w * l) * l));
    }
    return { lx, l2 };
  };
  let bestInverse = fround(-32 / max);
  const first = sumsAt(bestInverse);
  let scale = first.l2 ? fround(first.lx / first.l2) : 0;
  let best = fround(scale * first.lx);
  for (let step = -9; step <= 9; step++) {
    if (step === 0) continue;
    const inv = fround(-fround(32 + fround(C0_1 * step)) / max);
    const { lx, l2 } = sumsAt(inv);
    if (l2 > 0 && fround(lx * lx) > fround(best * l2)) {
      bestInverse = inv;
      scale = fround(lx / l2);
      best = fround(scale * lx);
    }
  }
  for (let i = 0; i < 16; i++)
    codes[codesAt + i] = clamp(nearest(fround(bestInverse * x[at + i]!)), -32, 31) + 32;
  return scale;
}

function encodeBlock(x: Float32Array, at: number, out: Uint8Array, to: number, view: DataView): void {
  const codes = new Uint8Array(256);
  const scales = new Float32Array(16);
  let maxScale = 0;
  let maxAbs = 0;
  for (let s = 0; s < 16; s++) {
    const scale = searchScale(x, at + 16 * s, codes, 16 * s);
    scales[s] = scale;
    if (Math.abs(scale) > maxAbs) {
      maxAbs = Math.abs(scale);
      maxScale = scale;
    }
  }
  if (maxAbs < EPSILON) return;
  const inv = fround(-128 / maxScale);
  const d16 = f16FromFloat(fround(1 / inv));
  view.setUint16(to + 208, d16, true);
  for (let s = 0; s < 16; s++) {
    const scale = Math.min(127, nearest(fround(inv * scales[s]!)));
    view.setInt8(to + 192 + s, scale);
    const d = fround(f16ToFloat(d16) * scale);
    if (!d) continue; // the codes of the search stay
    for (let i = 0; i < 16; i++)
      codes[16 * s + i] = clamp(nearest(fround(x[at + 16 * s + i]! / d)), -32, 31) + 32;
  }
  for (let half = 0; half < 2; half++) {
    for (let l = 0; l < 32; l++) {
      const q = (k: number) => codes[128 * half + 32 * k + l]!;
      out[to + 64 * half + l] = (q(0) & 15) | ((q(2) & 15) << 4);
      out[to + 64 * half + 32 + l] = (q(1) & 15) | ((q(3) & 15) << 4);
      out[to + 128 + 32 * half + l] =
        (q(0) >> 4) | ((q(1) >> 4) << 2) | ((q(2) >> 4) << 4) | ((q(3) >> 4) << 6);
    }
  }
}

/** Block: 128 B low nibbles, 64 B high pairs, 16 int8 scales, f16 d. Source: quantize_row_q6_K_ref. */
export const q6_k: QuantFormat = {
  id: 'q6_k',
  label: 'Q6_K',
  ggmlType: 14,
  planes: [
    { name: 'ql', at: 0, bytes: 128 },
    { name: 'qh', at: 128, bytes: 64 },
    { name: 'scales', at: 192, bytes: 16 },
    { name: 'd', at: 208, bytes: 2 },
  ],
  summary: '256 weights in 16 groups with 8-bit scales under one f16 scale; 6-bit codes.',
  encodeGroup: 512,
  maxError: 0.03,
  ...blockwise({
    size: 256,
    bytes: 210,
    encodeBlock,
    decodeBlock(bytes, from, out, at, view) {
      const d = f16ToFloat(view.getUint16(from + 208, true));
      for (let i = 0; i < 256; i++) {
        const half = i >> 7;
        const k = (i >> 5) & 3;
        const l = i & 31;
        const low = bytes[from + 64 * half + 32 * (k & 1) + l]! >> (4 * (k >> 1));
        const high = bytes[from + 128 + 32 * half + l]! >> (2 * k);
        const scale = view.getInt8(from + 192 + (i >> 4));
        out[at + i] = fround(d * scale) * (((low & 15) | ((high & 3) << 4)) - 32);
      }
    },
  }),
};
