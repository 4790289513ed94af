import { alignUp, bytesOf } from '../util/bytes';
import { compareBytes } from '../util/utf8';
import { ggmlTypeByLabel } from './ggml-types';
import { alignmentOf, arrayValue, GgufType, stringValue, u32Value } from './gguf/metadata';
import { ggufDataBytes, ggufHeader } from './gguf/write';

/** Sums of squared activations (experts x cols, row-major) and the number of rows summed (one count per expert). */
export interface ImportanceSums {
  readonly sums: Float32Array<ArrayBuffer>;
  readonly counts: Float32Array<ArrayBuffer>;
}

/** Statistics of a calibration run, as llama-imatrix stores them. */
export interface CollectedImportance {
  /** Name of the calibration text. */
  readonly dataset: string;
  readonly chunks: number;
  readonly chunkTokens: number;
  /** Keyed by tensor name. */
  readonly entries: ReadonlyMap<string, ImportanceSums>;
}

/** Encodes the GGUF that llama-imatrix writes: tensors sorted by name, sums and counts as F32. */
export function imatrixFile(of: CollectedImportance): Uint8Array<ArrayBuffer> {
  const type = ggmlTypeByLabel('F32');
  const sorted = [...of.entries].sort(([a], [b]) => compareBytes(a, b));
  const parts = sorted.flatMap(([name, { sums, counts }]) => {
    const experts = counts.length;
    const shape = (cols: number) => (experts > 1 ? [cols, experts] : [cols]);
    return [
      { name: `${name}.in_sum2`, values: sums, shape: shape(sums.length / experts) },
      { name: `${name}.counts`, values: counts, shape: shape(1) },
    ];
  });
  const tensors = parts.map((p) => ({ name: p.name, shape: p.shape, type, sizeBytes: p.values.byteLength }));
  const metadata = new Map([
    ['general.type', stringValue('imatrix')],
    ['imatrix.datasets', arrayValue(GgufType.STRING, [of.dataset])],
    ['imatrix.chunk_count', u32Value(of.chunks)],
    ['imatrix.chunk_size', u32Value(of.chunkTokens)],
  ] as const);
  const header = ggufHeader(metadata, tensors);
  const out = new Uint8Array(header.length + ggufDataBytes(metadata, tensors));
  out.set(header);
  let at = header.length;
  for (const p of parts) {
    out.set(bytesOf(p.values), at);
    at += alignUp(p.values.byteLength, alignmentOf(metadata));
  }
  return out;
}
