import { describe, expect, test } from 'vitest';
import { memorySource } from '../../files/byte-source';
import type { ModelFile } from '../../files/model-file';
import { openTestModel } from '../../testing/text/sandbox';
import { checkpointFiles } from '../../testing/checkpoints';
import type { Sizes } from '../../testing/checkpoint-tensors';
import { jsonFile, type NamedBytes } from '../../testing/safetensors-file';

type Json = Record<string, unknown>;

const textFile = (path: string, text: string): NamedBytes => ({
  path,
  bytes: new TextEncoder().encode(text),
});
const openAll = (files: readonly NamedBytes[]): Promise<ModelFile> =>
  openTestModel(
    files.map((f) => memorySource(f.path, f.bytes)),
    'tiny',
  );
/** A checkpoint whose JSON files are changed by functions, with files beside it. */
function changed(
  recipe: string,
  change: { config?: (c: Json) => Json; tokenizer?: (c: Json) => Json },
  more: readonly NamedBytes[] = [],
  sizes: Partial<Sizes> = {},
): NamedBytes[] {
  const by: Record<string, ((c: Json) => Json) | undefined> = {
    'tiny/config.json': change.config,
    'tiny/tokenizer_config.json': change.tokenizer,
  };
  const files = checkpointFiles(recipe, 'tiny', sizes).map((f) =>
    by[f.path] ? jsonFile(f.path, by[f.path]!(JSON.parse(new TextDecoder().decode(f.bytes)) as Json)) : f,
  );
  return [...files, ...more];
}
const values = (model: ModelFile, prefix: string): Json =>
  Object.fromEntries(
    [...model.metadata]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, v]) => [key.slice(prefix.length), v.value]),
  );
const without = (json: Json, ...keys: string[]): Json =>
  Object.fromEntries(Object.entries(json).filter(([key]) => !keys.includes(key)));

describe('RoPE parameters by kind of layer', () => {
  const yarn = {
    rope_type: 'yarn',
    factor: 8,
    original_max_position_embeddings: 32,
    attention_factor: 1.25,
    beta_fast: 16,
    beta_slow: 2,
    rope_theta: 500000,
  };
  test('YaRN is read from the full attention, the other base from the sliding one', async () => {
    const model = await openAll(
      changed('olmo 3', {
        config: (c) => ({
          ...without(c, 'rope_scaling', 'rope_theta'),
          rope_parameters: {
            full_attention: yarn,
            sliding_attention: { rope_type: 'default', rope_theta: 10000 },
          },
        }),
      }),
    );
    expect(values(model, 'olmo2.rope.')).toEqual({
      'scaling.type': 'yarn',
      'scaling.factor': 8,
      'scaling.original_context_length': 32,
      'scaling.yarn_attn_factor': 1.25,
      'scaling.yarn_beta_fast': 16,
      'scaling.yarn_beta_slow': 2,
      freq_base: 500000,
      freq_base_swa: 10000,
    });
    expect(model.notes.join()).not.toMatch(/RoPE/);
  });
  test('Gemma 3 in the nested form is the file of the flat form', async () => {
    const flat = await openAll(changed('gemma 3', {}));
    const nested = await openAll(
      changed('gemma 3', {
        config: (c) => ({
          ...without(c, 'rope_scaling', 'rope_theta', 'rope_local_base_freq'),
          rope_parameters: {
            sliding_attention: { rope_type: 'default', rope_theta: 10000 },
            full_attention: { rope_type: 'linear', factor: 8, rope_theta: 1e6 },
          },
        }),
      }),
    );
    expect([...nested.metadata]).toEqual([...flat.metadata]);
    expect(values(nested, 'gemma3.rope.')).toEqual({
      'scaling.type': 'linear',
      'scaling.factor': 8,
      freq_base: 1e6,
      freq_base_swa: 10000,
    });
  });
  test('Llama 3.1 in the new form has the same factors', async () => {
    const flat = await openAll(changed('llama 3.1', {}));
    const nested = await openAll(
      changed('llama 3.1', {
        config: (c) => ({
          ...without(c, 'rope_scaling', 'rope_theta'),
          rope_parameters: { full_attention: { ...(c.rope_scaling as Json), rope_theta: c.rope_theta } },
        }),
      }),
    );
    const factors = async (m: ModelFile) => {
      const t = m.tensors.find((f) => f.name === 'rope_freqs.weight')!;
      return t.read(0, t.sizeBytes);
    };
    expect(await factors(nested)).toEqual(await factors(flat));
    expect([...nested.metadata]).toEqual([...flat.metadata]);
  });
  test.each([
    ['llama 3.1', 'rope_scaling', 'factor', { toString: 2 }],
    ['llama 3.1', 'rope_scaling', 'low_freq_factor', '1'],
    ['phi-3', 'rope_scaling', 'long_factor[3]', [1]],
    ['gemma 3', undefined, 'rope_theta', [10000]],
  ])('%s: RoPE parameters that are no numbers are named: %s.%s', async (name, place, key, bad) => {
    const [, field = key, index] = /^(\w+)(?:\[(\d+)\])?$/.exec(key)!;
    const config = (c: Json): Json => {
      const within = (place ? c[place] : c) as Json;
      const value = index === undefined ? bad : (within[field] as unknown[]).with(Number(index), bad);
      const changedParameters = { ...within, [field]: value };
      return place ? { ...c, [place]: changedParameters } : changedParameters;
    };
    await expect(openAll(changed(name, { config }))).rejects.toThrow(
      `config.json: "rope_parameters.${key}" is ${JSON.stringify(bad)}, expected a number`,
    );
  });
  test('Phi-3 keeps its factors in the nested form', async () => {
    const model = await openAll(
      changed('phi-3', {
        config: (c) => ({
          ...without(c, 'rope_scaling', 'rope_theta'),
          rope_parameters: { full_attention: { ...(c.rope_scaling as Json), rope_theta: 20000 } },
        }),
      }),
    );
    expect(model.tensors.some((t) => t.name === 'rope_factors_long.weight')).toBe(true);
    expect(values(model, 'phi3.rope.').freq_base).toBe(20000);
  });
});

describe('RoPE scaling that has no place in the file', () => {
  test.each([
    ['llama', { type: 'dynamic', factor: 2 }, 'dynamic'],
    ['llama', { rope_type: 'ntk-by-parts', factor: 4 }, 'ntk-by-parts'],
    ['llama', { rope_type: 'linear' }, 'linear'],
    ['qwen3', { rope_type: 'llama3', factor: 8 }, 'llama3'],
    ['gemma 2', { rope_type: 'yarn', factor: 8 }, 'yarn'],
  ])('%s with %o is converted without, and it is said', async (recipe, scaling, type) => {
    const bare = await openAll(changed(recipe, { config: (c) => without(c, 'rope_scaling') }));
    const model = await openAll(changed(recipe, { config: (c) => ({ ...c, rope_scaling: scaling }) }));
    expect([...model.metadata]).toEqual([...bare.metadata]);
    expect(bare.notes.join()).not.toMatch(/RoPE/);
    expect(model.notes.join()).toMatch(
      new RegExp(`RoPE scaling of type "${type}" in config.json .* left out`),
    );
  });
  test('nothing is said about a default', async () => {
    const config = (c: Json) => ({ ...c, rope_scaling: { rope_type: 'default' } });
    expect((await openAll(changed('llama', { config }))).notes.join()).not.toMatch(/RoPE/);
  });
  test('nor is a scaling of sliding layers dropped without a word', async () => {
    const config = (c: Json) => ({
      ...c,
      rope_parameters: { sliding_attention: { rope_type: 'linear', factor: 2, rope_theta: 10000 } },
    });
    expect((await openAll(changed('gemma 3', { config }))).notes.join()).toMatch(
      /"linear" of sliding window/,
    );
  });
});

describe('a wrapped text model', () => {
  const wrap = (c: Json): Json => ({
    architectures: ['Gemma3ForConditionalGeneration'],
    _name_or_path: 'acme/Tiny-Gem-3-100M-it',
    bos_token_id: 1,
    eos_token_id: [1, 2],
    text_config: {
      ...c,
      architectures: undefined,
      _name_or_path: 'inner',
      bos_token_id: 7,
      eos_token_id: 8,
      pad_token_id: 3,
    },
    vision_config: { hidden_size: 4 },
  });
  test('has the ids and the name of the root, and the sizes of the text model', async () => {
    const model = await openAll(changed('gemma 3', { config: wrap, tokenizer: () => ({ x: 1 }) }));
    expect(values(model, 'general.')).toMatchObject({
      name: 'Tiny Gem 3 100M It',
      organization: 'Acme',
      basename: 'Tiny-Gem-3',
    });
    const ids = values(model, 'tokenizer.ggml.');
    expect([ids.bos_token_id, ids.eos_token_id, ids.padding_token_id]).toEqual([1, undefined, 3]);
    expect(values(model, 'gemma3.').embedding_length).toBe(64);
  });
});

describe('chat templates', () => {
  const bare = (c: Json): Json => without(c, 'chat_template');
  const main = textFile('tiny/chat_template.jinja', '{{ bos_token }}\r\nA\rB\n');
  const tools = textFile('tiny/additional_chat_templates/tool_use.jinja', 'T{{ tools }}\r\n');
  const rag = textFile('tiny/additional_chat_templates/rag v1.jinja', 'R');
  test('chat_template.jinja is text: every line end is a newline, a mark at its beginning stays', async () => {
    const model = await openAll(changed('llama', { tokenizer: bare }, [main]));
    expect(values(model, 'tokenizer.chat_template')).toEqual({ '': '{{ bos_token }}\nA\nB\n' });
    const marked = textFile('tiny/chat_template.jinja', '\uFEFFX');
    const kept = await openAll(changed('llama', { tokenizer: bare }, [marked]));
    expect(values(kept, 'tokenizer.chat_template')).toEqual({ '': '\uFEFFX' });
  });
  test('a template in JSON keeps its line ends', async () => {
    const tokenizer = (c: Json) => ({ ...c, chat_template: 'A\r\nB\r' });
    const model = await openAll(changed('llama', { tokenizer }));
    expect(values(model, 'tokenizer.chat_template')).toEqual({ '': 'A\r\nB\r' });
  });
  test('those of additional_chat_templates are named', async () => {
    const model = await openAll(changed('llama', { tokenizer: bare }, [tools, main, rag]));
    expect(values(model, 'tokenizer.chat_template')).toEqual({
      '.rag_v1': 'R',
      '.tool_use': 'T{{ tools }}\n',
      s: ['rag_v1', 'tool_use'],
      '': '{{ bos_token }}\nA\nB\n',
    });
    expect([...model.metadata.keys()].filter((k) => k.includes('chat_template')).at(-1)).toBe(
      'tokenizer.chat_template',
    );
  });
  test('without chat_template.jinja they are left out, and it is said', async () => {
    const model = await openAll(changed('llama', { tokenizer: bare }, [tools]));
    expect(values(model, 'tokenizer.chat_template')).toEqual({});
    expect(model.notes.join()).toMatch(/additional_chat_templates is not used/);
  });
  test("tokenizer_config.json's comes first, a list of several too, and what is left unused is said", async () => {
    const list = [
      { name: 'default', template: 'D' },
      { name: 'tool_use', template: 'T' },
      { name: 'tool-use', template: 'U' },
    ];
    const tokenizer = (c: Json) => ({ ...c, chat_template: list });
    const model = await openAll(changed('llama', { tokenizer }, [main, tools]));
    expect(values(model, 'tokenizer.chat_template')).toEqual({ '.tool_use': 'U', s: ['tool_use'], '': 'D' });
    expect(model.notes.join()).toMatch(/chat_template\.jinja is not used/);
  });
  test('chat_template.json comes last, and an empty tokenizer_config.json is none', async () => {
    const json = jsonFile('tiny/chat_template.json', { chat_template: 'J' });
    const model = await openAll(changed('llama', { tokenizer: bare }, [json]));
    expect(values(model, 'tokenizer.chat_template')).toEqual({ '': 'J' });
    const none = await openAll(changed('llama', { tokenizer: () => ({}) }, [json, main]));
    expect(values(none, 'tokenizer.chat_template')).toEqual({});
    expect(none.notes.join()).toMatch(/there is no tokenizer_config.json/);
  });
  test('a template that is not UTF-8 is refused by name', async () => {
    const bad = { path: 'tiny/chat_template.jinja', bytes: Uint8Array.of(0xff, 0x41) };
    await expect(openAll(changed('llama', { tokenizer: bare }, [bad]))).rejects.toThrow(
      /tiny\/chat_template.jinja is not UTF-8/,
    );
  });
});

describe('a folder with others inside', () => {
  test.each(['/', '\\'])('is the model at its top (paths with %s)', async (slash) => {
    const own = checkpointFiles('llama', 'tiny');
    const nested = checkpointFiles('qwen3', 'tiny/checkpoint-100');
    const files = [...nested, ...own].map((f) => ({ ...f, path: f.path.replaceAll('/', slash) }));
    const [model, alone] = await Promise.all([openAll(files), openAll(own)]);
    expect([...model.metadata]).toEqual([...alone.metadata]);
    expect(model.tensors.map((t) => t.name)).toEqual(alone.tensors.map((t) => t.name));
  });
});

test("config.json may hold Python's infinities", async () => {
  const files = changed('llama', {}).map((f) =>
    f.path === 'tiny/config.json'
      ? textFile(
          f.path,
          new TextDecoder()
            .decode(f.bytes)
            .replace('{', '{"a": [-Infinity, NaN, "NaN, \\" Infinity"], "b": Infinity,'),
        )
      : f,
  );
  expect((await openAll(files)).metadata.size).toBe((await openAll(changed('llama', {}))).metadata.size);
});
