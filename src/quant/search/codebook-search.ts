// Search of the 2- and 3-bit IQ formats: magnitudes become odd multiples of a scale, in tuples that are codebook
// points. Float32 throughout, in the order of ggml-quants.c. Sources: quantize_row_iq2_xxs_impl,
// quantize_row_iq2_xs_impl, quantize_row_iq2_s_impl, quantize_row_iq3_xxs_impl, quantize_row_iq3_s_impl.
import { codebookOf, type Codebook, type CodebookName } from '../codebook/codebook';
import { clamp, nearest } from './k-search';

const { fround } = Math;

export interface CodebookShape {
  readonly codebook: CodebookName;
  /** Weights that share a scale. */
  readonly group: number;
  /** The candidates are `reach` steps of `delta` down and up. */
  readonly reach: number;
  readonly delta: number;
  /** A group whose maximum magnitude is smaller is encoded as zeros. */
  readonly tiny: number;
  /** True if the sign of every eighth weight is the parity of the other seven. */
  readonly evenSigns: boolean;
  /** Tuples that are rounded again with the final scale: all, all if one was off the codebook, or those off it. */
  readonly refit: 'always' | 'if-off' | 'off';
}

/** An encoded group. */
export interface CodebookGroup {
  /** 0 for a group of negligible weights, whose indices and signs are also 0. */
  readonly scale: number;
  /** Codebook point of each tuple. */
  readonly indices: Uint16Array;
  /** One byte of sign bits per eight weights. */
  readonly signs: Uint8Array;
}

const NO_GROUP = (shape: CodebookShape, dims: number): CodebookGroup => ({
  scale: 0,
  indices: new Uint16Array(shape.group / dims),
  signs: new Uint8Array(shape.group / 8),
});

/** Nearest point to x[at..] / scale among the neighbours of the tuple of rank `rank`. */
function nearestPoint(
  codebook: Codebook,
  rank: number,
  x: Float32Array,
  roots: Float32Array,
  at: number,
  scale: number,
): number {
  const list = -1 - codebook.map[rank]!;
  const { dims, codes, neighbours } = codebook;
  let best = Number.POSITIVE_INFINITY;
  let index = 0;
  for (let j = 1; j <= neighbours[list]!; j++) {
    const point = neighbours[list + j]!;
    let distance = 0;
    for (let i = 0; i < dims; i++) {
      const off = fround(fround(scale * (2 * codes[point * dims + i]! + 1)) - x[at + i]!);
      distance = fround(distance + fround(fround(roots[at + i]! * off) * off));
    }
    if (distance < best) {
      best = distance;
      index = point;
    }
  }
  return index;
}

/**
 * Writes magnitudes to `out` and returns sign bits. If `even`, odd parity is mended by flipping the cheapest weight.
 */
function splitSigns(
  x: Float32Array,
  at: number,
  weights: Float32Array,
  even: boolean,
  out: Float32Array,
): Uint8Array {
  const signs = new Uint8Array(out.length / 8);
  for (let k = 0; k < signs.length; k++) {
    let flips = 0;
    let cheapest = 8 * k;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 8 * k; i < 8 * k + 8; i++) {
      const v = x[at + i]!;
      out[i] = v >= 0 ? v : -v;
      if (!(v >= 0)) {
        flips++;
        signs[k]! |= 1 << (i & 7);
      }
      const cost = fround(fround(weights[i]! * v) * v);
      if (cost < least) {
        least = cost;
        cheapest = i;
      }
    }
    if (!even) continue;
    if (flips % 2 === 1) {
      out[cheapest] = -out[cheapest]!;
      signs[k]! ^= 1 << (cheapest & 7);
    }
    signs[k]! &= 127;
  }
  return signs;
}

/**
 * Fits one group. `start` returns the magnitude of the largest code; the default is the maximum of the group. 0 or less
 * encodes zeros.
 */
export function fitCodebook(
  x: Float32Array,
  at: number,
  weights: Float32Array,
  shape: CodebookShape,
  start?: (magnitudes: Float32Array) => number,
): CodebookGroup {
  const codebook = codebookOf(shape.codebook);
  const { dims, levels, codes, map } = codebook;
  const n = shape.group;
  const tuples = n / dims;
  const magnitudes = new Float32Array(n);
  const signs = splitSigns(x, at, weights, shape.evenSigns, magnitudes);
  let max = magnitudes[0]!;
  for (let i = 1; i < n; i++) if (magnitudes[i]! > max) max = magnitudes[i]!;
  if (max < shape.tiny || max === 0) return NO_GROUP(shape, dims);
  if (start) max = start(magnitudes);
  if (!(max > 0)) return NO_GROUP(shape, dims);

  const roots = weights.map((w) => Math.sqrt(w));
  const top = 2 * levels - 1;
  const snap = (tuple: number, inverse: number, scale: number): { point: number; off: boolean } => {
    let rank = 0;
    for (let i = dims - 1; i >= 0; i--) {
      const odd = fround(fround(inverse * magnitudes[tuple * dims + i]!) - 1);
      rank = rank * levels + clamp(nearest(fround(0.5 * odd)), 0, levels - 1);
    }
    if (map[rank]! >= 0) return { point: map[rank]!, off: false };
    return { point: nearestPoint(codebook, rank, magnitudes, roots, tuple * dims, scale), off: true };
  };
  const sums = (points: Uint16Array) => {
    let qx = 0;
    let q2 = 0;
    for (let i = 0; i < n; i++) {
      const q = 2 * codes[points[Math.floor(i / dims)]! * dims + (i % dims)]! + 1;
      qx = fround(qx + fround(fround(weights[i]! * magnitudes[i]!) * q));
      q2 = fround(q2 + fround(fround(weights[i]! * q) * q));
    }
    return { qx, q2 };
  };

  let scale = fround(max / top);
  let best = 0;
  const indices = new Uint16Array(tuples);
  let off: boolean[] = new Array<boolean>(tuples).fill(false);
  const trial = new Uint16Array(tuples);
  for (let step = -shape.reach; step <= shape.reach; step++) {
    const inverse = fround(fround(top + fround(step * fround(shape.delta))) / max);
    const trialScale = fround(1 / inverse);
    const trialOff: boolean[] = [];
    for (let t = 0; t < tuples; t++) {
      const snapped = snap(t, inverse, trialScale);
      trial[t] = snapped.point;
      trialOff.push(snapped.off);
    }
    const { qx, q2 } = sums(trial);
    if (q2 > 0 && fround(qx * qx) > fround(best * q2)) {
      scale = fround(qx / q2);
      best = fround(scale * qx);
      indices.set(trial);
      off = trialOff;
    }
  }
  const any = off.includes(true);
  if (scale > 0 && (any || shape.refit === 'always')) {
    const inverse = fround(1 / scale);
    for (let t = 0; t < tuples; t++)
      if (shape.refit !== 'off' || off[t]) indices[t] = snap(t, inverse, scale).point;
    const { qx, q2 } = sums(indices);
    if (q2 > 0) scale = fround(qx / q2);
  }
  if (scale < 0) {
    scale = -scale;
    for (let k = 0; k < signs.length; k++) signs[k] = ~signs[k]! & (shape.evenSigns ? 127 : 255);
  }
  return { scale, indices, signs };
}

/** 4-bit codes l of the group scales, scale = (2l + 1) * part, where `part` is 1/31 of the largest scale. */
export function oddScales(scales: Float32Array): { part: number; codes: number[] } {
  const part = fround(Math.max(...scales) / 31);
  const inverse = fround(1 / part);
  const codes = Array.from(scales, (s) =>
    clamp(nearest(fround(0.5 * fround(fround(inverse * s) - 1))), 0, 15),
  );
  return { part, codes };
}

/** Adds the parity bit to seven sign bits. Source: ksigns_iq2xs. */
export function evenSigns(seven: number): number {
  let parity = 0;
  for (let bits = seven; bits; bits >>= 1) parity ^= bits & 1;
  return seven | (parity << 7);
}
