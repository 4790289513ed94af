import { describe, expect, test } from 'vitest';
import { type ByteSource, memorySource } from '../../files/byte-source';
import { readGguf } from '../../files/gguf/read';
import { f16 } from '../../quant/formats/f16';
import { openTestModel } from '../../testing/text/sandbox';
import { huggingFaceFolder } from '../../testing/tiny-folder';
import { TINY, tinyGguf } from '../../../bench/models/tiny-llama';
import { bytesOf } from '../../util/bytes';
import { createTokenizer } from '../../text/tokenizer';

const shape = { ...TINY, type: 'F16' as const };
const sources = (shards: number): ByteSource[] =>
  huggingFaceFolder(shape, shards).map((f) => memorySource(f.path, f.bytes));

/** A SentencePiece ModelProto with eight pieces and without a dummy prefix. */
function sentencePieceModel(): Uint8Array<ArrayBuffer> {
  const field = (id: number, bytes: readonly number[]) => [(id << 3) | 2, bytes.length, ...bytes];
  const pieces: [string, number, number][] = [
    ['<unk>', 0, 2],
    ['<|start|>', 0, 3],
    ['<|end|>', 0, 3],
    ['a', -3, 1],
    ['\u2581', -4, 1],
    ['<pad>', 0, 5],
    ['b', -5, 1],
    ['ab', -1, 1],
  ];
  const encoded = pieces.flatMap(([text, score, type]) => {
    const float = new Uint8Array(Float32Array.of(score).buffer);
    return field(1, [...field(1, [...new TextEncoder().encode(text)]), (2 << 3) | 5, ...float, 3 << 3, type]);
  });
  return Uint8Array.from([...encoded, ...field(3, [3 << 3, 0])]);
}

describe('a Hugging Face folder', () => {
  test.each([1, 3])('in %i files becomes the tensors of the GGUF, byte for byte', async (shards) => {
    const model = await openTestModel(sources(shards), 'tiny');
    const gguf = await readGguf(memorySource('tiny.gguf', tinyGguf(shape)));
    expect(model.tensors.map((t) => t.name).sort()).toEqual(gguf.tensors.map((t) => t.name).sort());
    for (const want of gguf.tensors) {
      const got = model.tensors.find((t) => t.name === want.name)!;
      expect(got.shape).toEqual(want.shape);
      const stored = await want.read(0, want.sizeBytes);
      // The folder stores norms in F16, too.
      const bytes =
        want.shape.length > 1 ? stored : bytesOf(f16.decode(f16.encode(new Float32Array(stored.buffer))));
      expect(Buffer.compare(await got.read(0, got.sizeBytes), bytes), want.name).toBe(0);
    }
  });
  test('slices of an interleaved tensor are slices of the whole', async () => {
    const model = await openTestModel(sources(1), 'tiny');
    const q = model.tensors.find((t) => t.name === 'blk.1.attn_q.weight')!;
    const whole = await q.read(0, q.sizeBytes);
    const rowBytes = q.sizeBytes / q.shape[1]!;
    for (const [a, b] of [
      [0, 4],
      [60, 72],
      [100, 256],
      [5, 6],
    ])
      expect(
        Buffer.compare(await q.read(a! * rowBytes, b! * rowBytes), whole.slice(a! * rowBytes, b! * rowBytes)),
      ).toBe(0);
  });
  test('its norms become F32 and its files may come in any order', async () => {
    const model = await openTestModel(sources(2).reverse(), 'tiny');
    const norm = model.tensors.find((t) => t.name === 'output_norm.weight')!;
    expect(norm.type.label).toBe('F32');
    expect(norm.sizeBytes).toBe(4 * TINY.width);
    expect(f16.decode((await model.tensors[0]!.read(0, 8)) as Uint8Array)).toHaveLength(4);
  });
  test('its tokenizer.json is understood', async () => {
    const model = await openTestModel(sources(1), 'tiny');
    const tokenizer = createTokenizer('tiny', model.metadata);
    expect(tokenizer.summary).toBe('byte-level BPE, gpt-2, 300 tokens');
    expect(tokenizer.encode('the the', { addBos: true })).toEqual([
      0,
      ...tokenizer.encode('the the', { addBos: false }),
    ]);
  });
  test('its tokenizer.model is understood: pieces, scores, types and the missing space in front', async () => {
    const files = sources(1).filter((f) => !f.name.endsWith('tokenizer.json'));
    const model = await openTestModel(
      [...files, memorySource('tiny/tokenizer.model', sentencePieceModel())],
      'tiny',
    );
    const tokenizer = createTokenizer('tiny', model.metadata);
    expect(tokenizer.summary).toBe('SentencePiece, 300 tokens');
    expect(tokenizer.encode('ab b', { addBos: false })).toEqual([7, 4, 6]);
    expect(tokenizer.encode('\u00e9', { addBos: false })).toEqual([0]);
    expect(model.metadata.get('tokenizer.ggml.add_space_prefix')?.value).toBe(false);
  });
  test('a damaged tokenizer.model is refused', async () => {
    const files = sources(1).filter((f) => !f.name.endsWith('tokenizer.json'));
    const cut = memorySource('tiny/tokenizer.model', sentencePieceModel().slice(0, 21));
    await expect(openTestModel([...files, cut], 'tiny')).rejects.toThrow(/tokenizer\.model/);
  });
  test('without a tokenizer it opens, and says what cannot be done', async () => {
    const files = sources(1).filter((f) => !f.name.includes('tokenizer'));
    const model = await openTestModel(files, 'tiny');
    expect(model.notes.join()).toMatch(/no tokenizer/);
    expect(() => createTokenizer('tiny', model.metadata)).toThrow(/no tokenizer/);
  });
});
