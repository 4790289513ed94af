import { describe, expect, test } from 'vitest';
import { memorySource } from '../../files/byte-source';
import { ggmlTypeByLabel } from '../../files/ggml-types';
import { getNumbers, getString } from '../../files/gguf/metadata';
import type { TensorSource } from '../../files/model-file';
import { f16 } from '../../quant/formats/f16';
import { openTestModel } from '../../testing/text/sandbox';
import { checkpointFiles } from '../../testing/checkpoints';
import {
  floatTensor,
  jsonFile,
  type NamedBytes,
  safetensorsFile,
  type StoredTensor,
} from '../../testing/safetensors-file';
import { byteLevelTokenizer } from '../../testing/tiny-tokenizers';
import { createTokenizer } from '../../text/tokenizer';
import { NibbleError } from '../../util/errors';
import { bytesOf } from '../../util/bytes';
import { noise } from '../../util/random';
import { fp8Table } from '../../checkpoint/parts/small-floats';
import { plusOne, rowsOf, stacked, transposed } from './tensors/lazy';

const open = (files: readonly NamedBytes[], options = {}) =>
  openTestModel(
    files.map((f) => memorySource(f.path, f.bytes)),
    'tiny',
    options,
  );
const replaced = (files: readonly NamedBytes[], ...by: NamedBytes[]): NamedBytes[] => [
  ...files.filter((f) => !by.some((b) => b.path === f.path)),
  ...by,
];

function matrix(rows: number, cols: number, name = 'm', seed = 1): TensorSource & { values: Float32Array } {
  const values = noise(rows * cols, seed);
  const bytes = bytesOf(values);
  return {
    name,
    shape: [cols, rows],
    type: ggmlTypeByLabel('F32'),
    sizeBytes: bytes.length,
    read: (a, b) => Promise.resolve(bytes.slice(a, b)),
    values,
  };
}

describe('tensors made of tensors', () => {
  const cases: { name: string; tensor: TensorSource; want: number[] }[] = (() => {
    const m = matrix(12, 7);
    const at = (r: number, c: number) => m.values[r * 7 + c]!;
    const halves = { ...m, type: ggmlTypeByLabel('F16'), sizeBytes: m.sizeBytes / 2 };
    const encoded = f16.encode(m.values as Float32Array<ArrayBuffer>);
    const range = (n: number) => Array.from({ length: n }, (_, i) => i);
    return [
      {
        name: 'transposed',
        tensor: transposed(m),
        want: range(7).flatMap((c) => range(12).map((r) => at(r, c))),
      },
      {
        name: 'stacked',
        tensor: stacked('s', [m, matrix(12, 7, 'n', 2), m]),
        want: [...m.values, ...matrix(12, 7, 'n', 2).values, ...m.values],
      },
      {
        name: 'rows of each matrix',
        tensor: rowsOf(stacked('s', [m, m]), 3, 8),
        want: [...m.values.slice(21, 56), ...m.values.slice(21, 56)],
      },
      { name: 'plus one', tensor: plusOne(m), want: [...m.values.map((v) => v + 1)] },
      {
        name: 'plus one in float16',
        tensor: plusOne({ ...halves, read: (a, b) => Promise.resolve(encoded.slice(a, b)) }),
        want: [...f16.decode(f16.encode(f16.decode(encoded).map((v) => v + 1)))],
      },
    ];
  })();
  test.each(cases)('$name: any slice is a slice of the whole', async ({ tensor, want }) => {
    const whole = bytesOf(Float32Array.from(want));
    expect(tensor.sizeBytes).toBe(whole.length);
    for (let a = 0; a < whole.length; a += 20)
      for (const b of [a + 4, a + 28, whole.length])
        if (b <= whole.length)
          expect(Buffer.compare(await tensor.read(a, b), whole.slice(a, b)), `${a} to ${b}`).toBe(0);
  });
  test('experts of different shapes are refused', () => {
    expect(() => stacked('s', [matrix(4, 4), matrix(4, 8, 'odd')])).toThrow(/"odd" is F32 \[8,4\]/);
  });
});

describe('FP8', () => {
  test('e4m3 and e5m2: the ends, the smallest, no infinity in e4m3', () => {
    const e4 = fp8Table('F8_E4M3');
    expect([e4[0x01], e4[0x38], e4[0x7e], e4[0xfe]]).toEqual([2 ** -9, 1, 448, -448]);
    expect(e4[0x7f]).toBeNaN();
    const e5 = fp8Table('F8_E5M2');
    expect([e5[0x01], e5[0x3c], e5[0x7b], e5[0x7c]]).toEqual([2 ** -16, 1, 57344, Number.POSITIVE_INFINITY]);
  });
  test.each([
    { name: 'a scale of the tensor', scale: [1], suffix: '_scale', block: undefined },
    { name: 'a scale of each row', scale: [64, 1], suffix: '_scale', block: undefined },
    { name: 'a scale of each block', scale: [2, 2], suffix: '_scale_inv', block: [32, 32] },
  ])('$name', async ({ scale, suffix, block }) => {
    const files = checkpointFiles('llama', 'tiny');
    const name = 'model.layers.0.self_attn.o_proj.weight';
    const codes = Uint8Array.from({ length: 64 * 64 }, (_, i) => (i * 37) % 127);
    const scales = noise(
      scale.reduce((a, b) => a * b, 1),
      3,
    );
    const stored: StoredTensor[] = [
      { name, shape: [64, 64], dtype: 'F8_E4M3', bytes: codes },
      floatTensor(name + suffix, scale, 'F32', scales),
    ];
    const config = JSON.parse(new TextDecoder().decode(files[1]!.bytes)) as object;
    const weights = await withTensors(files, stored);
    const model = await open(
      replaced(
        files,
        weights,
        jsonFile('tiny/config.json', {
          ...config,
          quantization_config: { quant_method: 'fp8', weight_block_size: block },
        }),
      ),
    );
    const tensor = model.tensors.find((t) => t.name === 'blk.0.attn_output.weight')!;
    const got = new Float32Array((await tensor.read(0, tensor.sizeBytes)).slice().buffer);
    const table = fp8Table('F8_E4M3');
    const factor = (row: number, col: number) =>
      scale.length === 1 ? scales[0]! : block ? scales[(row >> 5) * 2 + (col >> 5)]! : scales[row]!;
    const want = Float32Array.from(codes, (c, i) => table[c]! * factor(i >> 6, i & 63));
    expect(tensor.type.label).toBe('F32');
    expect(got).toEqual(want);
    expect(model.tensors.some((t) => t.name.includes('scale'))).toBe(false);
  });
  test('weights of other quantizers are refused by name', async () => {
    const files = checkpointFiles('llama', 'tiny');
    const odd = floatTensor('model.layers.0.mlp.up_proj.qweight', [8, 8], 'F32', noise(64, 1));
    await expect(open(replaced(files, await withTensors(files, [odd])))).rejects.toThrow(
      /qweight" is packed/,
    );
  });
});

/** Returns the weight file with tensors replaced or added. */
async function withTensors(files: readonly NamedBytes[], by: readonly StoredTensor[]): Promise<NamedBytes> {
  const { readSafetensors } = await import('../../files/safetensors/read');
  const file = files.find((f) => f.path.endsWith('.safetensors'))!;
  const kept = (await readSafetensors(memorySource(file.path, file.bytes))).filter(
    (t) => !by.some((b) => b.name === t.name),
  );
  const stored = await Promise.all(
    kept.map(async (t) => ({
      name: t.name,
      shape: t.shape,
      dtype: t.type.label,
      bytes: await t.read(0, t.sizeBytes),
    })),
  );
  return safetensorsFile(file.path, [...stored, ...by]);
}

describe('what a folder cannot say', () => {
  const llama = checkpointFiles('llama', 'tiny');
  const files = checkpointFiles('qwen3', 'tiny');
  const odd = byteLevelTokenizer(320, ['<|start|>'], {
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: 'odd+' }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
  });
  const strange = replaced(files, jsonFile('tiny/tokenizer.json', odd));
  test('an unknown pre-tokenizer is refused with what was seen', async () => {
    await expect(open(strange)).rejects.toThrow(/not known here: odd\+ \(check hash [0-9a-f]{64}\)/);
  });
  test('or taken on the word of the person, if it is a name', async () => {
    const model = await open(strange, { preTokenizer: 'qwen2' });
    expect(getString(model.metadata, 'tokenizer.ggml.pre')).toBe('qwen2');
    await expect(open(strange, { preTokenizer: 'qwen9' })).rejects.toThrow(/"qwen9" is not known/);
  });
  test('one that is found by its expressions is said', async () => {
    expect((await open(files)).notes.join()).toMatch(/"gpt-2" was found by its expressions/);
  });
  test('an architecture that is not known is named, with those that are', async () => {
    const config = jsonFile('tiny/config.json', { architectures: ['MambaForCausalLM'] });
    await expect(open(replaced(files, config))).rejects.toThrow(/MambaForCausalLM.*known: LlamaForCausalLM/);
  });
  test('a tensor without a place is named', async () => {
    const extra = floatTensor('model.layers.0.self_attn.rotary.weight', [4], 'F32', noise(4, 1));
    await expect(open(replaced(files, await withTensors(files, [extra])))).rejects.toThrow(
      /rotary\.weight" has no place in a Qwen3/,
    );
  });
  test('experts that are not all there are named', async () => {
    const moe = checkpointFiles('mixtral', 'tiny');
    const config = JSON.parse(new TextDecoder().decode(moe[1]!.bytes)) as object;
    const more = jsonFile('tiny/config.json', { ...config, num_local_experts: 5 });
    await expect(open(replaced(moe, more))).rejects.toThrow(
      /tiny: expert tensors are missing \(6\): model\.layers\.0\.block_sparse_moe\.experts\.4\.w/,
    );
  });
  test.each([
    ['vocab_size', 1e12, /"vocab_size" is 1000000000000, expected a count/],
    ['num_hidden_layers', 1e9, /"num_hidden_layers" is 1000000000, expected a count/],
    ['num_attention_heads', 'four', /"num_attention_heads.*" is "four", expected a number/],
    ['num_attention_heads', 3, /rows, which 3 heads do not divide/],
  ])('config.json with %s of %s', async (key, value, says) => {
    const config = JSON.parse(new TextDecoder().decode(llama[1]!.bytes)) as object;
    await expect(
      open(replaced(llama, jsonFile('tiny/config.json', { ...config, [key]: value }))),
    ).rejects.toThrow(says);
  });
  test('JSON of any shape is refused or read, and the page lives on', async () => {
    const shapes: unknown[] = [
      null,
      7,
      'x',
      [],
      {},
      { model: {} },
      { model: { type: 'BPE', vocab: { a: 'b' } } },
    ];
    shapes.push({
      added_tokens: [null, { id: 'x' }],
      model: { type: 'BPE', vocab: { a: 0 }, merges: [1, ['a']] },
    });
    for (const name of ['tokenizer.json', 'tokenizer_config.json', 'config.json', 'generation_config.json'])
      for (const shape of shapes) {
        const opened = open(replaced(llama, jsonFile(`tiny/${name}`, shape)));
        const result = await opened.catch((e: unknown) => e);
        const fine = result instanceof NibbleError || typeof result === 'object';
        expect(
          fine && !(result instanceof TypeError),
          `${name} ${JSON.stringify(shape)}: ${String(result)}`,
        ).toBe(true);
      }
  });
  test('SentencePiece that came as tokenizer.json keeps the order of its merges', async () => {
    const vocab = [
      '<unk>',
      ...Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`),
      '\u2581',
      'a',
      'b',
      'c',
      'bc',
      'ab',
      'abc',
    ];
    const json = {
      added_tokens: [{ id: 0, content: '<unk>', special: true }],
      model: {
        type: 'BPE',
        byte_fallback: true,
        unk_token: '<unk>',
        vocab: Object.fromEntries(vocab.map((t, i) => [t, i])),
        merges: ['b c', 'a b', 'a bc'],
      },
    };
    const mistral = checkpointFiles('mistral', 'tiny').filter((f) => !f.path.endsWith('.model'));
    const model = await open([...mistral, jsonFile('tiny/tokenizer.json', json)]);
    const tokens = (file: typeof model) =>
      createTokenizer('t', file.metadata)
        .encode('abc', { addBos: false })
        .map((id) => vocab[id]);
    // A space is prepended only if a normalizer step does so.
    expect(tokens(model)).toEqual(['abc']);
    const prepends = { ...json, normalizer: { type: 'Prepend', prepend: '\u2581' } };
    expect(tokens(await open([...mistral, jsonFile('tiny/tokenizer.json', prepends)]))).toEqual([
      '\u2581',
      'abc',
    ]);
    const scores = getNumbers(model.metadata, 'tokenizer.ggml.scores')!;
    expect(scores[vocab.indexOf('bc')]).toBeGreaterThan(scores[vocab.indexOf('ab')]!);
  });
});
