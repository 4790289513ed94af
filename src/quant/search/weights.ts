// Weights of the least squares searches. Float32, in the order of ggml-quants.c.
import type { BlockImportance } from '../block-importance';

const { fround } = Math;

export function sumOfSquares(x: Float32Array, at: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum = fround(sum + fround(x[at + i]! * x[at + i]!));
  return sum;
}

/**
 * importance * sqrt(spread + x^2) for the `out.length` weights at `at`, which is `offset` into the block. `spread` is
 * sigma2 in ggml-quants.c. Throws without an importance matrix.
 */
export function importanceWeights(
  x: Float32Array,
  at: number,
  importance: BlockImportance | undefined,
  offset: number,
  spread: number,
  out: Float32Array,
): void {
  if (!importance) throw new Error('This format is only made with an importance matrix.');
  for (let i = 0; i < out.length; i++) {
    const v = x[at + i]!;
    out[i] =
      importance.weights[importance.column + offset + i]! * fround(Math.sqrt(fround(spread + fround(v * v))));
  }
}

/** x^2 for the `out.length` weights at `at`. */
export function squareWeights(x: Float32Array, at: number, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = x[at + i]! * x[at + i]!;
}

export function sumOf(values: Float32Array): number {
  let sum = 0;
  for (const v of values) sum = fround(sum + v);
  return sum;
}
