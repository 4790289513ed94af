import type { Hyperparameters } from './hyperparameters';

/**
 * (cos, sin) pairs for positions 0..positions-1, rotaryDim / 2 pairs each, as float32. `factors` divide the
 * frequencies (rope_freqs.weight of Llama 3.1). Computed here because GPU sin and cos are not exact enough.
 */
export function rotationTable(
  h: Hyperparameters,
  positions: number,
  factors?: Float32Array,
): Float32Array<ArrayBuffer> {
  const pairs = h.rotaryDim / 2;
  const table = new Float32Array(positions * pairs * 2);
  for (let i = 0; i < pairs; i++) {
    const frequency = h.ropeBase ** ((-2 * i) / h.rotaryDim) / (factors?.[i] ?? 1) / h.ropeScale;
    for (let p = 0; p < positions; p++) {
      table[2 * (p * pairs + i)] = Math.cos(p * frequency);
      table[2 * (p * pairs + i) + 1] = Math.sin(p * frequency);
    }
  }
  return table;
}
