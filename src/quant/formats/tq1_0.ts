import { f16ToFloat } from '../../util/half';
import { blockwise, type QuantFormat } from '../format';
import { ternaryCodes } from '../search/ternary';

/**
 * Byte of weight i and its digit in that base-3 number. A byte holds five weights 32 apart, then five 16 apart, then
 * four 4 apart.
 */
function place(i: number): { byte: number; digit: number } {
  if (i < 160) return { byte: i & 31, digit: i >> 5 };
  if (i < 240) return { byte: 32 + ((i - 160) & 15), digit: (i - 160) >> 4 };
  return { byte: 48 + ((i - 240) & 3), digit: (i - 240) >> 2 };
}
const POWERS = [81, 27, 9, 3, 1];
const THREES = [1, 3, 9, 27, 81];

/** Block: 48 + 4 bytes of base-3 numbers as fractions of 256, f16 d. Source: quantize_row_tq1_0_ref. */
export const tq1_0: QuantFormat = {
  id: 'tq1_0',
  label: 'TQ1_0',
  ggmlType: 34,
  planes: [
    { name: 'qs', at: 0, bytes: 48 },
    { name: 'qh', at: 48, bytes: 4 },
    { name: 'd', at: 52, bytes: 2 },
  ],
  summary: '256 weights of -1, 0 or 1 times one f16 scale, five in a byte; for models trained so.',
  encodeGroup: 512,
  maxError: 1,
  maxBlockError: 0.51,
  ...blockwise({
    size: 256,
    bytes: 54,
    encodeBlock(x, at, out, to, view) {
      const codes = ternaryCodes(x, at, view, to + 52);
      const numbers = new Uint16Array(52);
      for (let i = 0; i < 256; i++) {
        const { byte, digit } = place(i);
        numbers[byte]! += codes[i]! * POWERS[digit]!;
      }
      numbers.forEach((n, byte) => {
        out[to + byte] = Math.floor((n * 256 + 242) / 243);
      });
    },
    groups: (_bytes, from, view) => [{ step: f16ToFloat(view.getUint16(from + 52, true)), low: 0 }],
    decodeBlock(bytes, from, out, at, _view, [group]) {
      const d = group!.step;
      for (let i = 0; i < 256; i++) {
        const { byte, digit } = place(i);
        const shifted = (bytes[from + byte]! * THREES[digit]!) & 255;
        out[at + i] = d * (((shifted * 3) >> 8) - 1);
      }
    },
  }),
};
