// Planes of a piece of a weight, and the codecs that make float32 of them. A product of two float32 is exact in a double, and
// so is any sum of two as far as float32 can tell: each step is rounded once, as float32 arithmetic rounds it.

/** Codes of some rows, with what scales them. Codes of a group share a scale, and an offset where there is one. */
export interface Planes {
  /** One code a byte, row by row. Signed codes have 128 added. */
  readonly codes: Uint8Array;
  readonly cols: number;
  /** Groups of a row. */
  readonly groups: number;
  /** Group of each column. */
  readonly groupOf: Uint32Array;
  /** Row by row, a value for each group. */
  readonly scales: Float32Array;
  /** Zero points or biases, like the scales. */
  readonly offsets?: Float32Array;
  /** Value of each code, for codecs that look it up. */
  readonly values?: Float32Array;
}

/** The arithmetic of a decoder. */
export interface Codec {
  readonly id: 'steps' | 'affine' | 'values' | 'int8';
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
