// Ternary formats: -1, 0 or 1 times the largest magnitude of 256 weights.
import { f16FromFloat } from '../../util/half';
import { inverse, signedExtreme } from './extremes';

const { fround } = Math;

/** Writes the f16 scale at `scaleAt` and returns the codes 0, 1, 2. */
export function ternaryCodes(x: Float32Array, at: number, view: DataView, scaleAt: number): Uint8Array {
  const d = Math.abs(signedExtreme(x, at, 256));
  const inv = inverse(d);
  view.setUint16(scaleAt, f16FromFloat(d), true);
  return Uint8Array.from({ length: 256 }, (_, i) => ternaryCode(fround(x[at + i]! * inv)));
}

/** lroundf(v) + 1, half away from zero. Not finite (a denormal scale) is LONG_MIN in C, whose low bits are 0. */
export function ternaryCode(v: number): number {
  if (!Number.isFinite(v)) return 1;
  return Math.sign(v) * Math.floor(Math.abs(v) + 0.5) + 1;
}
