import type { ImportanceMatrix } from '../../files/imatrix';
import { type Chooser, oddTexts } from './chooser';
import { f32, group, type GroupField, pad, raw, size, text, u32, u64, written } from './fields';
import { encodeUtf8 } from '../../util/utf8';
import { rule } from './reader';

export const NAMES = [
  'blk.0.attn_q.weight',
  'blk.0.ffn_down.weight',
  'blk.1.ffn_up_exps.weight',
  'output.weight',
];

export function datFields(r: Chooser): GroupField {
  const entries = group(
    ...NAMES.filter(() => r.oneIn(2)).map((name) => {
      const values = group(...Array.from({ length: 1 + r.below(5) }, () => f32(r.below(1000) / 8)));
      return group(text(4, name), u32(r.pick([0, 1, 4, 100]), [0, 1]), size(4, values), values);
    }),
  );
  const tail = r.oneIn(3) ? [] : [u32(7), text(4, r.oneIn(2) ? 'calibration.txt' : r.pick(oddTexts))];
  return group(size(4, entries), entries, ...tail);
}

export function ggufFieldsOf(r: Chooser): GroupField {
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
export function datOf({ entries, chunks, datasets }: ImportanceMatrix): Uint8Array<ArrayBuffer> {
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

export function checkValues(matrix: ImportanceMatrix): void {
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
