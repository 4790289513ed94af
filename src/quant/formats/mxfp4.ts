import { blockwise, type QuantFormat } from '../format';
import { signedExtreme } from '../search/extremes';
import { FP4, nearestFp4, powerOfTwoHalf } from '../search/fp4';

const { fround } = Math;

/** Block: an E8M0 exponent, 16 bytes of FP4. Source: quantize_row_mxfp4_ref. */
export const mxfp4: QuantFormat = {
  id: 'mxfp4',
  label: 'MXFP4',
  ggmlType: 39,
  planes: [
    { name: 'qs', at: 1, bytes: 16 },
    { name: 'e', at: 0, bytes: 1 },
  ],
  summary: '32 weights share a power of two; 4-bit floats (E2M1). The Open Compute microscaling format.',
  encodeGroup: 128,
  maxError: 0.15,
  maxBlockError: 0.26,
  ...blockwise({
    size: 32,
    bytes: 17,
    encodeBlock(x, at, out, to) {
      const top = Math.abs(signedExtreme(x, at, 32));
      // The reference computes log2 in float32, which rounds up just below a power of two.
      const e = top > 0 ? (Math.floor(fround(Math.log2(top))) - 2 + 127) & 255 : 0;
      const d = powerOfTwoHalf(e);
      out[to] = e;
      for (let j = 0; j < 16; j++)
        out[to + 1 + j] = nearestFp4(x[at + j]!, d) | (nearestFp4(x[at + 16 + j]!, d) << 4);
    },
    groups: (bytes, from) => [{ step: powerOfTwoHalf(bytes[from]!), low: 0 }],
    decodeBlock(bytes, from, out, at, _view, [group]) {
      const d = group!.step;
      for (let j = 0; j < 16; j++) {
        out[at + j] = d * FP4[bytes[from + 1 + j]! & 15]!;
        out[at + 16 + j] = d * FP4[bytes[from + 1 + j]! >> 4]!;
      }
    },
  }),
};
