// Tiny seeded Hugging Face checkpoints of every architecture, with the files of a download.
import { decisive } from './decisive';
import { noise } from '../util/random';
import {
  fused,
  gemma,
  gpt2,
  headNorms,
  layers,
  llama,
  mixture,
  olmo,
  phi2,
  type Sizes,
  type Tensors,
  withBiases,
} from './checkpoint-tensors';
import {
  floatTensor,
  jsonFile,
  type NamedBytes,
  safetensorsFile,
  type StoredTensor,
} from './safetensors-file';
import { byteLevelTokenizer, sentencePieceModel, tinyPieces } from './tiny-tokenizers';

type Json = Record<string, unknown>;

const SMALL: Sizes = {
  width: 64,
  ffn: 96,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
  vocabulary: 320,
};

interface Recipe {
  readonly class: string;
  readonly dtype: 'F32' | 'F16' | 'BF16';
  readonly config?: Json;
  readonly sizes?: Partial<Sizes>;
  readonly tokenizer: 'bytes' | 'pieces';
  readonly tokenizerConfig?: Json;
  tensors(s: Sizes): Tensors;
}

const factors = (count: number, step: number) => Array.from({ length: count }, (_, i) => 1 + step * i);
const longRope = (pairs: number): Json => ({
  original_max_position_embeddings: 256,
  rope_scaling: { type: 'longrope', long_factor: factors(pairs, 0.5), short_factor: factors(pairs, 0.05) },
  sliding_window: 262144,
});

export const recipes: Readonly<Record<string, Recipe>> = {
  llama: { class: 'LlamaForCausalLM', dtype: 'BF16', tokenizer: 'bytes', tensors: (s) => llama(s) },
  'llama 3.1': {
    class: 'LlamaForCausalLM',
    dtype: 'F16',
    tokenizer: 'bytes',
    config: {
      tie_word_embeddings: true,
      rope_scaling: {
        rope_type: 'llama3',
        factor: 8,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 64,
      },
    },
    tensors: (s) => llama(s, true),
  },
  'llama yarn': {
    class: 'LlamaForCausalLM',
    dtype: 'F32',
    tokenizer: 'bytes',
    config: { rope_scaling: { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 64 } },
    tensors: (s) => llama(s),
  },
  mistral: { class: 'MistralForCausalLM', dtype: 'BF16', tokenizer: 'pieces', tensors: (s) => llama(s) },
  mixtral: {
    class: 'MixtralForCausalLM',
    dtype: 'F16',
    tokenizer: 'pieces',
    config: { num_local_experts: 4, num_experts_per_tok: 2 },
    tensors: (s) => mixture(s, 4, false, 'block_sparse_moe', ['w1', 'w2', 'w3']),
  },
  'phi-3': {
    class: 'Phi3ForCausalLM',
    dtype: 'BF16',
    tokenizer: 'pieces',
    config: longRope(8),
    tensors: fused,
  },
  'phi-4-mini': {
    class: 'Phi3ForCausalLM',
    dtype: 'BF16',
    tokenizer: 'bytes',
    tokenizerConfig: { tokenizer_class: 'GPT2Tokenizer' },
    config: { ...longRope(6), partial_rotary_factor: 0.75 },
    tensors: fused,
  },
  'phi-2': {
    class: 'PhiForCausalLM',
    dtype: 'F16',
    tokenizer: 'bytes',
    sizes: { kvHeads: 4, ffn: 256 },
    config: { partial_rotary_factor: 0.5, layer_norm_eps: 1e-5 },
    tensors: phi2,
  },
  'phi-3.5-moe': {
    class: 'PhiMoEForCausalLM',
    dtype: 'BF16',
    tokenizer: 'pieces',
    config: { ...longRope(8), num_local_experts: 4, num_experts_per_tok: 2 },
    tensors: (s) =>
      mixture(s, 4, false, 'block_sparse_moe', ['w1', 'w2', 'w3']).flatMap((t) =>
        /self_attn|norm|lm_head/.test(t[0]) ? withBiases([t]) : [t],
      ),
  },
  qwen2: {
    class: 'Qwen2ForCausalLM',
    dtype: 'BF16',
    tokenizer: 'bytes',
    tensors: (s) =>
      llama(s).flatMap(([name, shape]) =>
        /[qkv]_proj/.test(name) ? withBiases([[name, shape]]) : [[name, shape] as const],
      ),
  },
  qwen3: {
    class: 'Qwen3ForCausalLM',
    dtype: 'BF16',
    tokenizer: 'bytes',
    config: { head_dim: 32 },
    sizes: { headDim: 32 },
    tensors: (s) => [...llama(s), ...layers(s, (at) => headNorms(() => s.headDim, at))],
  },
  'qwen3-moe': {
    class: 'Qwen3MoeForCausalLM',
    dtype: 'BF16',
    tokenizer: 'bytes',
    config: {
      head_dim: 16,
      num_experts: 8,
      num_experts_per_tok: 3,
      moe_intermediate_size: 96,
      norm_topk_prob: true,
    },
    tensors: (s) => mixture(s, 8, true, 'mlp', ['gate_proj', 'down_proj', 'up_proj']),
  },
  'gemma 2': {
    class: 'Gemma2ForCausalLM',
    dtype: 'BF16',
    tokenizer: 'pieces',
    config: {
      head_dim: 16,
      sliding_window: 6,
      attn_logit_softcapping: 50,
      final_logit_softcapping: 30,
      tie_word_embeddings: true,
    },
    tensors: (s) => gemma(s, false),
  },
  'gemma 3': {
    class: 'Gemma3ForCausalLM',
    dtype: 'BF16',
    tokenizer: 'pieces',
    sizes: { layers: 7, kvHeads: 1 },
    config: {
      head_dim: 16,
      sliding_window: 6,
      sliding_window_pattern: 6,
      rope_theta: 1e6,
      rope_local_base_freq: 10000,
      rope_scaling: { rope_type: 'linear', factor: 8 },
      tie_word_embeddings: true,
    },
    tensors: (s) => gemma(s, true),
  },
  'olmo 2': {
    class: 'Olmo2ForCausalLM',
    dtype: 'F32',
    tokenizer: 'bytes',
    tensors: (s) => olmo(s),
  },
  'olmo 3': {
    class: 'Olmo3ForCausalLM',
    dtype: 'BF16',
    tokenizer: 'bytes',
    sizes: { layers: 4 },
    config: {
      sliding_window: 6,
      rope_scaling: { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 64 },
    },
    tensors: (s) => olmo(s),
  },
  granite: {
    class: 'GraniteForCausalLM',
    dtype: 'BF16',
    tokenizer: 'bytes',
    config: {
      attention_multiplier: 0.2,
      embedding_multiplier: 3,
      residual_multiplier: 0.5,
      logits_scaling: 2,
    },
    tensors: (s) => llama(s),
  },
  smollm3: {
    class: 'SmolLM3ForCausalLM',
    dtype: 'BF16',
    tokenizer: 'bytes',
    sizes: { layers: 5 },
    tensors: (s) => llama(s),
  },
  'gpt-2': {
    class: 'GPT2LMHeadModel',
    dtype: 'F32',
    tokenizer: 'bytes',
    sizes: { kvHeads: 4, ffn: 256 },
    config: { n_ctx: 512, n_embd: 64, n_head: 4, n_layer: 2, layer_norm_epsilon: 1e-5 },
    tensors: gpt2,
  },
};

const CHAT =
  "{% for m in messages %}<|{{ m['role'] }}|>\n{{ m['content'] }}<|end|>\n{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}";
const CONTROL = ['<|start|>', '<|end|>', '<|user|>', '<|assistant|>', '<|system|>'];

function seeded(recipe: Recipe, tensors: Tensors): StoredTensor[] {
  const nearZero = recipe.class.startsWith('Gemma');
  return tensors.map(([name, shape], i) => {
    const count = shape.reduce((n, d) => n * d, 1);
    const isNorm = shape.length === 1 && name.endsWith('.weight');
    const values = noise(count, 7000 + i, shape.length > 1 ? 1.5 / Math.sqrt(shape[1]!) : 0.1);
    return floatTensor(name, shape, recipe.dtype, isNorm && !nearZero ? values.map((v) => 1 + v) : values);
  });
}

/** The files of a recipe; `sizes` overrides its dimensions. */
export function checkpointFiles(
  name: string,
  folder: string,
  sizes: Partial<Sizes> & { decisive?: boolean } = {},
): NamedBytes[] {
  const recipe = recipes[name]!;
  const s = { ...SMALL, ...recipe.sizes, ...sizes };
  const tensors = seeded(recipe, recipe.tensors(s));
  const config = {
    architectures: [recipe.class],
    hidden_size: s.width,
    intermediate_size: s.ffn,
    num_hidden_layers: s.layers,
    num_attention_heads: s.heads,
    num_key_value_heads: s.kvHeads,
    max_position_embeddings: 512,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    vocab_size: s.vocabulary,
    eos_token_id: 2,
    ...recipe.config,
    ...(sizes.headDim && recipe.config?.head_dim ? { head_dim: sizes.headDim } : {}),
  };
  const tokenizerConfig = {
    bos_token: '<|start|>',
    eos_token: '<|end|>',
    chat_template: CHAT,
    ...recipe.tokenizerConfig,
  };
  const tokenizer: NamedBytes[] =
    recipe.tokenizer === 'bytes'
      ? [jsonFile(`${folder}/tokenizer.json`, byteLevelTokenizer(s.vocabulary, CONTROL))]
      : [{ path: `${folder}/tokenizer.model`, bytes: sentencePieceModel(tinyPieces(CONTROL)) }];
  return [
    safetensorsFile(`${folder}/model.safetensors`, sizes.decisive ? decisive(tensors, s) : tensors),
    jsonFile(`${folder}/config.json`, config),
    jsonFile(`${folder}/tokenizer_config.json`, tokenizerConfig),
    ...tokenizer,
  ];
}
