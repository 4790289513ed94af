import { blockwise, type QuantFormat } from '../format';
import { signedExtreme } from '../search/extremes';
import { FP4, nearestFp4, ue4m3FromFloat, ue4m3Half } from '../search/fp4';

const { fround } = Math;

/** Block: 4 UE4M3 scales, 32 bytes of FP4. Source: quantize_row_nvfp4_ref. */
export const nvfp4: QuantFormat = {
  id: 'nvfp4',
  label: 'NVFP4',
  ggmlType: 40,
  planes: [
    { name: 'qs', at: 4, bytes: 32 },
    { name: 'd', at: 0, bytes: 4 },
  ],
  summary: '64 weights in 4 groups, each with an 8-bit float as scale; 4-bit floats (E2M1).',
  encodeGroup: 64,
  maxError: 0.12,
  maxBlockError: 0.25,
  ...blockwise({
    size: 64,
    bytes: 36,
    encodeBlock(x, at, out, to) {
      for (let s = 0; s < 4; s++) {
        const from = at + 16 * s;
        const code = ue4m3FromFloat(fround(Math.abs(signedExtreme(x, from, 16)) / 6));
        const d = ue4m3Half(code);
        out[to + s] = code;
        for (let j = 0; j < 8; j++)
          out[to + 4 + 8 * s + j] = nearestFp4(x[from + j]!, d) | (nearestFp4(x[from + 8 + j]!, d) << 4);
      }
    },
    groups: (bytes, from) => [0, 1, 2, 3].map((s) => ({ step: ue4m3Half(bytes[from + s]!), low: 0 })),
    decodeBlock(bytes, from, out, at, _view, groups) {
      for (let s = 0; s < 4; s++) {
        const d = groups[s]!.step;
        for (let j = 0; j < 8; j++) {
          const q = bytes[from + 4 + 8 * s + j]!;
          out[at + 16 * s + j] = d * FP4[q & 15]!;
          out[at + 16 * s + 8 + j] = d * FP4[q >> 4]!;
        }
      }
    },
  }),
};
