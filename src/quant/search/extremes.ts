// Range searches that the 32-weight formats share. All arithmetic is float32, in the order of ggml's reference.

const { fround } = Math;

/** The weight of largest magnitude, with its sign; the first of equals. */
export function signedExtreme(x: Float32Array, at: number, count: number): number {
  let extreme = 0;
  let magnitude = 0;
  for (let i = 0; i < count; i++) {
    const v = x[at + i]!;
    if (magnitude < Math.abs(v)) {
      magnitude = Math.abs(v);
      extreme = v;
    }
  }
  return extreme;
}

export function range(x: Float32Array, at: number, count: number): { min: number; max: number } {
  let min = x[at]!;
  let max = x[at]!;
  for (let i = 1; i < count; i++) {
    const v = x[at + i]!;
    if (v < min) min = v;
    if (v > max) max = v;
  }
  return { min, max };
}

/** 1/d in float32; 0 for 0. */
export const inverse = (d: number): number => (d ? fround(1 / d) : 0);

/**
 * C's `(int8_t)(x * inv + bias)`, clamped from above. Where the scale is a float32 denormal its inverse is infinite;
 * the reference's conversion then yields 0 (x86: INT_MIN, whose low byte is 0).
 */
export function code(x: number, inv: number, bias: number, top: number): number {
  const v = Math.trunc(fround(fround(x * inv) + bias));
  return Math.abs(v) < 2 ** 31 ? Math.min(top, v) : 0;
}
