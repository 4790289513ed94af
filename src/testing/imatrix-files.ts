import { imatrixFile } from '../files/imatrix-write';
import type { ImportanceMatrix } from '../files/imatrix';
import { bytesOf } from '../util/bytes';
import { encodeUtf8 } from '../util/utf8';

const COUNT = 4;

/** The GGUF that llama-imatrix would write: sums of squares over COUNT tokens, and the counts. */
export function imatrixGguf(matrix: ImportanceMatrix): Uint8Array<ArrayBuffer> {
  const entries = new Map(
    [...matrix.entries].map(([name, values]) => [
      name,
      { sums: values.map((v) => v * COUNT), counts: Float32Array.of(COUNT) },
    ]),
  );
  return imatrixFile({ dataset: matrix.datasets[0] ?? '', chunks: matrix.chunks, chunkTokens: 512, entries });
}

/** The same matrix in the older .dat format. */
export function imatrixDat(matrix: ImportanceMatrix): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  const i32 = (v: number) => out.push(...new Uint8Array(Int32Array.of(v).buffer));
  const text = (s: string) => {
    const bytes = encodeUtf8(s);
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
