import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { ImportanceMatrix } from '../files/imatrix';
import type { ModelFile } from '../files/model-file';
import { bytesOf } from '../util/bytes';
import type { ImatrixSummary } from './records';
import { untilCancelled } from '../util/errors';
import { encodeUtf8 } from '../util/utf8';
import type { Work } from '../util/work';

const SAMPLED = 8;
const SAMPLE_BYTES = 1024;

/**
 * Identifies a model without reading all of it: hash of the tensors' names, shapes and types, and of the first bytes of
 * some tensors.
 */
export async function fingerprintOf(
  model: ModelFile,
  { signal }: Pick<Work, 'signal'> = {},
): Promise<string> {
  const hash = sha256.create();
  hash.update(encodeUtf8(JSON.stringify(model.tensors.map((t) => [t.name, t.shape, t.type.label]))));
  const step = Math.max(1, Math.floor(model.tensors.length / SAMPLED));
  for (let i = 0; i < model.tensors.length; i += step) {
    const tensor = model.tensors[i]!;
    const sampleBytes = Math.min(SAMPLE_BYTES, tensor.sizeBytes);
    hash.update(await untilCancelled(tensor.read(0, sampleBytes, signal), signal));
  }
  return bytesToHex(hash.digest()).slice(0, 16);
}

/** Identifies an importance matrix by its values, whatever its file name. */
export function matrixFingerprint(matrix: ImportanceMatrix): string {
  const hash = sha256.create();
  for (const [name, values] of matrix.entries) hash.update(encodeUtf8(name)).update(bytesOf(values));
  return bytesToHex(hash.digest()).slice(0, 16);
}

/** A matrix of which so many tensors are in the model. */
export const imatrixSummary = (matrix: ImportanceMatrix, matching: number): ImatrixSummary => ({
  fingerprint: matrixFingerprint(matrix),
  label: matrix.label,
  tensors: matrix.entries.size,
  matching,
  chunks: matrix.chunks,
  dataset: matrix.datasets[0] ?? '',
});
