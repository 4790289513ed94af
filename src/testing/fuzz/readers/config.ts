import { isDeepStrictEqual } from 'node:util';
import { memorySource } from '../../../files/byte-source';
import type { Metadata } from '../../../files/gguf/metadata';
import { readGguf } from '../../../files/gguf/read';
import { ggufHeader } from '../../../files/gguf/write';
import { parseJson } from '../../../files/json';
import { architectures } from '../../../model/arch/registry';
import type { Json } from '../../../files/json';
import { Config } from '../../../model/convert/checkpoint/config';
import { MetadataWriter } from '../../../model/convert/metadata/metadata-writer';
import { readHyperparameters } from '../../../model/hyperparameters';
import { UnsupportedError } from '../../../util/errors';
import { recipes } from '../../checkpoints';
import type { Chooser } from '../chooser';
import { mutatedJson, type Words } from '../mutate-json';
import { fuzzer, rule, shownBytes } from '../reader';

const kinds = Object.values(recipes);
const seeds = kinds.map((recipe) =>
  JSON.stringify({
    architectures: [recipe.class],
    hidden_size: 64,
    intermediate_size: 96,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 512,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    vocab_size: 320,
    eos_token_id: 2,
    ...recipe.config,
  }),
);
const inner = JSON.parse(seeds[0]!) as Json;
seeds.push(
  JSON.stringify({
    architectures: ['Gemma3ForConditionalGeneration'],
    text_config: JSON.parse(seeds[13] ?? '{}'),
  }),
  JSON.stringify({
    ...inner,
    architectures: ['Olmo3ForCausalLM'],
    sliding_window: 8,
    layer_types: ['sliding_attention', 'full_attention'],
    rope_parameters: {
      full_attention: { rope_type: 'yarn', rope_theta: 5e5, factor: 8, original_max_position_embeddings: 64 },
      sliding_attention: { rope_type: 'default', rope_theta: 1e4 },
    },
  }),
);
seeds.push(
  JSON.stringify({
    ...inner,
    architectures: ['Qwen3MoeForCausalLM'],
    is_causal: false,
    score_function: 'sigmoid',
    num_experts: 8,
    num_experts_per_tok: 2,
    moe_intermediate_size: 32,
    rope_scaling: { rope_type: 'default', mrope_section: [4, 2, 2] },
    head_dim: 16,
  }),
);
const words: Words = {
  keys: [
    ...new Set(seeds.flatMap((seed) => Object.keys(JSON.parse(seed) as object))),
    'rope_type',
    'type',
    'factor',
  ],
  values: [
    ...kinds.map((k) => [k.class]),
    'linear',
    'dynamic',
    'yarn',
    'longrope',
    'llama3',
    'su',
    'softmax',
    'sigmoid',
    false,
    [4, 2, 2],
    'default',
    { rope_type: 'linear', factor: 2 },
    { rope_type: 'yarn', factor: 2, original_max_position_embeddings: 64, attention_factor: 1 },
    { rope_type: 'llama3', factor: 8 },
    ['sliding_attention', 'full_attention'],
    0,
    1,
    64,
    1e9,
    Number.MAX_SAFE_INTEGER,
  ],
};

/** The metadata that a config becomes, and what the graph reads of it. */
function read(bytes: Uint8Array): Metadata {
  const config = new Config(parseJson(bytes, 'config.json').value as Json, 'fuzz');
  for (const architecture of architectures)
    for (const source of architecture.huggingFace)
      if (source.classes.includes(config.architecture)) {
        const out = new MetadataWriter(architecture.id);
        source.extra?.(config, out);
        source.parameters(config, out);
        rule(config.vocabularySize === undefined || config.vocabularySize > 0, 'a vocabulary has tokens');
        readHyperparameters('fuzz', out.entries);
        return out.entries;
      }
  throw new UnsupportedError(`"${config.architecture}" is no architecture`);
}

export const reader = fuzzer<Uint8Array<ArrayBuffer>, Metadata>({
  name: 'config',
  sources: [
    'src/model/convert/checkpoint/config.ts',
    'src/model/convert/metadata/parameters.ts',
    'src/model/convert/metadata/rope.ts',
    'src/model/hyperparameters.ts',
  ],
  inputs: 1_000_000,
  make: (r: Chooser) => mutatedJson(r, r.pick(seeds), words),
  read,
  check: async (_, metadata) => {
    for (const [key, { value }] of metadata)
      for (const item of Array.isArray(value) ? (value as unknown[]) : [value])
        rule(typeof item !== 'number' || Number.isFinite(item), `${key} is ${String(item)}`);
    const h = readHyperparameters('fuzz', metadata);
    for (const [name, value] of Object.entries(h))
      rule(typeof value !== 'number' || Number.isFinite(value), `${name} is ${String(value)}`);
    for (const name of ['layers', 'width', 'heads', 'kvHeads', 'headDim', 'contextLength'] as const)
      rule(Number.isInteger(h[name]) && h[name] > 0, `${name} is ${h[name]}`);
    const copy = await readGguf(memorySource('again.gguf', ggufHeader(metadata, [])));
    rule(isDeepStrictEqual([...copy.metadata], [...metadata]), 'metadata is the same when written and read');
  },
  show: shownBytes,
});
