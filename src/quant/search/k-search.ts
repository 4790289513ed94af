// Scale searches of the K-quants. In float32 and in the order of ggml-quants.c, because the bytes depend on both.

const { fround } = Math;
const bits = new Float32Array(1);
const word = new Int32Array(bits.buffer);
export const EPSILON = fround(1e-15);

/** ggml's nearest_int: the low bits after adding 1.5 x 2^23. Half to even; large values wrap around. */
export function nearest(x: number): number {
  bits[0] = fround(x + 12582912);
  return (word[0]! & 0x7fffff) - 0x400000;
}
export const clamp = (v: number, lo: number, hi: number): number => Math.max(lo, Math.min(hi, v));

export interface ScaleMin {
  readonly scale: number;
  /** Subtracted from scale * code; not negative. */
  readonly min: number;
}

export interface SearchShape {
  /** Largest code. */
  readonly top: number;
  /** The inverse scale of a candidate is (top + first + step * delta) / range. */
  readonly first: number;
  readonly delta: number;
  readonly steps: number;
  /** Minimizes absolute instead of squared error. */
  readonly absolute: boolean;
}

/**
 * Best scale and minimum of `weights.length` values for codes 0..top: a grid of candidates, each refined by weighted
 * least squares; the best fit so far feeds the next candidate. Writes the codes. Sources: make_qkx2_quants,
 * make_qkx3_quants.
 */
export function searchScaleMin(
  x: Float32Array,
  at: number,
  weights: Float32Array,
  codes: Uint8Array,
  codesAt: number,
  s: SearchShape,
): ScaleMin {
  const n = weights.length;
  let min = x[at]!;
  let max = min;
  let sumW = weights[0]!;
  let sumX = fround(sumW * x[at]!);
  for (let i = 1; i < n; i++) {
    const v = x[at + i]!;
    if (v < min) min = v;
    if (v > max) max = v;
    sumW = fround(sumW + weights[i]!);
    sumX = fround(sumX + fround(weights[i]! * v));
  }
  if (min > 0) min = 0;
  if (max === min) {
    codes.fill(0, codesAt, codesAt + n);
    return { scale: 0, min: -min };
  }
  const code = (i: number, inverse: number) =>
    clamp(nearest(fround(inverse * fround(x[at + i]! - min))), 0, s.top);
  const errorOf = (trial: Uint8Array, from: number, scale: number, low: number) => {
    let error = 0;
    for (let i = 0; i < n; i++) {
      const off = fround(fround(fround(scale * trial[from + i]!) + low) - x[at + i]!);
      error = fround(error + fround(weights[i]! * (s.absolute ? Math.abs(off) : fround(off * off))));
    }
    return error;
  };
  let inverse = fround(s.top / fround(max - min));
  let scale = fround(1 / inverse);
  for (let i = 0; i < n; i++) codes[codesAt + i] = code(i, inverse);
  let best = errorOf(codes, codesAt, scale, min);
  const trial = new Uint8Array(n);
  for (let step = 0; step <= s.steps; step++) {
    inverse = fround(
      fround(fround(fround(s.first) + fround(fround(s.delta) * step)) + s.top) / fround(max - min),
    );
    let sumL = 0;
    let sumL2 = 0;
    let sumXL = 0;
    for (let i = 0; i < n; i++) {
      const l = code(i, inverse);
      trial[i] = l;
      const wl = fround(weights[i]! * l);
      sumL = fround(sumL + wl);
      sumL2 = fround(sumL2 + fround(wl * l));
      sumXL = fround(sumXL + fround(wl * x[at + i]!));
    }
    const det = fround(fround(sumW * sumL2) - fround(sumL * sumL));
    if (!(det > 0)) continue;
    let newScale = fround(fround(fround(sumW * sumXL) - fround(sumX * sumL)) / det);
    let newMin = fround(fround(fround(sumL2 * sumX) - fround(sumL * sumXL)) / det);
    if (newMin > 0) {
      newMin = 0;
      newScale = fround(sumXL / sumL2);
    }
    const error = errorOf(trial, 0, newScale, newMin);
    if (error < best) {
      codes.set(trial, codesAt);
      best = error;
      scale = newScale;
      min = newMin;
    }
  }
  return { scale, min: -min };
}

/** Value of largest magnitude among `n`, with its sign; 0 if all are negligible. */
export function extremeOf(x: Float32Array, at: number, n: number): number {
  let extreme = 0;
  for (let i = 0; i < n; i++) if (Math.abs(x[at + i]!) > Math.abs(extreme)) extreme = x[at + i]!;
  return Math.abs(extreme) < EPSILON ? 0 : extreme;
}
