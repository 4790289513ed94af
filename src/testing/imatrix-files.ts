import { ggmlTypeByLabel } from '../files/ggml-types';
import { arrayValue, GgufType, stringValue, u32Value } from '../files/gguf/metadata';
import { ggufDataBytes, ggufHeader } from '../files/gguf/write';
import type { ImportanceMatrix } from '../files/imatrix';
import { alignUp, bytesOf } from '../util/bytes';

const COUNT = 4;

/** The GGUF that llama-imatrix would write: sums of squares over COUNT tokens, and the counts. */
export function imatrixGguf(matrix: ImportanceMatrix): Uint8Array<ArrayBuffer> {
  const type = ggmlTypeByLabel('F32');
  const parts = [...matrix.entries].flatMap(([name, values]) => [
    { name: `${name}.in_sum2`, values: values.map((v) => v * COUNT), shape: [values.length, 1] },
    { name: `${name}.counts`, values: Float32Array.of(COUNT), shape: [1, 1] },
  ]);
  const tensors = parts.map((p) => ({ name: p.name, shape: p.shape, type, sizeBytes: p.values.byteLength }));
  const metadata = new Map([
    ['general.type', stringValue('imatrix')],
    ['imatrix.datasets', arrayValue(GgufType.STRING, matrix.datasets)],
    ['imatrix.chunk_count', u32Value(matrix.chunks)],
    ['imatrix.chunk_size', u32Value(512)],
  ] as const);
  const header = ggufHeader(metadata, tensors);
  const out = new Uint8Array(header.length + ggufDataBytes(tensors));
  out.set(header);
  let at = header.length;
  for (const p of parts) {
    out.set(bytesOf(p.values), at);
    at += alignUp(p.values.byteLength, 32);
  }
  return out;
}

/** The older binary file with the same content. */
export function imatrixDat(matrix: ImportanceMatrix): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  const i32 = (v: number) => out.push(...new Uint8Array(Int32Array.of(v).buffer));
  const text = (s: string) => {
    const bytes = new TextEncoder().encode(s);
    i32(bytes.length);
    out.push(...bytes);
  };
  i32(matrix.entries.size);
  for (const [name, values] of matrix.entries) {
    text(name);
    i32(COUNT);
    i32(values.length);
    out.push(...bytesOf(values.map((v) => v * COUNT)));
  }
  i32(matrix.chunks);
  text(matrix.datasets[0] ?? '');
  return Uint8Array.from(out);
}
