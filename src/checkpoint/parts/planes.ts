// Planes of a piece of a weight, and the codecs that make float32 of them. A product of two float32 is exact in a double, and
// so is any sum of two as far as float32 can tell: each step is rounded once, as float32 arithmetic rounds it.
import type { Decoder, Planes } from '../../files/packed-rows';

/** The arithmetic of a decoder. */
export interface Codec {
  readonly id: Decoder;
  /** The values of all codes, in `out` where it is given: it has as many. */
  decode(planes: Planes, out?: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer>;
}

/**
 * Calls `run` for each run of columns of one group: weights [from, to), and the place of their scale. Groups are long as a rule,
 * so what is of a group is loaded once for many weights.
 */
function eachRun(
  { codes, cols, groups, groupOf }: Planes,
  run: (from: number, to: number, scale: number) => void,
): void {
  const ends: number[] = [];
  for (let c = 1; c <= cols; c++) if (c === cols || groupOf[c] !== groupOf[c - 1]) ends.push(c);
  for (let at = 0, first = 0; at < codes.length; at += cols, first += groups) {
    let from = 0;
    for (const to of ends) {
      run(at + from, at + to, first + groupOf[from]!);
      from = to;
    }
  }
}

/** scale * (code - zero). */
export const steps: Codec = {
  id: 'steps',
  decode(planes, out = new Float32Array(planes.codes.length)) {
    const { codes, scales, offsets } = planes;
    eachRun(planes, (from, to, g) => {
      const scale = scales[g]!;
      const zero = offsets![g]!;
      for (let i = from; i < to; i++) out[i] = scale * (codes[i]! - zero);
    });
    return out;
  },
};

/** scale * code + bias. */
export const affine: Codec = {
  id: 'affine',
  decode(planes, out = new Float32Array(planes.codes.length)) {
    const { codes, scales, offsets } = planes;
    eachRun(planes, (from, to, g) => {
      const scale = scales[g]!;
      const bias = offsets![g]!;
      for (let i = from; i < to; i++) out[i] = Math.fround(scale * codes[i]!) + bias;
    });
    return out;
  },
};

/** value of the code * scale. */
export const values: Codec = {
  id: 'values',
  decode(planes, out = new Float32Array(planes.codes.length)) {
    const { codes, scales, values: table } = planes;
    eachRun(planes, (from, to, g) => {
      const scale = scales[g]!;
      for (let i = from; i < to; i++) out[i] = table![codes[i]!]! * scale;
    });
    return out;
  },
};

/** 1/127 as bitsandbytes' constant 7.874015718698502e-3 rounds to float32. */
const INT8_STEP = Math.fround(7.874015718698502e-3);

/** (code * scale) * (1/127), where the scale is the largest magnitude of the row. */
export const int8: Codec = {
  id: 'int8',
  decode(planes, out = new Float32Array(planes.codes.length)) {
    const { codes, scales } = planes;
    eachRun(planes, (from, to, g) => {
      const scale = scales[g]!;
      for (let i = from; i < to; i++) out[i] = Math.fround((codes[i]! - 128) * scale) * INT8_STEP;
    });
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
