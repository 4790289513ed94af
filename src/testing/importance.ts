import type { ImportanceMatrix } from '../files/imatrix';
import type { ModelFile } from '../files/model-file';
import type { QuantFormat } from '../quant/format';
import { noise } from '../util/random';

/** Seeded importance of `cols` columns: positive, spread over orders of magnitude, like squared activations. */
export function testImportance(cols: number, seed = 7): Float32Array<ArrayBuffer> {
  return noise(cols, seed).map((v) => v * v + 1e-3);
}

/** Importance for the formats that require it, where the test does not depend on it. */
export const requiredImportance = (
  format: QuantFormat,
  cols: number,
): Float32Array<ArrayBuffer> | undefined =>
  format.importance === 'required' ? testImportance(cols) : undefined;

/**
 * A seeded importance matrix for every matrix of a model except the embedding, which llama-imatrix does not collect.
 */
export function testImatrix(model: ModelFile): ImportanceMatrix {
  const entries = new Map<string, Float32Array<ArrayBuffer>>();
  for (const t of model.tensors)
    if (t.shape.length > 1 && t.name !== 'token_embd.weight')
      entries.set(t.name, testImportance(t.shape[0]! * (t.shape[2] ?? 1), entries.size + 1));
  return { label: 'tiny.imatrix.gguf', datasets: ['noise.txt'], chunks: 7, entries };
}
