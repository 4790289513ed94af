import { f16FromFloat, f16ToFloat } from '../util/half';
import { code, inverse, signedExtreme } from './extremes';
import type { QuantFormat } from './format';

const SIZE = 32;
const BYTES = 18;

/** Block: f16 d, 16 bytes of nibbles (weight j low, j + 16 high). Source: quantize_row_q4_0_ref. */
export const q4_0: QuantFormat = {
  id: 'q4_0',
  label: 'Q4_0',
  ggmlType: 2,
  block: { size: SIZE, bytes: BYTES },
  planes: [
    { name: 'qs', at: 2, bytes: 16 },
    { name: 'd', at: 0, bytes: 2 },
  ],
  summary: '32 weights share one f16 scale; 4-bit codes centred on 8.',
  encodeGroup: 64,
  maxError: 0.12,
  encode(x) {
    const blocks = x.length / SIZE;
    const out = new Uint8Array(blocks * BYTES);
    const view = new DataView(out.buffer);
    for (let b = 0; b < blocks; b++) {
      const at = b * SIZE;
      const d = signedExtreme(x, at, SIZE) / -8;
      const inv = inverse(d);
      view.setUint16(b * BYTES, f16FromFloat(d), true);
      for (let j = 0; j < 16; j++) {
        const lo = code(x[at + j]!, inv, 8.5, 15);
        const hi = code(x[at + 16 + j]!, inv, 8.5, 15);
        out[b * BYTES + 2 + j] = lo | (hi << 4);
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
      for (let j = 0; j < 16; j++) {
        const q = bytes[b * BYTES + 2 + j]!;
        out[b * SIZE + j] = d * ((q & 15) - 8);
        out[b * SIZE + 16 + j] = d * ((q >> 4) - 8);
      }
    }
    return out;
  },
};
