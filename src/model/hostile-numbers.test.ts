// Numbers and shapes without a meaning are refused by name, before anything is made of them.
import { describe, expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import {
  arrayValue,
  f32Value,
  GgufType,
  type MetaValue,
  stringValue,
  u32Value,
} from '../files/gguf/metadata';
import { contextFor, runtimeBytes, runtimeSizes } from './runtime';
import { runtimeShape } from '../infer/model-runtime';
import { openModel } from '../pipeline/open';
import { fileTypeByLabel } from '../quant/file-types';
import { planRow, summarize } from '../studio/summary';
import { NibbleError } from '../util/errors';
import { encodeGguf, tinyMetadata, type TinyTensor, tinyTensors } from '../../bench/models/tiny-llama';
import { planQuantization } from './plan';
import { checkRunnable } from './runnable';

const SHAPE = { width: 32, ffn: 64, layers: 2, heads: 4, kvHeads: 2, vocabulary: 40, context: 32 };
const PLAN = { context: 64, kvType: 'F16', fallbackToF16: false, strict: false } as const;

const Q4_0 = fileTypeByLabel('Q4_0')!;

type Change = readonly [key: string, value: MetaValue | null];

/** The tiny Llama with some metadata changed (null deletes) and its tensors changed. */
function open(changes: readonly Change[], tensors: readonly TinyTensor[] = tinyTensors(SHAPE)) {
  const metadata = new Map(tinyMetadata(SHAPE));
  for (const [key, value] of changes) {
    if (value === null) metadata.delete(key);
    else metadata.set(key, value);
  }
  return openModel([memorySource('odd.gguf', encodeGguf(metadata, tensors))], 'odd');
}

/** Opens, summarizes and plans; the reason for which the model cannot run, or "runs". */
async function reasonOf(changes: readonly Change[], tensors?: readonly TinyTensor[]): Promise<string> {
  const model = await open(changes, tensors);
  const summary = summarize(model);
  planRow(model, planQuantization(model, Q4_0), PLAN, 1 << 27);
  const runnable = checkRunnable(model);
  if (!runnable.ok || summary.blocked) return summary.blocked ?? '';
  // A model that runs states sizes that can be allocated.
  const bytes = runtimeBytes(runtimeShape(model, 1, { context: 64, kvType: 'F16' }));
  expect(Number.isSafeInteger(bytes) && bytes < 1 << 24, `${bytes} bytes`).toBe(true);
  return 'runs';
}

const f64 = (value: number): MetaValue => ({ type: GgufType.FLOAT64, value });
const u64 = (value: bigint): MetaValue => ({ type: GgufType.UINT64, value });
const i32 = (value: number): MetaValue => ({ type: GgufType.INT32, value });
const hostile: Readonly<Record<string, MetaValue>> = {
  NaN: f32Value(Number.NaN),
  Infinity: f32Value(Number.POSITIVE_INFINITY),
  '-Infinity': f32Value(Number.NEGATIVE_INFINITY),
  'beyond float32': f64(1e300),
  'below float32': f64(1e-300),
  'minus one': i32(-1),
  zero: u32Value(0),
  half: f32Value(0.5),
  '2^31': u32Value(2 ** 31),
  '1e9': u32Value(1e9),
  '2^60': u64(1n << 60n),
  '2^64 - 1': u64((1n << 64n) - 1n),
  'a text': stringValue('four'),
  'a truth value': { type: GgufType.BOOL, value: true },
  'an empty list': arrayValue(GgufType.UINT32, []),
  'a list of three': arrayValue(GgufType.UINT32, [4, 4, 4]),
  'a list of texts': arrayValue(GgufType.STRING, ['4', '4']),
  'a list of NaN': arrayValue(GgufType.FLOAT32, [Number.NaN, Number.NaN]),
};

/** Keys of a Llama, with the hostile values that have a meaning there. */
const keys: Readonly<Record<string, readonly string[]>> = {
  block_count: [],
  context_length: ['1e9'],
  embedding_length: [],
  feed_forward_length: [],
  'attention.head_count': [],
  'attention.head_count_kv': [],
  'attention.key_length': [],
  'attention.value_length': [],
  'attention.layer_norm_rms_epsilon': ['half'],
  'attention.scale': ['zero', 'half', '2^31', '1e9', '2^60', '2^64 - 1', 'below float32'],
  'attention.sliding_window': ['zero', '1e9'],
  'attention.sliding_window_pattern': ['1e9'],
  'rope.freq_base': ['2^31', '1e9', '2^60', '2^64 - 1'],
  'rope.freq_base_swa': ['2^31', '1e9', '2^60', '2^64 - 1'],
  'rope.dimension_count': [],
  'rope.scaling.factor': ['zero', 'half', '2^31', '1e9', '2^60', '2^64 - 1', 'below float32'],
  'rope.scaling.attn_factor': ['zero', 'half', '2^31', '1e9', '2^60', '2^64 - 1', 'below float32'],
  'rope.scaling.original_context_length': ['zero', '1e9'],
  expert_count: ['zero'],
  attn_logit_softcapping: ['zero', 'half', '2^31', '1e9', '2^60', '2^64 - 1', 'below float32'],
  final_logit_softcapping: ['zero', 'half', '2^31', '1e9', '2^60', '2^64 - 1', 'below float32'],
  logit_scale: ['zero', 'half', '2^31', '1e9', '2^60', '2^64 - 1', 'below float32'],
  embedding_scale: ['zero', 'half', '2^31', '1e9', '2^60', '2^64 - 1', 'below float32'],
  residual_scale: ['zero', 'half', '2^31', '1e9', '2^60', '2^64 - 1', 'below float32'],
};

describe('hyperparameters', () => {
  test.each(Object.entries(keys))(
    'llama.%s: every hostile value is named, or has a meaning',
    async (key, fine) => {
      for (const [what, value] of Object.entries(hostile)) {
        const found = await reasonOf([[`llama.${key}`, value]]);
        if (fine.includes(what)) expect(found, `${key}: ${what}`).toBe('runs');
        else {
          expect(found, `${key}: ${what}`).toContain('odd.gguf: ');
          // Dimensions that the tensors contradict are named by the tensor.
          expect(found, `${key}: ${what}`).toMatch(
            /llama\.|metadata says|tensors of a Llama|does not suit|larger than/,
          );
        }
      }
    },
  );
  const yarn: Change[] = [
    ['llama.rope.scaling.type', stringValue('yarn')],
    ['llama.rope.scaling.factor', f32Value(4)],
  ];
  test('of YaRN', async () => {
    expect(await reasonOf(yarn)).toBe('runs');
    for (const key of ['yarn_beta_fast', 'yarn_beta_slow'])
      for (const what of ['NaN', 'Infinity', 'zero', 'minus one', 'beyond float32', 'below float32'])
        expect(await reasonOf([...yarn, [`llama.rope.scaling.${key}`, hostile[what]!]]), what).toContain(key);
    expect(await reasonOf([...yarn, ['llama.rope.freq_base', f32Value(1)]])).toContain(
      'rope.freq_base" is 1',
    );
  });
  test('of experts', async () => {
    const used = (n: number): Change => ['llama.expert_used_count', u32Value(n)];
    const experts: Change = ['llama.expert_count', u32Value(4)];
    expect(await reasonOf([experts])).toMatch(/expert_used_count" is missing/);
    expect(await reasonOf([experts, used(0)])).toMatch(/expert_used_count" is 0, expected .* 1 to 4/);
    expect(await reasonOf([experts, used(5)])).toMatch(/expert_used_count" is 5/);
    expect(await reasonOf([['llama.expert_count', u32Value(1e9)], used(2)])).toMatch(
      /expert_count" is 1000000000/,
    );
  });
  test('one for each layer, where all agree', async () => {
    const each = (...values: number[]): Change[] => [
      ['llama.attention.head_count', arrayValue(GgufType.INT32, values)],
    ];
    expect(await reasonOf(each(4, 4))).toBe('runs');
    expect(await reasonOf(each(4, 2))).toMatch(/head_count" is 4 in layer 0 and 2 in layer 1/);
    expect(await reasonOf(each(4))).toMatch(
      /head_count" is a list of 1 values, expected .* each of 2 layers/,
    );
    expect(await reasonOf(each(4, Number.NaN))).toMatch(/head_count\[1\]" is/);
    const flags = (count: number): Change[] => [
      ['llama.attention.sliding_window_pattern', arrayValue(GgufType.BOOL, Array(count).fill(true))],
    ];
    expect(await reasonOf(flags(2))).toBe('runs');
    expect(await reasonOf(flags(3))).toMatch(/sliding_window_pattern" is a list of 3/);
  });
  test('64-bit integers count as others do', async () => {
    expect(await reasonOf([['llama.attention.head_count', u64(4n)]])).toBe('runs');
  });
  test('are needed, the epsilon among them', async () => {
    for (const key of [
      'block_count',
      'context_length',
      'embedding_length',
      'attention.layer_norm_rms_epsilon',
    ])
      expect(await reasonOf([[`llama.${key}`, null]]), key).toMatch(/is missing/);
  });
  test('zero stands for none in scales, as in llama.cpp', async () => {
    const model = await open([
      ['llama.residual_scale', f32Value(0)],
      ['llama.embedding_scale', f32Value(0)],
      ['llama.rope.scaling.type', stringValue('linear')],
      ['llama.rope.scaling.factor', f32Value(0)],
    ]);
    const found = checkRunnable(model);
    expect(found.ok && [found.h.residualScale, found.h.embeddingScale, found.h.ropeScale]).toEqual([1, 1, 1]);
  });
  test('a context is a number of tokens, and one that is too long says what fits', async () => {
    const model = await open([]);
    for (const context of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])
      expect(() => runtimeShape(model, 1, { context, kvType: 'F16' })).toThrow(NibbleError);
    const shape = runtimeShape(model, 1, { context: 1e9, kvType: 'F16' });
    expect(runtimeSizes(shape).rotation).toBe(1e9 * 8 * 4);
    const positions = { ...shape.traits, rope: 'none' } as const;
    expect(contextFor(shape.h, positions, 512)).toBe(SHAPE.context);
  });
});

const without = (name: string) => tinyTensors(SHAPE).filter((t) => t.name !== name);
const shaped = (name: string, shape: readonly number[]): TinyTensor => ({
  name,
  shape,
  values: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});

describe('shapes', () => {
  const all = tinyTensors(SHAPE);
  test.each(all.map((t) => t.name))(
    '%s: another size of each dimension, a rank more and a rank less',
    async (name) => {
      const { shape } = all.find((t) => t.name === name)!;
      const wrong = [
        ...shape.map((_, i) => shape.map((n, j) => (i === j ? 2 * n : n))),
        [...shape, 2],
        ...(shape.length > 1 ? [[shape[0]! * shape[1]!]] : []),
      ];
      for (const other of wrong)
        expect(await reasonOf([], [...without(name), shaped(name, other)]), `${other}`).toContain(
          `${name} has shape [${other}], but the metadata says [${shape}]`,
        );
    },
  );
  const optional: readonly (readonly [string, readonly number[]])[] = [
    ['blk.0.attn_q.bias', [32]],
    ['blk.0.attn_k.bias', [16]],
    ['blk.0.attn_v.bias', [16]],
    ['blk.0.attn_output.bias', [32]],
    ['blk.1.ffn_up.bias', [64]],
    ['blk.1.ffn_gate.bias', [64]],
    ['blk.1.ffn_down.bias', [32]],
    ['rope_freqs.weight', [4]],
    ['output.bias', [40]],
  ];
  test.each(optional)('%s is optional, and has its shape where it is there', async (name, shape) => {
    expect(await reasonOf([], [...all, shaped(name, shape)])).toBe('runs');
    for (const other of [[shape[0]! + 4], [shape[0]!, 2], [1]])
      expect(await reasonOf([], [...all, shaped(name, other)]), `${other}`).toContain(`${name} has shape`);
  });
  test('a dimension of one behind a shape is none', async () => {
    const norm = all.find((t) => t.name === 'output_norm.weight')!;
    const as = { ...norm, shape: [...norm.shape, 1] };
    const model = await open([], [...without(norm.name), as]);
    expect(model.tensors.at(-1)!.shape).toEqual([32]);
    expect(checkRunnable(model).ok).toBe(true);
  });
  test('a tensor that the graph would leave out is named', async () => {
    expect(await reasonOf([], [...all, shaped('blk.0.attn_sinks.weight', [4])])).toContain(
      '1 tensors have no place in the graph of a Llama: blk.0.attn_sinks.weight',
    );
  });
  test('a type and a score for each token', async () => {
    for (const key of ['tokenizer.ggml.scores', 'tokenizer.ggml.token_type'])
      for (const count of [0, 39, 41]) {
        const found = await reasonOf([[key, arrayValue(GgufType.INT32, Array(count).fill(1))]]);
        expect(found).toContain(`odd.gguf: metadata "${key}" is no list of 40 numbers`);
      }
    const nan = arrayValue(GgufType.FLOAT32, Array(40).fill(Number.NaN));
    expect(await reasonOf([['tokenizer.ggml.scores', nan]])).toContain('tokenizer.ggml.scores');
  });
  test('as many tokens as rows', async () => {
    const tokens = arrayValue(
      GgufType.STRING,
      Array.from({ length: 44 }, (_, i) => `t${i}`),
    );
    expect(
      await reasonOf([
        ['tokenizer.ggml.tokens', tokens],
        ['tokenizer.ggml.scores', null],
        ['tokenizer.ggml.token_type', null],
      ]),
    ).toContain('token_embd.weight has shape [32,40], but the metadata says [32,44]');
  });
});
