import type { Config } from '../convert/checkpoint/config';
import type { MetadataWriter } from '../convert/metadata/metadata-writer';
import { commonNames } from '../convert/checkpoint/names';
import { commonParameters } from '../convert/metadata/parameters';
import { byteLevel, sentencePieceFirst } from '../convert/vocabulary/vocabulary';
import type { Architecture, DecoderTraits } from './architecture';

const traits: DecoderTraits = {
  rope: 'halves',
  norm: 'rms',
  norms: 'before',
  activation: 'silu',
  feedForward: 'gated',
  headNorm: 'head',
};

/** Qwen2 and Qwen2.5: biases on queries, keys and values. */
export const qwen2: Architecture = {
  id: 'qwen2',
  label: 'Qwen2',
  traits,
  always: { layer: ['attn_q.bias', 'attn_k.bias', 'attn_v.bias'] },
  huggingFace: [
    {
      classes: ['Qwen2ForCausalLM', 'Qwen2Model'],
      names: commonNames,
      parameters: commonParameters,
      vocabulary: sentencePieceFirst,
    },
  ],
};

/** Qwen3: RMS norms on the heads of queries and keys. */
export const qwen3: Architecture = {
  id: 'qwen3',
  label: 'Qwen3',
  traits,
  always: { layer: ['attn_q_norm.weight', 'attn_k_norm.weight'] },
  huggingFace: [
    {
      classes: ['Qwen3ForCausalLM', 'Qwen3Model'],
      names: commonNames,
      parameters: commonParameters,
      vocabulary: sentencePieceFirst,
    },
  ],
};

/** Qwen3-MoE: Qwen3 with experts. */
export const qwen3moe: Architecture = {
  id: 'qwen3moe',
  label: 'Qwen3-MoE',
  traits,
  always: { layer: ['attn_q_norm.weight', 'attn_k_norm.weight'] },
  huggingFace: [
    {
      classes: ['Qwen3MoeForCausalLM'],
      names: { whole: commonNames.whole, layer: { ...commonNames.layer, 'mlp.gate': 'ffn_gate_inp' } },
      parameters(c: Config, out: MetadataWriter) {
        commonParameters(c, out);
        out.u32('%.expert_feed_forward_length', c.maybe('moe_intermediate_size'));
      },
      vocabulary: byteLevel,
    },
  ],
};
