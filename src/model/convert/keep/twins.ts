// Blocks of GGUF that hold the codes of another quantizer as they are: for each type, what keeps planes from fitting, and the
// blocks of those that fit. Sources of the blocks: ggml, quantize_row_*_ref and dequantize_row_*.
import { E2M1, E4M3 } from '../../../checkpoint/parts/small-floats';
import { type GgmlType, ggmlTypeByLabel } from '../../../files/ggml-types';
import type { Planes } from '../../../files/packed-rows';
import { f16FromFloat, f16ToFloat } from '../../../util/half';

/** A type of GGUF beside planes. */
export interface Twin {
  readonly type: GgmlType;
  /** The reason why these planes do not fit; undefined if they do. */
  misfit(planes: Planes): string | undefined;
  /** Blocks of planes that fit, row by row. */
  blocks(planes: Planes): Uint8Array<ArrayBuffer>;
}

const isHalf = (x: number): boolean => f16ToFloat(f16FromFloat(x)) === x && Number.isFinite(x);

/** True for blocks that begin at each `size`-th column if all of a block is of one group. */
function isWhole({ cols, groupOf }: Planes, size: number): boolean {
  for (let c = 0; c < cols; c++) if (groupOf[c] !== groupOf[c - (c % size)]) return false;
  return true;
}

/** The reason why planes have no blocks of a type: rows, groups or scales. */
function outerMisfit(planes: Planes, { label, blockSize }: GgmlType, groupSize: number): string | undefined {
  if (planes.cols % blockSize !== 0) return `rows of ${planes.cols} weights are no multiple of ${blockSize}`;
  if (!isWhole(planes, groupSize))
    return `its groups are not of ${groupSize} consecutive weights, which share a scale in ${label}`;
  return undefined;
}

function scaleMisfit({ scales }: Planes): string | undefined {
  const odd = scales.find((s) => !isHalf(s));
  return odd === undefined ? undefined : `the scale ${odd} is not exact in float16`;
}

/** A value for each weight: the code less its zero point. */
function differences({ codes, cols, groups, groupOf, offsets }: Planes): Int16Array {
  const out = new Int16Array(codes.length);
  for (let at = 0, first = 0; at < codes.length; at += cols, first += groups)
    for (let c = 0; c < cols; c++) out[at + c] = codes[at + c]! - offsets![first + groupOf[c]!]!;
  return out;
}

/** Calls `write` for each block: its first weight, the place of its scale, and where its bytes go. */
function eachBlock(
  { codes, cols, groups, groupOf }: Planes,
  { blockSize, blockBytes }: GgmlType,
  write: (weight: number, scale: number, to: number, col: number, row: number) => void,
): number {
  let to = 0;
  for (let at = 0, row = 0; at < codes.length; at += cols, row++)
    for (let c = 0; c < cols; c += blockSize, to += blockBytes)
      write(at + c, row * groups + groupOf[c]!, to, c, row);
  return to;
}

const bytesFor = ({ codes }: Planes, { blockSize, blockBytes }: GgmlType): Uint8Array<ArrayBuffer> =>
  new Uint8Array((codes.length / blockSize) * blockBytes);

function setHalf(out: Uint8Array, at: number, value: number): void {
  const half = f16FromFloat(value);
  out[at] = half & 255;
  out[at + 1] = half >> 8;
}

/** Codes of a block in halves of bytes: the j-th with the one `apart` later. */
function setNibbles(out: Uint8Array, to: number, apart: number, code: (j: number) => number): void {
  for (let j = 0; j < apart; j++) out[to + j] = code(j) | (code(j + apart) << 4);
}

const Q4_0 = ggmlTypeByLabel('Q4_0');
/** scale * (code - zero), where that is from -8 to 7. */
const q4_0: Twin = {
  type: Q4_0,
  misfit(planes) {
    const outer = outerMisfit(planes, Q4_0, 32) ?? scaleMisfit(planes);
    if (outer !== undefined) return outer;
    const beyond = differences(planes).find((d) => d < -8 || d > 7);
    return beyond === undefined ? undefined : `its codes are not around a zero point of 8 (one is ${beyond})`;
  },
  blocks(planes) {
    const out = bytesFor(planes, Q4_0);
    const codes = differences(planes);
    eachBlock(planes, Q4_0, (weight, scale, to) => {
      setHalf(out, to, planes.scales[scale]!);
      setNibbles(out, to + 2, 16, (j) => codes[weight + j]! + 8);
    });
    return out;
  },
};

const Q4_1 = ggmlTypeByLabel('Q4_1');
/** scale * code + minimum. */
const q4_1 = (minimumOf: (planes: Planes, scale: number) => number): Twin => ({
  type: Q4_1,
  misfit(planes) {
    const outer = outerMisfit(planes, Q4_1, 32) ?? scaleMisfit(planes);
    if (outer !== undefined) return outer;
    if (planes.codes.some((q) => q > 15)) return 'its codes have more than 4 bits';
    const odd = planes.scales.findIndex((_, i) => !isHalf(minimumOf(planes, i)));
    return odd < 0 ? undefined : `the minimum ${minimumOf(planes, odd)} is not exact in float16`;
  },
  blocks(planes) {
    const out = bytesFor(planes, Q4_1);
    eachBlock(planes, Q4_1, (weight, scale, to) => {
      setHalf(out, to, planes.scales[scale]!);
      setHalf(out, to + 2, minimumOf(planes, scale));
      setNibbles(out, to + 4, 16, (j) => planes.codes[weight + j]!);
    });
    return out;
  },
});

const Q8_0 = ggmlTypeByLabel('Q8_0');
/** scale * (code - zero), where that is from -128 to 127. */
const q8_0: Twin = {
  type: Q8_0,
  misfit(planes) {
    const outer = outerMisfit(planes, Q8_0, 32) ?? scaleMisfit(planes);
    if (outer !== undefined) return outer;
    const beyond = differences(planes).find((d) => d < -128 || d > 127);
    return beyond === undefined
      ? undefined
      : `its codes are not around a zero point of 128 (one is ${beyond})`;
  },
  blocks(planes) {
    const out = bytesFor(planes, Q8_0);
    const codes = differences(planes);
    eachBlock(planes, Q8_0, (weight, scale, to) => {
      setHalf(out, to, planes.scales[scale]!);
      for (let j = 0; j < 32; j++) out[to + 2 + j] = codes[weight + j]! & 255;
    });
    return out;
  },
};

const isE2M1 = ({ values }: Planes): boolean =>
  values?.length === 16 && values.every((v, i) => Object.is(v, E2M1[i]));
const NO_E2M1 = 'no type of GGUF has its values';

const MXFP4 = ggmlTypeByLabel('MXFP4');
/** Exponent of a power of two as a byte of E8M0; -1 for another number. */
function exponentByte(scale: number): number {
  const byte = Math.round(Math.log2(scale)) + 127;
  return byte >= 0 && byte < 255 && 2 ** (byte - 127) === scale ? byte : -1;
}
const mxfp4: Twin = {
  type: MXFP4,
  misfit(planes) {
    if (!isE2M1(planes)) return NO_E2M1;
    const outer = outerMisfit(planes, MXFP4, 32);
    if (outer !== undefined) return outer;
    const odd = planes.scales.find((s) => exponentByte(s) < 0);
    return odd === undefined ? undefined : `the scale ${odd} is no power of two`;
  },
  blocks(planes) {
    const out = bytesFor(planes, MXFP4);
    eachBlock(planes, MXFP4, (weight, scale, to) => {
      out[to] = exponentByte(planes.scales[scale]!);
      setNibbles(out, to + 1, 16, (j) => planes.codes[weight + j]!);
    });
    return out;
  },
};

const NVFP4 = ggmlTypeByLabel('NVFP4');
/** Bytes of the numbers that E4M3 has without a sign. */
const byteOfScale = new Map([...E4M3.subarray(0, 127)].map((value, byte) => [value, byte]));
const nvfp4: Twin = {
  type: NVFP4,
  misfit(planes) {
    if (!isE2M1(planes)) return NO_E2M1;
    const outer = outerMisfit(planes, NVFP4, 16);
    if (outer !== undefined) return outer;
    const odd = planes.scales.find((s) => !byteOfScale.has(s));
    return odd === undefined
      ? undefined
      : `the scale ${odd} is none of E4M3: one of the whole tensor is in it, for which these blocks have no place`;
  },
  blocks(planes) {
    const out = bytesFor(planes, NVFP4);
    eachBlock(planes, NVFP4, (weight, _, to, col, row) => {
      for (let part = 0; part < 4; part++) {
        const scale = planes.scales[row * planes.groups + planes.groupOf[col + 16 * part]!]!;
        out[to + part] = byteOfScale.get(scale)!;
        setNibbles(out, to + 4 + 8 * part, 8, (j) => planes.codes[weight + 16 * part + j]!);
      }
    });
    return out;
  },
};

/** Types that may hold the codes of each decoder, the smallest first. */
export const twinsOf = {
  steps: [q4_0, q4_1((p, i) => -p.scales[i]! * p.offsets![i]!), q8_0],
  affine: [q4_1((p, i) => p.offsets![i]!)],
  values: [mxfp4, nvfp4],
  int8: [],
} as const satisfies Record<string, readonly Twin[]>;
