// Planes of a piece of a weight, and the codecs that make float32 of them. A product of two float32 is exact in a double, and
// so is any sum of two as far as float32 can tell: each step is rounded once, as float32 arithmetic rounds it.
import type { Decoder, Planes } from '../../files/packed-rows';

/** The arithmetic of a decoder. */
export interface Codec {
  readonly id: Decoder;
  decode(planes: Planes): Float32Array<ArrayBuffer>;
}

/** scale * (code - zero). */
export const steps: Codec = {
  id: 'steps',
  decode({ codes, cols, groups, groupOf, scales, offsets }) {
    const out = new Float32Array(codes.length);
    for (let at = 0, first = 0; at < codes.length; at += cols, first += groups)
      for (let c = 0; c < cols; c++) {
        const g = first + groupOf[c]!;
        out[at + c] = scales[g]! * (codes[at + c]! - offsets![g]!);
      }
    return out;
  },
};

/** scale * code + bias. */
export const affine: Codec = {
  id: 'affine',
  decode({ codes, cols, groups, groupOf, scales, offsets }) {
    const out = new Float32Array(codes.length);
    for (let at = 0, first = 0; at < codes.length; at += cols, first += groups)
      for (let c = 0; c < cols; c++) {
        const g = first + groupOf[c]!;
        out[at + c] = Math.fround(scales[g]! * codes[at + c]!) + offsets![g]!;
      }
    return out;
  },
};

/** value of the code * scale. */
export const values: Codec = {
  id: 'values',
  decode({ codes, cols, groups, groupOf, scales, values: table }) {
    const out = new Float32Array(codes.length);
    for (let at = 0, first = 0; at < codes.length; at += cols, first += groups)
      for (let c = 0; c < cols; c++) out[at + c] = table![codes[at + c]!]! * scales[first + groupOf[c]!]!;
    return out;
  },
};

/** 1/127 as bitsandbytes' constant 7.874015718698502e-3 rounds to float32. */
const INT8_STEP = Math.fround(7.874015718698502e-3);

/** (code * scale) * (1/127), where the scale is the largest magnitude of the row. */
export const int8: Codec = {
  id: 'int8',
  decode({ codes, cols, groups, groupOf, scales }) {
    const out = new Float32Array(codes.length);
    for (let at = 0, first = 0; at < codes.length; at += cols, first += groups)
      for (let c = 0; c < cols; c++)
        out[at + c] = Math.fround((codes[at + c]! - 128) * scales[first + groupOf[c]!]!) * INT8_STEP;
    return out;
  },
};

let last: { readonly cols: number; readonly size: number; readonly groupOf: Uint32Array } | undefined;

/** Groups of `size` consecutive columns; the last may be shorter. The same list for the same numbers, asked for in a row. */
export function consecutiveGroups(cols: number, size: number): Uint32Array {
  if (last?.cols !== cols || last.size !== size)
    last = { cols, size, groupOf: Uint32Array.from({ length: cols }, (_, c) => Math.floor(c / size)) };
  return last.groupOf;
}
