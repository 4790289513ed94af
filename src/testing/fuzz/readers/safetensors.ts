import { isDeepStrictEqual } from 'node:util';
import { memorySource } from '../../../files/byte-source';
import { readSafetensors, type SafeTensor } from '../../../files/safetensors/read';
import type { Chooser } from '../chooser';
import { group, type GroupField, mutateFields, raw, size, u8, written } from '../fields';
import { jsonText, mutateBytes, mutateJson, type Words } from '../mutate-json';
import { fuzzer, rule, shownBytes } from '../reader';

const WIDTHS: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
  BOOL: 1,
  U8: 1,
  I8: 1,
  U16: 2,
  I16: 2,
  U32: 4,
  I32: 4,
  U64: 8,
  I64: 8,
};
const DTYPES = Object.keys(WIDTHS);
const words: Words = {
  keys: ['dtype', 'shape', 'data_offsets', '__metadata__', 'model.norm.weight', '__proto__'],
  values: [...DTYPES, 'F4', 'C64', [], [0], [2, 0], [0, 0], [2 ** 40, 2 ** 40], 0, 8],
};

/** Fields of a file with a few tensors: the length of the header, its JSON, the data. */
export function safetensorsFields(r: Chooser): GroupField {
  const header: Record<string, unknown> = r.oneIn(2) ? { __metadata__: { format: 'pt' } } : {};
  let at = 0;
  for (let i = r.below(4); i >= 0; i--) {
    const dtype = r.pick(DTYPES);
    const shape = Array.from({ length: r.below(4) }, () => r.below(4));
    const bytes = WIDTHS[dtype]! * shape.reduce((a, b) => a * b, 1);
    header[`model.layers.${i}.weight`] = { dtype, shape, data_offsets: [at, at + bytes] };
    at += bytes;
  }
  const mutated = r.oneIn(4) ? header : mutateJson(r, header, words);
  const json = raw(new TextEncoder().encode(jsonText(mutated) + ' '.repeat(r.below(3))));
  return group(size(8, json), json, raw(Uint8Array.from({ length: at }, (_, i) => i)));
}

function make(r: Chooser): Uint8Array<ArrayBuffer> {
  const fields = safetensorsFields(r);
  if (r.oneIn(4)) mutateFields(r, fields);
  if (r.oneIn(100)) fields.fields.push(u8(0));
  const bytes = written(fields);
  return r.oneIn(8) ? mutateBytes(r, bytes) : bytes;
}

/** Tensors that were read, as a file again. */
async function again(tensors: readonly SafeTensor[]): Promise<Uint8Array<ArrayBuffer>> {
  const header: [string, unknown][] = [];
  const data: Uint8Array[] = [];
  let at = 0;
  for (const t of tensors) {
    const label = t.dtype;
    header.push([t.name, { dtype: label, shape: t.shape, data_offsets: [at, at + t.sizeBytes] }]);
    data.push(await t.read(0, t.sizeBytes));
    at += t.sizeBytes;
  }
  const entries = header.map(([name, info]) => `${JSON.stringify(name)}:${JSON.stringify(info)}`);
  const json = raw(new TextEncoder().encode(`{${entries.join(',')}}`));
  return written(group(size(8, json), json, ...data.map((d) => raw(d as Uint8Array<ArrayBuffer>))));
}

const factsOf = (tensors: readonly SafeTensor[]) =>
  tensors.map((t) => [t.name, t.shape, t.type.label, t.dtype, t.sizeBytes]);

export const reader = fuzzer<Uint8Array<ArrayBuffer>, readonly SafeTensor[]>({
  name: 'safetensors',
  sources: ['src/files/safetensors/read.ts', 'src/files/ranges.ts'],
  inputs: 1_000_000,
  make,
  read: (bytes) => readSafetensors(memorySource('fuzz.safetensors', bytes)),
  check: async (bytes, tensors) => {
    let sum = 0;
    for (const t of tensors) {
      const width = WIDTHS[t.dtype] ?? 0;
      rule(
        t.shape.every((n) => Number.isSafeInteger(n) && n >= 0),
        `${t.name} has counts for dimensions`,
      );
      rule(t.sizeBytes === width * t.shape.reduce((a, b) => a * b, 1), `${t.name} is as large as its shape`);
      rule((await t.read(0, t.sizeBytes)).length === t.sizeBytes, `all of ${t.name} is in the file`);
      sum += t.sizeBytes;
    }
    rule(sum <= bytes.length, 'no byte belongs to two tensors');
    rule(new Set(tensors.map((t) => t.name)).size === tensors.length, 'each tensor has a name of its own');
    const copy = await readSafetensors(memorySource('again.safetensors', await again(tensors)));
    rule(isDeepStrictEqual(factsOf(copy), factsOf(tensors)), 'tensors are the same when written again');
    for (const [i, t] of tensors.entries())
      rule(
        Buffer.compare(await copy[i]!.read(0, t.sizeBytes), await t.read(0, t.sizeBytes)) === 0,
        `bytes of ${t.name} again`,
      );
  },
  show: shownBytes,
});
