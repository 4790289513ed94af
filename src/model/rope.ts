import type { Hyperparameters } from './hyperparameters';

/** YaRN's ramp over pairs: 1 keeps the frequency, 0 scales it. Source: ggml's rope_yarn. */
function yarnRamp(h: Hyperparameters): (pair: number) => number {
  if (!h.yarn) return () => 0;
  const { fast, slow, original } = h.yarn;
  const dimension = (rotations: number) =>
    (h.rotaryDim * Math.log(original / (rotations * 2 * Math.PI))) / (2 * Math.log(h.ropeBase));
  const start = Math.max(0, Math.floor(dimension(fast)));
  const end = Math.min(h.rotaryDim - 1, Math.ceil(dimension(slow)));
  return (pair) => 1 - Math.min(1, Math.max(0, (pair - start) / Math.max(0.001, end - start)));
}

/** RoPE frequencies by pair, in radians per position. `factors` divide them (rope_freqs, rope_factors_long, _short). */
function frequencies(h: Hyperparameters, factors?: Float32Array): number[] {
  const ramp = yarnRamp(h);
  return Array.from({ length: h.rotaryDim / 2 }, (_, i) => {
    const plain = h.ropeBase ** ((-2 * i) / h.rotaryDim) / (factors?.[i] ?? 1);
    const scaled = plain / h.ropeScale;
    return scaled + (plain - scaled) * ramp(i);
  });
}

/**
 * RoPE table: positions x (rotaryDim / 2) x (cos, sin), float32. Computed on the CPU because GPU sin and cos are not
 * exact enough.
 */
export function rotationTable(
  h: Hyperparameters,
  positions: number,
  factors?: Float32Array,
): Float32Array<ArrayBuffer> {
  const pairs = h.rotaryDim / 2;
  const table = new Float32Array(positions * pairs * 2);
  frequencies(h, factors).forEach((frequency, i) => {
    for (let p = 0; p < positions; p++) {
      table[2 * (p * pairs + i)] = Math.cos(p * frequency) * h.ropeAmplitude;
      table[2 * (p * pairs + i) + 1] = Math.sin(p * frequency) * h.ropeAmplitude;
    }
  });
  return table;
}

/** RoPE table of sliding window layers with their own base, unscaled. */
export function localRotationTable(h: Hyperparameters, positions: number): Float32Array<ArrayBuffer> {
  const { yarn: _, ...plain } = h;
  return rotationTable({ ...plain, ropeBase: h.ropeBaseSliding, ropeScale: 1, ropeAmplitude: 1 }, positions);
}

/** Names of the tensors that may hold the RoPE factors for a context, by preference. */
export const factorsName = (h: Hyperparameters, context: number): string[] => [
  h.originalContext > 0 && context > h.originalContext
    ? 'rope_factors_long.weight'
    : 'rope_factors_short.weight',
  'rope_freqs.weight',
];
