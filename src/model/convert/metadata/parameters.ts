import type { Config } from '../checkpoint/config';
import type { MetadataWriter } from './metadata-writer';
import { UnsupportedError } from '../../../util/errors';
import { ropeParameters } from './rope';

/** Writes the common keys. Source of keys and order: convert_hf_to_gguf.py, TextModel.set_gguf_parameters. */
export function commonParameters(c: Config, out: MetadataWriter): void {
  out.u32('%.block_count', c.layers);
  out.u32(
    '%.context_length',
    c.maybe(
      'max_position_embeddings',
      'n_ctx',
      'n_positions',
      'max_length',
      'max_sequence_length',
      'model_max_length',
    ),
  );
  out.u32('%.embedding_length', c.maybe('hidden_size', 'n_embd', 'dim'));
  out.u32('%.feed_forward_length', c.maybe('intermediate_size', 'n_inner', 'hidden_dim'));
  out.u32('%.attention.head_count', c.maybe('num_attention_heads', 'n_head', 'n_heads'));
  out.u32('%.attention.head_count_kv', c.maybe('num_key_value_heads', 'n_kv_heads'));
  if (c.json.is_causal === false) out.bool('%.attention.causal', false);
  ropeParameters(c, out);
  out.f32('%.attention.layer_norm_rms_epsilon', c.maybe('rms_norm_eps', 'norm_eps'));
  out.f32('%.attention.layer_norm_epsilon', c.maybe('layer_norm_eps', 'layer_norm_epsilon', 'norm_epsilon'));
  out.u32('%.expert_count', c.experts);
  out.u32('%.expert_used_count', c.maybe('num_experts_per_tok', 'num_experts_per_token', 'top_k_experts'));
  out.u32('%.expert_group_count', c.maybe('n_group'));
  out.u32('%.expert_group_used_count', c.maybe('topk_group'));
  gating(c, out);
  out.u32('%.attention.key_length', c.maybe('head_dim'));
  out.u32('%.attention.value_length', c.maybe('head_dim'));
  fileType(out);
}

/** Reserves the place of general.file_type. The value is set when the output type is known. */
export const fileType = (out: MetadataWriter): void => out.u32('general.file_type', 0);

/** llama.cpp's llama_expert_gating_func_type. */
const GATING: Readonly<Record<string, number | undefined>> = { softmax: 1, sigmoid: 2 };

function gating(c: Config, out: MetadataWriter): void {
  const name = c.find(
    'score_function',
    'scoring_func',
    'score_func',
    'moe_router_activation',
    'moe_router_activation_func',
  );
  if (name === undefined) return;
  const value = typeof name === 'string' ? GATING[name] : undefined;
  if (value === undefined)
    throw new UnsupportedError(
      `${c.label}: config.json: experts are scored by ${JSON.stringify(name)}; expected softmax or sigmoid.`,
      'Take a GGUF of the model.',
    );
  out.u32('%.expert_gating_func', value);
}
