// Range searches of the plain formats, in float32 and in the order of ggml-quants.c.

const { fround } = Math;

/** Weight of largest magnitude, with its sign. The first wins ties. */
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
 * C's `(int8_t)(x * inv + bias)`, clamped from above. If the scale is a float32 denormal, its inverse is infinite and
 * the reference's conversion gives 0 (x86: INT_MIN, whose low byte is 0).
 */
export function code(x: number, inv: number, bias: number, top: number): number {
  const v = Math.trunc(fround(fround(x * inv) + bias));
  return Math.abs(v) < 2 ** 31 ? Math.min(top, v) : 0;
}
