import { clamp, extremeOf, nearest } from './k-search';

const { fround } = Math;
const TENTH = fround(0.1);

/**
 * Best scale of `weights.length` values for codes -top..top - 1 by weighted least squares over 19 candidates. Writes
 * code + top; zeros if all values are negligible. Source: make_qx_quants.
 */
export function searchSignedScale(
  x: Float32Array,
  at: number,
  weights: Float32Array,
  top: number,
  codes: Uint8Array,
  codesAt: number,
): number {
  const n = weights.length;
  const extreme = extremeOf(x, at, n);
  if (extreme === 0) {
    codes.fill(0, codesAt, codesAt + n);
    return 0;
  }
  const code = (inverse: number, i: number) => clamp(nearest(fround(inverse * x[at + i]!)), -top, top - 1);
  const sumsAt = (inverse: number) => {
    let lx = 0;
    let l2 = 0;
    for (let i = 0; i < n; i++) {
      const l = code(inverse, i);
      lx = fround(lx + fround(fround(weights[i]! * x[at + i]!) * l));
      l2 = fround(l2 + fround(fround(weights[i]! * l) * l));
    }
    return { lx, l2 };
  };
  let bestInverse = fround(-top / extreme);
  const first = sumsAt(bestInverse);
  let scale = first.l2 ? fround(first.lx / first.l2) : 0;
  let best = fround(scale * first.lx);
  for (let step = -9; step <= 9; step++) {
    if (step === 0) continue;
    const inverse = fround(-fround(top + fround(TENTH * step)) / extreme);
    const { lx, l2 } = sumsAt(inverse);
    if (l2 > 0 && fround(lx * lx) > fround(best * l2)) {
      bestInverse = inverse;
      scale = fround(lx / l2);
      best = fround(scale * lx);
    }
  }
  for (let i = 0; i < n; i++) codes[codesAt + i] = code(bestInverse, i) + top;
  return scale;
}
