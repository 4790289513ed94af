import { isDeepStrictEqual } from 'node:util';
import { memorySource } from '../../../files/byte-source';
import { readGguf } from '../../../files/gguf/read';
import { imatrixFile } from '../../../files/imatrix-write';
import { fromGguf, type ImportanceMatrix } from '../../../files/imatrix';
import { oddTexts } from '../chooser';
import { checkValues, ggufFieldsOf, NAMES } from '../imatrix-fields';
import { encodeUtf8 } from '../../../util/utf8';
import { fuzzer, rule, shownBytes } from '../reader';
import { mutatedFields } from './gguf';

/** Written with a count of one, and read again, the means are the same. */
async function checkAgain(matrix: ImportanceMatrix): Promise<void> {
  // Names in a GGUF have .in_sum2 behind them, and are no longer for that.
  if ([...matrix.entries.keys()].some((name) => encodeUtf8(name).length > 63 - '.in_sum2'.length)) return;
  const entries = new Map(
    [...matrix.entries].map(([name, sums]) => [name, { sums, counts: Float32Array.of(1) }]),
  );
  const { datasets, chunks } = matrix;
  const file = imatrixFile({ dataset: datasets[0] ?? '', chunks, chunkTokens: 512, entries });
  const copy = await fromGguf(await readGguf(memorySource('again.gguf', file)));
  rule(
    isDeepStrictEqual(new Map([...copy.entries].sort()), new Map([...matrix.entries].sort())),
    'means again',
  );
  rule(copy.chunks === chunks, 'chunks are the same again');
}

export const reader = fuzzer<Uint8Array<ArrayBuffer>, ImportanceMatrix>({
  name: 'imatrix-gguf',
  sources: ['src/files/imatrix.ts'],
  inputs: 1_000_000,
  make: (r) =>
    mutatedFields(r, ggufFieldsOf(r), [
      ...NAMES.flatMap((n) => [n, `${n}.in_sum2`, `${n}.counts`]),
      ...oddTexts,
    ]),
  read: async (bytes) => fromGguf(await readGguf(memorySource('fuzz.gguf', bytes))),
  check: async (_, matrix) => {
    checkValues(matrix);
    await checkAgain(matrix);
  },
  show: shownBytes,
});
