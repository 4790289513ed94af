import { f16FromFloat, f16ToFloat } from '../util/half';
import type { QuantFormat } from './format';
import { clamp, nearest, searchScaleMin } from './k-search';

const { fround } = Math;
const SIZE = 256;
const BYTES = 84;

function encodeBlock(x: Float32Array, from: number, out: Uint8Array, to: number): void {
  const view = new DataView(out.buffer);
  const codes = new Uint8Array(SIZE);
  const weights = new Float32Array(16);
  const scales = new Float32Array(16);
  const mins = new Float32Array(16);
  for (let j = 0; j < 16; j++) {
    for (let i = 0; i < 16; i++) weights[i] = Math.abs(x[from + 16 * j + i]!);
    const shape = { top: 3, first: -0.5, steps: 15, absolute: true };
    const fit = searchScaleMin(x, from + 16 * j, weights, codes, 16 * j, shape);
    scales[j] = fit.scale;
    mins[j] = fit.min;
  }
  const four = (values: Float32Array, shift: number): number => {
    const max = values.reduce((a, b) => Math.max(a, b), 0);
    if (!(max > 0)) return 0;
    const inverse = fround(15 / max);
    for (let j = 0; j < 16; j++) out[to + j]! |= nearest(fround(inverse * values[j]!)) << shift;
    return f16FromFloat(fround(max / 15));
  };
  const d = four(scales, 0);
  const dmin = four(mins, 4);
  view.setUint16(to + 80, d, true);
  view.setUint16(to + 82, dmin, true);
  for (let j = 0; j < 16; j++) {
    const step = fround(f16ToFloat(d) * (out[to + j]! & 15));
    if (!step) continue; // the codes of the search stay
    const low = fround(f16ToFloat(dmin) * (out[to + j]! >> 4));
    for (let i = 16 * j; i < 16 * (j + 1); i++)
      codes[i] = clamp(nearest(fround(fround(x[from + i]! + low) / step)), 0, 3);
  }
  for (let i = 0; i < SIZE; i++)
    out[to + 16 + 32 * (i >> 7) + (i & 31)]! |= codes[i]! << (2 * ((i >> 5) & 3));
}

/** Block: 16 bytes of 4-bit scales and minimums, 64 bytes of pairs of bits, f16 d, f16 dmin. */
export const q2_k: QuantFormat = {
  id: 'q2_k',
  label: 'Q2_K',
  ggmlType: 10,
  block: { size: SIZE, bytes: BYTES },
  planes: [
    { name: 'qs', at: 16, bytes: 64 },
    { name: 'scales', at: 0, bytes: 16 },
    { name: 'dm', at: 80, bytes: 4 },
  ],
  summary: '256 weights in 16 groups with 4-bit scales and minimums under two f16 scales; 2-bit codes.',
  encodeGroup: 256,
  maxError: 0.35,
  encode(x) {
    const blocks = x.length / SIZE;
    const out = new Uint8Array(blocks * BYTES);
    for (let b = 0; b < blocks; b++) encodeBlock(x, b * SIZE, out, b * BYTES);
    return out;
  },
  decode(bytes) {
    const out = new Float32Array((bytes.length / BYTES) * SIZE);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    for (let i = 0; i < out.length; i++) {
      const from = Math.floor(i / SIZE) * BYTES;
      const scales = bytes[from + ((i & 255) >> 4)]!;
      const code = (bytes[from + 16 + 32 * ((i & 255) >> 7) + (i & 31)]! >> (2 * ((i >> 5) & 3))) & 3;
      const step = fround(f16ToFloat(view.getUint16(from + 80, true)) * (scales & 15));
      out[i] = fround(step * code) - fround(f16ToFloat(view.getUint16(from + 82, true)) * (scales >> 4));
    }
    return out;
  },
};
