import { EPSILON, nearest } from './k-search';

const { fround } = Math;
const TENTH = fround(0.1);

/**
 * Best scale of non-negative values for codes 0..top by weighted least squares: nine candidates, then single codes
 * change while the fit improves, for at most five rounds. Writes the codes. Source: make_qp_quants.
 */
export function searchPositiveScale(
  x: Float32Array,
  at: number,
  weights: Float32Array,
  top: number,
  codes: Uint8Array,
): number {
  const n = weights.length;
  let max = 0;
  for (let i = 0; i < n; i++) if (x[at + i]! > max) max = x[at + i]!;
  if (max < EPSILON) {
    codes.fill(0, 0, n);
    return 0;
  }
  const errorOf = (code: (i: number) => number, scale: number) => {
    let error = 0;
    for (let i = 0; i < n; i++) {
      const off = fround(x[at + i]! - fround(scale * code(i)));
      error = fround(error + fround(fround(weights[i]! * off) * off));
    }
    return error;
  };
  let inverse = fround(top / max);
  // In the reference the codes of the first candidate wrap to bytes, those of the others do not.
  let best = errorOf((i) => nearest(fround(inverse * x[at + i]!)) & 255, fround(1 / inverse));
  for (let step = -4; step <= 4; step++) {
    if (step === 0) continue;
    const trial = fround(fround(fround(TENTH * step) + top) / max);
    const error = errorOf((i) => Math.min(top, nearest(fround(trial * x[at + i]!))), fround(1 / trial));
    if (error < best) {
      best = error;
      inverse = trial;
    }
  }
  let lx = 0;
  let l2 = 0;
  for (let i = 0; i < n; i++) {
    const l = Math.min(top, nearest(fround(inverse * x[at + i]!)));
    codes[i] = l;
    lx = fround(lx + fround(fround(weights[i]! * x[at + i]!) * l));
    l2 = fround(l2 + fround(fround(weights[i]! * l) * l));
  }
  for (let round = 0; round < 5; round++) {
    let changed = false;
    for (let i = 0; i < n; i++) {
      const w = weights[i]!;
      const wx = fround(w * x[at + i]!);
      let newLx = fround(lx - fround(wx * codes[i]!));
      let newL2 = fround(l2 - fround(fround(w * codes[i]!) * codes[i]!));
      if (!(newLx > 0 && newL2 > 0)) continue;
      const l = Math.min(top, nearest(fround(fround(x[at + i]! * newL2) / newLx)));
      if (l === codes[i]) continue;
      newLx = fround(newLx + fround(wx * l));
      newL2 = fround(newL2 + fround(fround(w * l) * l));
      if (fround(fround(newLx * newLx) * l2) > fround(fround(lx * lx) * newL2)) {
        codes[i] = l;
        lx = newLx;
        l2 = newL2;
        changed = true;
      }
    }
    if (!changed) break;
  }
  return l2 > 0 ? fround(lx / l2) : 0;
}
