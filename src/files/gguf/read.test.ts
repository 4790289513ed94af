// Files at the border of what llama.cpp takes: gguf_init_from_reader says what is right.
import { describe, expect, test } from 'vitest';
import { planQuantization } from '../../model/plan';
import { splitPlan } from '../../model/split-plan';
import { openTestModel } from '../../testing/text/sandbox';
import { writeFile } from '../../pipeline/write-file';
import { fileTypeByLabel } from '../../quant/file-types';
import { planBytes } from '../../testing/codec-hash';
import { alignmentPair, type RawGguf, rawGguf, text, u32, u64 } from '../../testing/files/raw-gguf';
import { NibbleError } from '../../util/errors';
import { MemorySink } from '../byte-sink';
import { memorySource } from '../byte-source';
import { GgufType, getNumber } from './metadata';
import { readGguf } from './read';
import { ggufHeader } from './write';

const read = (of: RawGguf) => readGguf(memorySource('m.gguf', rawGguf(of)));
const two = (offset: number): RawGguf => ({ tensors: [{ name: 'one' }, { name: 'two', offset }] });

const refused: { name: string; of: RawGguf; says: RegExp }[] = [
  {
    name: 'version 1',
    of: { version: 1 },
    says: /of version 1, of August 2023, which llama\.cpp reads no more/,
  },
  { name: 'version 0', of: { version: 0 }, says: /version at byte 8: found 0, expected 2 or 3/ },
  { name: 'version 4', of: { version: 4 }, says: /of version 4; expected version 2 or 3/ },
  { name: 'big endian', of: { version: 0x03000000 }, says: /big endian/ },
  {
    name: 'an empty key',
    of: { pairs: [['', GgufType.UINT32, u32(1)]] },
    says: /metadata key 0 at byte \d+: found an empty one/,
  },
  {
    name: 'a key twice',
    of: {
      pairs: [
        ['a', GgufType.UINT32, u32(1)],
        ['a', GgufType.BOOL, [1]],
      ],
    },
    says: /metadata key 1 at byte \d+: found "a" a second time/,
  },
  {
    name: 'an array of arrays',
    of: { pairs: [['a', GgufType.ARRAY, [...u32(GgufType.ARRAY), ...u64(0)]]] },
    says: /found an array of arrays/,
  },
  {
    name: 'a tensor twice',
    of: { tensors: [{ name: 'one' }, { name: 'one' }] },
    says: /tensor 1 at byte \d+: found "one" a second time/,
  },
  {
    name: 'names that differ behind a NUL only',
    of: { tensors: [{ name: 'one' }, { name: 'one\0two' }] },
    says: /a second time, expected each tensor once/,
  },
  {
    name: 'a name of 64 bytes',
    of: { tensors: [{ name: `${'a'.repeat(62)}é` }] },
    says: /name of tensor 0 at byte \d+: found 64 bytes, expected at most 63/,
  },
  {
    name: 'five dimensions',
    of: { tensors: [{ name: 'one', dims: [2, 2, 2, 2, 2] }] },
    says: /dimensions of tensor "one" at byte \d+: found 5, expected at most 4/,
  },
  {
    name: 'a negative dimension',
    of: { tensors: [{ name: 'one', dims: [-1], sizeBytes: 0 }] },
    says: /dimension 0 of tensor "one" at byte \d+: found 18446744073709551615/,
  },
  { name: 'a gap between tensors', of: two(64), says: /"two" begins at byte 64 of the data, expected 32/ },
  { name: 'overlapping tensors', of: two(0), says: /"two" begins at byte 0 of the data, expected 32/ },
  { name: 'an offset that is no multiple', of: two(33), says: /"two" begins at byte 33 of the data/ },
  {
    name: 'tensors in another order than their data',
    of: {
      tensors: [
        { name: 'one', offset: 32 },
        { name: 'two', offset: 0 },
      ],
    },
    says: /"one" begins at byte 32 of the data, expected 0/,
  },
  { name: 'alignment 0', of: { pairs: [alignmentPair(0)] }, says: /general\.alignment is 0 of value type 4/ },
  {
    name: 'alignment 48',
    of: { pairs: [alignmentPair(48)] },
    says: /general\.alignment is 48 .*a power of two/,
  },
  {
    name: 'an alignment in 64 bits',
    of: { pairs: [['general.alignment', GgufType.UINT64, u64(32)]] },
    says: /general\.alignment is 32 of value type 10, .*of type 4/,
  },
  {
    name: 'an alignment in words',
    of: { pairs: [['general.alignment', GgufType.STRING, text('32')]] },
    says: /general\.alignment is 32 of value type 8/,
  },
  {
    name: 'a key that aligns to 64 and data that is aligned to 32',
    of: { pairs: [alignmentPair(64)], tensors: [{ name: 'one' }, { name: 'two' }] },
    says: /"two" begins at byte 32 of the data, expected 64: .*padded to 64 bytes \(general\.alignment\)/,
  },
  {
    name: 'a type that was never given',
    of: { tensors: [{ name: 'one', type: 99 }] },
    says: /has ggml type 99, which is not known here/,
  },
];
const old = { 4: 'Q4_2', 5: 'Q4_3', 31: 'Q4_0_4_4', 32: 'Q4_0_4_8', 33: 'Q4_0_8_8' };
const interleaved = { 36: 'IQ4_NL_4_4', 37: 'IQ4_NL_4_8', 38: 'IQ4_NL_8_8' };

describe('what llama.cpp refuses', () => {
  test.each(refused)('$name', async ({ of, says }) => {
    const error = await read(of).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NibbleError);
    expect((error as NibbleError).message).toMatch(says);
    expect((error as NibbleError).message).toMatch(/^m\.gguf: /);
    expect((error as NibbleError).hint).not.toBe('');
  });
  test.each(Object.entries({ ...old, ...interleaved }))(
    'type %s is told to be old: %s',
    async (id, label) => {
      const tensors = [{ name: 'blk.0.ffn_up.weight', dims: [256], type: Number(id) }];
      const error = (await read({ tensors }).catch((e: unknown) => e)) as NibbleError;
      expect(error.message).toContain(`is ${label} (ggml type ${id}), an old type`);
      expect(error.hint).toMatch(/^Quantize the 16-bit model to (Q4_K_M|Q4_0|IQ4_NL)\b/);
    },
  );
});

describe('what llama.cpp takes', () => {
  test('no dimensions are one weight, trailing ones are none, and a dimension may be zero', async () => {
    const { tensors } = await read({
      tensors: [
        { name: 'scalar', dims: [] },
        { name: 'flat', dims: [8, 1, 1] },
        { name: 'none', dims: [8, 0, 2 ** 40] },
        { name: '', dims: [1, 2] },
      ],
    });
    expect(tensors.map((t) => t.shape)).toEqual([[1], [8], [8, 0, 2 ** 40], [1, 2]]);
    expect(tensors.map((t) => t.sizeBytes)).toEqual([4, 32, 0, 8]);
  });
  test('a name of 63 bytes, and any byte but 0 for true', async () => {
    const name = `${'a'.repeat(61)}é`;
    const { metadata, tensors } = await read({ pairs: [['b', GgufType.BOOL, [7]]], tensors: [{ name }] });
    expect(tensors[0]!.name).toBe(name);
    expect(metadata.get('b')!.value).toBe(true);
  });
  test('no padding after the last tensor', async () => {
    expect((await read({ tensors: [{ name: 'one', dims: [3] }], unpadded: true })).tensors).toHaveLength(1);
  });
  test.each([1, 2, 4, 8, 64, 4096])('alignment %i, when read and when written', async (alignment) => {
    const raw = rawGguf({
      pairs: [alignmentPair(alignment)],
      tensors: [{ name: 'a', dims: [3] }, { name: 'b', dims: [5] }, { name: 'c' }],
      alignment,
    });
    const model = await readGguf(memorySource('m.gguf', raw));
    const header = ggufHeader(model.metadata, model.tensors);
    expect(Buffer.compare(header, raw.slice(0, header.length))).toBe(0);
    const plan = planQuantization(model, fileTypeByLabel('F32')!);
    const bytes = await planBytes(plan);
    expect(bytes.length).toBe(plan.fileBytes);
    const again = await readGguf(memorySource('again.gguf', bytes));
    expect(getNumber(again.metadata, 'general.alignment')).toBe(alignment);
    expect(again.tensors.map((t) => t.name)).toEqual(['a', 'b', 'c']);
    const sink = new MemorySink();
    const encoder = {
      encode: async function* ({ source }: (typeof plan.tensors)[number]) {
        yield await source.read(0, source.sizeBytes);
      },
      check: () => undefined,
    };
    await writeFile(plan, sink, encoder);
    expect(Buffer.compare(sink.bytes(), bytes)).toBe(0);
  });
  test('splits of a file with another alignment: the first keeps the key, the others have none and 32', async () => {
    const tensors = ['a', 'b', 'c', 'd'].map((name) => ({ name, dims: [5] }));
    const raw = rawGguf({ pairs: [alignmentPair(128)], tensors, alignment: 128 });
    const plan = planQuantization(await readGguf(memorySource('m.gguf', raw)), fileTypeByLabel('F32')!);
    const parts = splitPlan(plan, 64);
    expect(parts).toHaveLength(2);
    const files = await Promise.all(parts.map(planBytes));
    for (const [i, part] of parts.entries()) expect(files[i]!.length).toBe(part.fileBytes);
    const joined = await openTestModel(
      files.map((bytes, i) => memorySource(`m-0000${i + 1}-of-00002.gguf`, bytes)),
      'm',
    );
    const whole = planQuantization(joined, fileTypeByLabel('F32')!);
    expect(Buffer.compare(await planBytes(whole), await planBytes(plan))).toBe(0);
  });
});
