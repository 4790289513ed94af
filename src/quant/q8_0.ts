import { f16FromFloat, f16ToFloat } from '../util/half';
import { inverse, signedExtreme } from './extremes';
import type { QuantFormat } from './format';

const { fround } = Math;
const SIZE = 32;
const BYTES = 34;

/** Block: f16 d, 32 x int8. Source of the rule: ggml-quants.c quantize_row_q8_0_ref. */
export const q8_0: QuantFormat = {
  id: 'q8_0',
  label: 'Q8_0',
  ggmlType: 8,
  block: { size: SIZE, bytes: BYTES },
  planes: [
    { name: 'qs', at: 2, bytes: 32 },
    { name: 'd', at: 0, bytes: 2 },
  ],
  summary: '32 weights share one f16 scale; 8-bit codes.',
  encodeGroup: 64,
  maxError: 0.01,
  encode(x) {
    const blocks = x.length / SIZE;
    const out = new Uint8Array(blocks * BYTES);
    const view = new DataView(out.buffer);
    for (let b = 0; b < blocks; b++) {
      const d = fround(Math.abs(signedExtreme(x, b * SIZE, SIZE)) / 127);
      const inv = inverse(d);
      view.setUint16(b * BYTES, f16FromFloat(d), true);
      for (let i = 0; i < SIZE; i++) {
        // roundf: half away from zero. |v| + 0.5 is exact enough only in double.
        const v = fround(x[b * SIZE + i]! * inv);
        view.setInt8(b * BYTES + 2 + i, Math.sign(v) * Math.floor(Math.abs(v) + 0.5));
      }
    }
    return out;
  },
  decode(bytes) {
    const blocks = bytes.length / BYTES;
    const out = new Float32Array(blocks * SIZE);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    for (let b = 0; b < blocks; b++) {
      const d = f16ToFloat(view.getUint16(b * BYTES, true));
      for (let i = 0; i < SIZE; i++) out[b * SIZE + i] = d * view.getInt8(b * BYTES + 2 + i);
    }
    return out;
  },
};
