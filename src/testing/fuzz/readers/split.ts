import { type ByteSource, memorySource } from '../../../files/byte-source';
import type { ModelFile } from '../../../files/model-file';
import { openModel } from '../../../pipeline/open';
import type { Chooser } from '../chooser';
import {
  group,
  type GroupField,
  mutateFields,
  pad,
  raw,
  size,
  text,
  u16,
  u32,
  u64,
  written,
} from '../fields';
import { mutateBytes } from '../mutate-json';
import { fuzzer, rule, shownBytes } from '../reader';
import { checkTensors, checkWrittenAgain } from './gguf';

const NAMES = ['split.no', 'split.count', 'split.tensors.count', 'token_embd.weight', 'output.weight'];

/** One of `count` files, with the tensors that fall to it. */
function partFields(index: number, count: number, all: number, names: readonly string[]): GroupField {
  const pairs = group(
    group(text(8, 'split.no'), u32(2, [2, 3, 4, 5]), u16(index, [0, 1, 2])),
    group(text(8, 'split.count'), u32(2, [2, 3, 4, 5]), u16(count, [0, 1, 2, 3, 65535])),
    group(text(8, 'split.tensors.count'), u32(5, [4, 5, 10]), u32(all, [0, 1, 2, 3, 4])),
  );
  if (index === 0) pairs.fields.unshift(group(text(8, 'general.architecture'), u32(8), text(8, 'llama')));
  let offset = 0;
  const infos = group(
    ...names.map((name) => {
      const info = group(text(8, name), size(4, group(u64(8))), u64(8), u32(0, [0, 1, 30]), u64(offset));
      offset += 32;
      return info;
    }),
  );
  return group(
    raw(Uint8Array.from([0x47, 0x47, 0x55, 0x46])),
    u32(3),
    size(8, infos),
    size(8, pairs),
    pairs,
    infos,
    pad(32),
    raw(Uint8Array.from({ length: offset }, (_, i) => i + index)),
  );
}

export type SplitFiles = readonly { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }[];

/** A model of two or three files; one of them mutated, or a file lost, doubled, moved or of another name. */
export function makeSplit(r: Chooser): SplitFiles {
  const count = 2 + r.below(2);
  const names = Array.from({ length: 1 + r.below(5) }, (_, i) => NAMES[3 + i] ?? `blk.${i}.ffn_up.weight`);
  const victim = r.below(count + 1);
  const files = Array.from({ length: count }, (_, index) => {
    const own = names.filter((_, i) => i % count === index);
    const fields = partFields(index, count, names.length, own);
    if (index === victim) mutateFields(r, fields, NAMES);
    const bytes = written(fields);
    const five = (n: number) => String(n).padStart(5, '0');
    return {
      name: `m-${five(index + 1)}-of-${five(count)}.gguf`,
      bytes: index === victim && r.oneIn(8) ? mutateBytes(r, bytes) : bytes,
    };
  });
  if (r.oneIn(6)) files.splice(r.below(files.length), 1);
  if (r.oneIn(8) && files.length > 0) files.push(r.pick(files));
  if (r.oneIn(3)) files.reverse();
  if (r.oneIn(20))
    return r.oneIn(4)
      ? []
      : [{ name: r.pick(['x.gguf', 'x.bin']), bytes: mutateBytes(r, files[0]?.bytes ?? new Uint8Array(4)) }];
  if (r.oneIn(6))
    return files.map((f, i) => ({
      ...f,
      name: `${r.oneIn(2) ? 'm' : r.pick(['m/a', 'm/b', `m/${i}`])}/${f.name}`,
    }));
  if (r.oneIn(20)) files.push({ name: 'config.json', bytes: new TextEncoder().encode('{}') });
  return files;
}

export const sourcesOf = (files: SplitFiles): ByteSource[] => files.map((f) => memorySource(f.name, f.bytes));

export const reader = fuzzer<SplitFiles, ModelFile>({
  name: 'split',
  sources: ['src/files/gguf/split.ts', 'src/pipeline/open.ts'],
  inputs: 1_000_000,
  make: makeSplit,
  read: (files) => openModel(sourcesOf(files), 'm'),
  check: async (files, model) => {
    const all = memorySource('all', new Uint8Array(files.reduce((n, f) => n + f.bytes.length, 0)));
    await checkTensors(all, model);
    for (const key of NAMES.slice(0, 3))
      rule(
        !model.metadata.has(key) || files.length === 1 || files.some((f) => f.name.includes('/')),
        `${key} is no key of the whole`,
      );
    await checkWrittenAgain(all, model);
  },
  show: (files) => files.map((f) => `${f.name} ${shownBytes(f.bytes)}`).join('\n'),
});
