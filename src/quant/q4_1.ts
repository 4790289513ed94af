import { f16FromFloat, f16ToFloat } from '../util/half';
import { code, inverse, range } from './extremes';
import type { QuantFormat } from './format';

const { fround } = Math;
const SIZE = 32;
const BYTES = 20;

/** Block: f16 d, f16 m, 16 bytes of nibbles. Source: quantize_row_q4_1_ref. */
export const q4_1: QuantFormat = {
  id: 'q4_1',
  label: 'Q4_1',
  ggmlType: 3,
  block: { size: SIZE, bytes: BYTES },
  planes: [
    { name: 'qs', at: 4, bytes: 16 },
    { name: 'dm', at: 0, bytes: 4 },
  ],
  summary: '32 weights share an f16 scale and an f16 minimum; 4-bit codes.',
  encodeGroup: 32,
  maxError: 0.1,
  encode(x) {
    const blocks = x.length / SIZE;
    const out = new Uint8Array(blocks * BYTES);
    const view = new DataView(out.buffer);
    for (let b = 0; b < blocks; b++) {
      const at = b * SIZE;
      const { min, max } = range(x, at, SIZE);
      const d = fround(fround(max - min) / 15);
      const inv = inverse(d);
      view.setUint16(b * BYTES, f16FromFloat(d), true);
      view.setUint16(b * BYTES + 2, f16FromFloat(min), true);
      for (let j = 0; j < 16; j++) {
        const lo = code(fround(x[at + j]! - min), inv, 0.5, 15);
        const hi = code(fround(x[at + 16 + j]! - min), inv, 0.5, 15);
        out[b * BYTES + 4 + j] = lo | (hi << 4);
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
      const m = f16ToFloat(view.getUint16(b * BYTES + 2, true));
      for (let j = 0; j < 16; j++) {
        const q = bytes[b * BYTES + 4 + j]!;
        out[b * SIZE + j] = fround(d * (q & 15)) + m;
        out[b * SIZE + 16 + j] = fround(d * (q >> 4)) + m;
      }
    }
    return out;
  },
};
