import { isDeepStrictEqual } from 'node:util';
import { memorySource } from '../../../files/byte-source';
import { type ImportanceMatrix, readImatrix } from '../../../files/imatrix';
import { imatrixFile } from '../../../files/imatrix-write';
import { type Chooser, oddTexts } from '../chooser';
import { f32, group, type GroupField, pad, raw, size, text, u32, u64, written } from '../fields';
import { encodeUtf8 } from '../../../util/utf8';
import { fuzzer, rule, shownBytes } from '../reader';
import { mutatedFields } from './gguf';

const NAMES = ['blk.0.attn_q.weight', 'blk.0.ffn_down.weight', 'blk.1.ffn_up_exps.weight', 'output.weight'];

function datFields(r: Chooser): GroupField {
  const entries = group(
    ...NAMES.filter(() => r.oneIn(2)).map((name) => {
      const values = group(...Array.from({ length: 1 + r.below(5) }, () => f32(r.below(1000) / 8)));
      return group(text(4, name), u32(r.pick([0, 1, 4, 100]), [0, 1]), size(4, values), values);
    }),
  );
  const tail = r.oneIn(3) ? [] : [u32(7), text(4, r.oneIn(2) ? 'calibration.txt' : r.pick(oddTexts))];
  return group(size(4, entries), entries, ...tail);
}

function ggufFieldsOf(r: Chooser): GroupField {
  const pairs = group(
    group(text(8, 'general.type'), u32(8), text(8, 'imatrix')),
    group(text(8, 'imatrix.chunk_count'), u32(4, [4, 5, 6, 8, 10]), u32(r.below(10))),
  );
  const names = group(text(8, 'noise.txt'), text(8, r.pick(oddTexts)));
  pairs.fields.push(group(text(8, 'imatrix.datasets'), u32(9), u32(8, [4, 8]), size(8, names), names));
  const infos: GroupField[] = [];
  const data: GroupField[] = [];
  let offset = 0;
  const tensor = (name: string, shape: readonly number[], values: readonly number[]) => {
    const dims = group(...shape.map((n) => u64(n)));
    infos.push(group(text(8, name), size(4, dims), dims, u32(0, [0, 1, 24, 26]), u64(offset)));
    const bytes = new Uint8Array(Math.ceil(values.length / 8) * 32);
    new Float32Array(bytes.buffer).set(values);
    data.push(group(raw(bytes)));
    offset += bytes.length;
  };
  for (const name of NAMES.filter(() => r.oneIn(2))) {
    const experts = name.includes('exps') ? 2 : 1;
    const cols = 1 + r.below(4);
    const odd = [0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e38];
    const value = () => (r.oneIn(40) ? r.pick(odd) : r.below(1000) / 8);
    const sums = Array.from({ length: cols * experts }, value);
    const counts = Array.from({ length: experts }, () => (r.oneIn(8) ? r.pick(odd) : 4));
    tensor(`${name}.in_sum2`, experts > 1 ? [cols, experts] : [cols], sums);
    tensor(`${name}.counts`, experts > 1 ? [1, experts] : [1], counts);
  }
  return group(
    raw(Uint8Array.from([0x47, 0x47, 0x55, 0x46])),
    u32(3),
    size(8, group(...infos)),
    size(8, pairs),
    pairs,
    group(...infos),
    pad(32),
    group(...data),
  );
}

/** A matrix as a .dat again, with a count of one for each sum. */
function datOf({ entries, chunks, datasets }: ImportanceMatrix): Uint8Array<ArrayBuffer> {
  const all = [...entries].map(([name, sums]) => {
    const values = group(...[...sums].map((v) => f32(v)));
    return group(sized(name), u32(1), size(4, values), values);
  });
  return written(group(size(4, group(...all)), ...all, u32(chunks), sized(datasets[0] ?? '')));
}
const sized = (name: string): GroupField => {
  const bytes = raw(encodeUtf8(name));
  return group(size(4, bytes), bytes);
};

function checkValues(matrix: ImportanceMatrix): void {
  rule(matrix.entries.size > 0, 'it has entries');
  rule(Number.isSafeInteger(matrix.chunks) && matrix.chunks >= 0, `${matrix.chunks} is a count of chunks`);
  for (const [name, values] of matrix.entries) {
    rule(values.length > 0, `${name} has columns`);
    rule(
      values.every((v) => Number.isFinite(v) && v >= 0),
      `${name} holds mean squares`,
    );
  }
}

/** Written with a count of one, and read again, the means are the same. */
async function checkAgain(matrix: ImportanceMatrix): Promise<void> {
  // Names in a GGUF have .in_sum2 behind them, and are no longer for that.
  if ([...matrix.entries.keys()].some((name) => encodeUtf8(name).length > 63 - '.in_sum2'.length)) return;
  const entries = new Map(
    [...matrix.entries].map(([name, sums]) => [name, { sums, counts: Float32Array.of(1) }]),
  );
  const { datasets, chunks } = matrix;
  const file = imatrixFile({ dataset: datasets[0] ?? '', chunks, chunkTokens: 512, entries });
  const copy = await readImatrix(memorySource('again.gguf', file));
  rule(
    isDeepStrictEqual(new Map([...copy.entries].sort()), new Map([...matrix.entries].sort())),
    'means again',
  );
  rule(copy.chunks === chunks, 'chunks are the same again');
}

export const imatrixDat = fuzzer<Uint8Array<ArrayBuffer>, ImportanceMatrix>({
  name: 'imatrix-dat',
  sources: ['src/files/imatrix.ts'],
  inputs: 1_000_000,
  make: (r) => mutatedFields(r, datFields(r), [...NAMES, ...oddTexts]),
  read: (bytes) => readImatrix(memorySource('fuzz.dat', bytes)),
  check: async (_, matrix) => {
    checkValues(matrix);
    await checkAgain(matrix);
    const copy = await readImatrix(memorySource('again.dat', datOf(matrix)));
    rule(
      isDeepStrictEqual({ ...copy, label: matrix.label, datasets: [] }, { ...matrix, datasets: [] }),
      'the same in a .dat',
    );
  },
  show: shownBytes,
});

export const imatrixGguf = fuzzer<Uint8Array<ArrayBuffer>, ImportanceMatrix>({
  name: 'imatrix-gguf',
  sources: ['src/files/imatrix.ts'],
  inputs: 1_000_000,
  make: (r) =>
    mutatedFields(r, ggufFieldsOf(r), [
      ...NAMES.flatMap((n) => [n, `${n}.in_sum2`, `${n}.counts`]),
      ...oddTexts,
    ]),
  read: (bytes) => readImatrix(memorySource('fuzz.gguf', bytes)),
  check: async (_, matrix) => {
    checkValues(matrix);
    await checkAgain(matrix);
  },
  show: shownBytes,
});
