import type { QuantFormat } from '../quant/format';
import { noise } from '../util/random';

/** Seeded importance of `cols` columns: positive, spread over some orders of magnitude, like activations squared. */
export function testImportance(cols: number, seed = 7): Float32Array<ArrayBuffer> {
  return noise(cols, seed).map((v) => v * v + 1e-3);
}

/** What a format that cannot do without importance is given where the test is about something else. */
export const requiredImportance = (
  format: QuantFormat,
  cols: number,
): Float32Array<ArrayBuffer> | undefined =>
  format.importance === 'required' ? testImportance(cols) : undefined;
