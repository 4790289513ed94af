import type { TensorSource } from '../../files/model-file';
import { UnsupportedError } from '../../util/errors';
import type { Config } from '../convert/checkpoint/config';
import { computed } from '../convert/tensors/lazy';
import type { MetadataWriter } from '../convert/metadata/metadata-writer';
import { commonNames, type NameTable } from '../convert/checkpoint/names';
import { fileType } from '../convert/metadata/parameters';
import {
  byteLevel,
  sentencePieceAsSaid,
  sentencePieceFirst,
  type VocabularyRule,
} from '../convert/vocabulary/vocabulary';
import type { Architecture } from './architecture';

/** Phi-2: parallel attention and feed-forward, LayerNorm, biases, RoPE on a part of each head. */
export const phi2: Architecture = {
  id: 'phi2',
  label: 'Phi-2',
  traits: {
    rope: 'halves',
    norm: 'layer',
    norms: 'before',
    activation: 'gelu',
    feedForward: 'plain',
    parallel: true,
  },
  always: {
    whole: ['output.bias'],
    layer: ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_up', 'ffn_down'].map((name) => `${name}.bias`),
  },
  huggingFace: [
    {
      classes: ['PhiForCausalLM'],
      names: {
        whole: { ...commonNames.whole, final_layernorm: 'output_norm' },
        layer: {
          ...commonNames.layer,
          'self_attn.dense': 'attn_output',
          'mlp.fc1': 'ffn_up',
          'mlp.fc2': 'ffn_down',
        },
      },
      parameters(c, out) {
        out.u32('%.context_length', c.number('n_positions', 'max_position_embeddings'));
        out.u32('%.embedding_length', c.width);
        out.u32('%.feed_forward_length', 4 * c.width);
        out.u32('%.block_count', c.layers);
        out.u32('%.attention.head_count', c.heads);
        out.u32('%.attention.head_count_kv', c.heads);
        out.f32('%.attention.layer_norm_epsilon', c.number('layer_norm_epsilon', 'layer_norm_eps'));
        out.u32('%.rope.dimension_count', rotaryDims(c));
        fileType(out);
        out.bool('tokenizer.ggml.add_bos_token', false);
      },
      vocabulary: byteLevel,
      preTokenizer: 'phi-2',
    },
  ],
};

const rotaryDims = (c: Config): number =>
  Math.floor(Math.trunc(c.ropeNumber('partial_rotary_factor', 1) * c.width) / c.heads);

function phi3Parameters(c: Config, out: MetadataWriter): void {
  const context = c.number('n_positions', 'max_position_embeddings');
  out.u32('%.context_length', context);
  out.u32(
    '%.rope.scaling.original_context_length',
    c.ropeNumber('original_max_position_embeddings', context),
  );
  out.u32('%.embedding_length', c.width);
  out.u32('%.feed_forward_length', c.number('intermediate_size'));
  out.u32('%.block_count', c.layers);
  out.u32('%.attention.head_count', c.heads);
  out.u32('%.attention.head_count_kv', c.kvHeads);
  out.f32('%.attention.layer_norm_rms_epsilon', c.number('rms_norm_eps'));
  out.u32('%.rope.dimension_count', rotaryDims(c));
  out.f32('%.rope.freq_base', c.ropeNumber('rope_theta', 10000));
  fileType(out);
  out.u32('%.attention.sliding_window', c.maybe('sliding_window') ?? 0);
}

/** LongRoPE factors for short and long contexts; writes the attention factor. Throws UnsupportedError if malformed. */
function longRope(c: Config, out: MetadataWriter): TensorSource[] {
  const { long_factor: long, short_factor: short } = c.rope;
  if (!Array.isArray(long) || long.length === 0) return [];
  const original = c.ropeNumber('original_max_position_embeddings');
  const scale = c.number('n_positions', 'max_position_embeddings') / original;
  let factor = 1;
  const type = c.ropeType.toLowerCase();
  if (type === 'su' || type === 'longrope')
    factor = scale > 1 ? Math.sqrt(1 + Math.log(scale) / Math.log(original)) : 1;
  else if (type === 'yarn') factor = scale > 1 ? 0.1 * Math.log(scale) + 1 : 1;
  else
    throw new UnsupportedError(
      `${c.label}: config.json: RoPE scaling of type "${c.ropeType}" has long factors.`,
    );
  const pairs = rotaryDims(c) / 2;
  if (!Array.isArray(short) || short.length !== pairs || long.length !== pairs)
    throw new UnsupportedError(
      `${c.label}: config.json: ${long.length} long and ${Array.isArray(short) ? short.length : 'no'} short RoPE factors, expected ${pairs} of each.`,
      'Download config.json again.',
    );
  out.f32('%.rope.scaling.attn_factor', factor);
  return [
    computed('rope_factors_long.weight', Float32Array.from(c.ropeNumbers('long_factor'))),
    computed('rope_factors_short.weight', Float32Array.from(c.ropeNumbers('short_factor'))),
  ];
}

const phi3Names: NameTable = {
  whole: commonNames.whole,
  layer: { ...commonNames.layer, 'mlp.gate_up_proj': 'ffn_up' },
};

/** Phi-3's SentencePiece or Phi-4's byte-level BPE, by tokenizer_class. */
const phi3Vocabulary: VocabularyRule = (files, out) =>
  files.tokenizerConfig?.tokenizer_class !== 'GPT2Tokenizer' && files.tokenizerModel
    ? sentencePieceAsSaid(files, out)
    : sentencePieceFirst({ ...files, tokenizerModel: undefined }, out);

/** Phi-3, Phi-3.5-mini, Phi-4 and Phi-4-mini: fused projections and LongRoPE. */
export const phi3: Architecture = {
  id: 'phi3',
  label: 'Phi-3',
  traits: {
    rope: 'halves',
    norm: 'rms',
    norms: 'before',
    activation: 'silu',
    feedForward: 'gated',
    slides: () => true,
  },
  huggingFace: [
    {
      classes: ['Phi3ForCausalLM'],
      names: phi3Names,
      parameters: phi3Parameters,
      vocabulary: phi3Vocabulary,
      preTokenizer: 'gpt-4o',
      extra: longRope,
    },
  ],
};

/** Phi-3.5-MoE: LayerNorm, biases, and two experts per token. */
export const phimoe: Architecture = {
  id: 'phimoe',
  label: 'Phi-3.5-MoE',
  traits: { rope: 'halves', norm: 'layer', norms: 'before', activation: 'silu', feedForward: 'gated' },
  always: {
    whole: ['output.bias'],
    layer: ['attn_q', 'attn_k', 'attn_v', 'attn_output'].map((name) => `${name}.bias`),
  },
  huggingFace: [
    {
      classes: ['PhiMoEForCausalLM', 'PhimoeForCausalLM'],
      names: {
        whole: commonNames.whole,
        layer: { ...commonNames.layer, 'block_sparse_moe.gate': 'ffn_gate_inp' },
      },
      parameters(c, out) {
        phi3Parameters(c, out);
        out.u32('%.expert_used_count', c.number('num_experts_per_tok', 'num_experts_per_token'));
        out.u32('%.expert_count', c.number('num_local_experts', 'num_experts'));
      },
      vocabulary: phi3Vocabulary,
      extra: longRope,
    },
  ],
};
