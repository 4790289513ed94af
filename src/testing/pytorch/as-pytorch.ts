import { memorySource } from '../../files/byte-source';
import { readSafetensors } from '../../files/safetensors/read';
import { type Field, written } from '../fuzz/fields';
import type { NamedBytes } from '../safetensors-file';
import { checkpointArchive, type StorageFile, tensorOf } from './pickle-writer';

const STORAGES: Readonly<Record<string, string>> = {
  F32: 'FloatStorage',
  F16: 'HalfStorage',
  BF16: 'BFloat16Storage',
  F64: 'DoubleStorage',
};
const sizeOf = (field: Field): number => written(field).length;

/** A folder's safetensors as files of torch.save, in the same order; the second matrix of each is stored transposed. */
export async function asPyTorch(files: readonly NamedBytes[]): Promise<NamedBytes[]> {
  return Promise.all(
    files.map(async ({ path, bytes }) => {
      if (path.endsWith('.safetensors.index.json'))
        return {
          path: path.replace('model.safetensors', 'pytorch_model.bin'),
          bytes: new TextEncoder().encode(renamed(new TextDecoder().decode(bytes))),
        };
      if (!path.endsWith('.safetensors')) return { path, bytes };
      const tensors = (await readSafetensors(memorySource(path, bytes))).sort((a, b) =>
        a.name < b.name ? -1 : 1,
      );
      const storages: StorageFile[] = [];
      let matrices = 0;
      const dict = await Promise.all(
        tensors.map(async (t, i) => {
          const isTurned = t.shape.length === 2 && matrices++ === 1;
          const raw = await t.read(0, t.sizeBytes);
          const [rows = 1, cols = 1] = t.shape;
          const each = t.type.blockBytes;
          const own = isTurned ? transposedBytes(raw, rows, cols, each) : raw;
          const count = raw.length / each;
          const storage = { key: String(i), kind: STORAGES[t.dtype]!, count, bytes: own };
          storages[i] = storage;
          const strides = t.shape.map((_, d) => t.shape.slice(d + 1).reduce((n, s) => n * s, 1));
          return [t.name, tensorOf(storage, 0, t.shape, isTurned ? [1, rows] : strides)] as const;
        }),
      );
      return {
        path: renamed(path),
        bytes: written(
          checkpointArchive({ ordered: true, dict }, storages, sizeOf, { root: 'pytorch_model' }),
        ),
      };
    }),
  );
}

const renamed = (text: string): string => text.replace(/model([-\w]*)\.safetensors/g, 'pytorch_model$1.bin');

function transposedBytes(raw: Uint8Array, rows: number, cols: number, each: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(raw.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < cols; c++)
      out.set(raw.subarray((r * cols + c) * each, (r * cols + c + 1) * each), (c * rows + r) * each);
  return out;
}
