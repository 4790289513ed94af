import { isDeepStrictEqual } from 'node:util';
import { type ByteSource, memorySource } from '../../../files/byte-source';
import { ggmlTypes } from '../../../files/ggml-types';
import { readGguf } from '../../../files/gguf/read';
import { ggufDataBytes, ggufHeader } from '../../../files/gguf/write';
import type { ModelFile } from '../../../files/model-file';
import { type Chooser, oddTexts } from '../chooser';
import {
  type Field,
  f32,
  f64,
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
  u8,
  written,
} from '../fields';
import { mutateBytes } from '../mutate-json';
import { fuzzer, rule, shownBytes } from '../reader';

const VALUE_TYPES = Array.from({ length: 14 }, (_, i) => i);
const TENSOR_TYPES = [...ggmlTypes.map((t) => t.id), 4, 31, 32, 33, 36, 43];
const KEYS = [
  'general.architecture',
  'general.alignment',
  'general.name',
  'split.no',
  'split.count',
  'tokenizer.ggml.tokens',
  'llama.block_count',
];

const scalars: Readonly<Record<number, (r: Chooser) => Field>> = {
  0: (r) => u8(r.below(256)),
  1: (r) => u8(r.below(256)),
  2: (r) => u16(r.below(65536)),
  3: (r) => u16(r.below(65536)),
  4: (r) => u32(r.below(1000)),
  5: (r) => u32(r.below(1000)),
  6: (r) => f32(r.below(100) / 7),
  7: (r) => u8(r.below(2), [0, 1, 2]),
  8: (r) => text(8, r.pick(oddTexts)),
  10: (r) => u64(r.below(1e9)),
  11: (r) => u64(r.below(1e9)),
  12: (r) => f64(r.below(100) / 7),
};
const SCALARS = Object.keys(scalars).map(Number);

function pairOf(r: Chooser, key: string): GroupField {
  if (key === 'general.alignment')
    return group(text(8, key), u32(4, VALUE_TYPES), u32(r.pick([8, 32, 64]), [1, 4, 16]));
  const type = r.pick(SCALARS);
  if (!r.oneIn(4)) return group(text(8, key), u32(type, VALUE_TYPES), scalars[type]!(r));
  const items = group(...Array.from({ length: r.below(5) }, () => scalars[type]!(r)));
  return group(text(8, key), u32(9, VALUE_TYPES), u32(type, VALUE_TYPES), size(8, items), items);
}

/** Fields of a GGUF with a few pairs and tensors, as its writers make it. */
export function ggufFields(r: Chooser): GroupField {
  const alignment = r.oneIn(3) ? r.pick([8, 16, 64]) : 32;
  const keys = [...KEYS].filter(() => r.oneIn(2)).filter((k) => k !== 'general.alignment');
  const pairs = group(...keys.map((key) => pairOf(r, key)));
  if (alignment !== 32)
    pairs.fields.push(group(text(8, 'general.alignment'), u32(4, VALUE_TYPES), u32(alignment, [1, 8])));
  let offset = 0;
  const infos = group(
    ...Array.from({ length: r.below(4) }, (_, i) => {
      const type = r.pick(ggmlTypes);
      const shape = [
        type.blockSize * (1 + r.below(2)),
        ...Array.from({ length: r.below(3) }, () => 1 + r.below(2)),
      ];
      const bytes = (shape.reduce((a, b) => a * b, 1) / type.blockSize) * type.blockBytes;
      const dims = group(...shape.map((n) => u64(n)));
      const info = group(
        text(8, `blk.${i}.ffn_up.weight`),
        size(4, dims),
        dims,
        u32(type.id, TENSOR_TYPES),
        u64(offset),
      );
      offset += Math.ceil(bytes / alignment) * alignment;
      return info;
    }),
  );
  const data = Uint8Array.from({ length: offset }, (_, i) => i);
  return group(
    raw(Uint8Array.from([0x47, 0x47, 0x55, 0x46])),
    u32(r.oneIn(4) ? 2 : 3, [1, 2, 3, 4, 0x03000000]),
    size(8, infos),
    size(8, pairs),
    pairs,
    infos,
    pad(alignment),
    raw(data),
  );
}

/** Bytes of mutated fields, and of mutated bytes. */
export function mutatedFields(
  r: Chooser,
  fields: GroupField,
  names: readonly string[],
): Uint8Array<ArrayBuffer> {
  if (!r.oneIn(20)) mutateFields(r, fields, names);
  const bytes = written(fields);
  return r.oneIn(5) ? mutateBytes(r, bytes) : bytes;
}

/** Rules for tensors of any file: inside it, apart, named once, as large as type and shape say. */
export async function checkTensors(source: ByteSource, model: ModelFile): Promise<Uint8Array[]> {
  rule(
    new Set(model.tensors.map((t) => t.name)).size === model.tensors.length,
    'each tensor has a name of its own',
  );
  const read: Uint8Array[] = [];
  let sum = 0;
  for (const t of model.tensors) {
    const elements = t.shape.reduce((n, d) => n * d, 1);
    rule(t.shape.length >= 1 && t.shape.length <= 4, `${t.name} has one to four dimensions`);
    rule(
      t.shape.every((n) => Number.isSafeInteger(n) && n >= 0),
      `${t.name} has counts for dimensions`,
    );
    rule(t.shape[0]! % t.type.blockSize === 0, `rows of ${t.name} are whole blocks`);
    rule(
      t.sizeBytes === (elements / t.type.blockSize) * t.type.blockBytes,
      `${t.name} is as large as its shape`,
    );
    sum += t.sizeBytes;
    const bytes = await t.read(0, t.sizeBytes);
    rule(bytes.length === t.sizeBytes, `all of ${t.name} is in the file`);
    read.push(bytes);
  }
  rule(sum <= source.sizeBytes, 'no byte belongs to two tensors');
  return read;
}

/** A file with other bytes in the place of its tensors', and the same otherwise. */
function again(model: ModelFile, data: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const header = ggufHeader(model.metadata, model.tensors);
  const length = header.length + writtenDataBytes(model);
  const out = new Uint8Array(length);
  out.set(header);
  let at = header.length;
  for (const bytes of data) {
    out.set(bytes, at);
    at += Math.ceil(bytes.length / alignmentOf(model)) * alignmentOf(model);
  }
  return out;
}
const alignmentOf = (model: ModelFile): number =>
  Number(model.metadata.get('general.alignment')?.value ?? 32);
const writtenDataBytes = (model: ModelFile): number => ggufDataBytes(model.metadata, model.tensors);

/** The contents of a GGUF are written and read again: it is the same. */
export async function checkWrittenAgain(source: ByteSource, model: ModelFile): Promise<void> {
  const data = await checkTensors(source, model);
  const copy = await readGguf(memorySource('again.gguf', again(model, data)));
  rule(isDeepStrictEqual([...copy.metadata], [...model.metadata]), 'metadata is the same when written again');
  for (const [i, t] of model.tensors.entries()) {
    const { name, shape, type } = copy.tensors[i]!;
    rule(
      isDeepStrictEqual([name, shape, type.id], [t.name, t.shape, t.type.id]),
      `${t.name} is the same again`,
    );
    rule(
      Buffer.compare(await copy.tensors[i]!.read(0, t.sizeBytes), data[i]!) === 0,
      `bytes of ${t.name} again`,
    );
  }
}

export const reader = fuzzer<Uint8Array<ArrayBuffer>, ModelFile>({
  name: 'gguf',
  sources: ['src/files/gguf/read.ts', 'src/files/gguf/header-reader.ts', 'src/files/ranges.ts'],
  inputs: 1_000_000,
  make: (r) => mutatedFields(r, ggufFields(r), [...KEYS, ...oddTexts]),
  read: (bytes) => readGguf(memorySource('fuzz.gguf', bytes)),
  check: (bytes, model) => checkWrittenAgain(memorySource('fuzz.gguf', bytes), model),
  show: shownBytes,
});
