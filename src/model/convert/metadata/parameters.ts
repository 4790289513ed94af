import type { Config } from '../checkpoint/config';
import type { MetadataWriter } from './metadata-writer';
import { UnsupportedError } from '../../../util/errors';

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** Writes the common keys. Source of keys and order: convert_hf_to_gguf.py, TextModel.set_gguf_parameters. */
export function commonParameters(c: Config, out: MetadataWriter): void {
  out.u32('%.block_count', c.layers);
  out.u32('%.context_length', c.maybe('max_position_embeddings', 'n_ctx', 'n_positions'));
  out.u32('%.embedding_length', c.maybe('hidden_size', 'n_embd'));
  out.u32('%.feed_forward_length', c.maybe('intermediate_size', 'n_inner'));
  out.u32('%.attention.head_count', c.maybe('num_attention_heads', 'n_head'));
  out.u32('%.attention.head_count_kv', c.maybe('num_key_value_heads'));
  ropeScaling(c, out);
  out.f32('%.rope.freq_base', number(c.globalRope.rope_theta));
  const local = c.rope.sliding_attention as { rope_theta?: unknown } | undefined;
  out.f32('%.rope.freq_base_swa', number(local?.rope_theta));
  out.f32('%.attention.layer_norm_rms_epsilon', c.maybe('rms_norm_eps', 'norm_eps'));
  out.f32('%.attention.layer_norm_epsilon', c.maybe('layer_norm_eps', 'layer_norm_epsilon'));
  out.u32('%.expert_count', c.experts);
  out.u32('%.expert_used_count', c.maybe('num_experts_per_tok', 'num_experts_per_token'));
  out.u32('%.attention.key_length', c.maybe('head_dim'));
  out.u32('%.attention.value_length', c.maybe('head_dim'));
  fileType(out);
}

/** Reserves the place of general.file_type. The value is set when the output type is known. */
export const fileType = (out: MetadataWriter): void => out.u32('general.file_type', 0);

function ropeScaling(c: Config, out: MetadataWriter): void {
  const rope = c.globalRope;
  const factor = number(rope.factor);
  const type = c.ropeType;
  if (type === 'linear' && factor !== undefined) {
    out.string('%.rope.scaling.type', 'linear');
    out.f32('%.rope.scaling.factor', factor);
  } else if (type === 'yarn' && factor !== undefined) {
    out.string('%.rope.scaling.type', 'yarn');
    out.f32('%.rope.scaling.factor', factor);
    out.u32('%.rope.scaling.original_context_length', c.ropeNumber('original_max_position_embeddings'));
    out.f32('%.rope.scaling.yarn_ext_factor', number(rope.extrapolation_factor));
    out.f32('%.rope.scaling.yarn_attn_factor', number(rope.attention_factor ?? rope.attn_factor));
    out.f32('%.rope.scaling.yarn_beta_fast', number(rope.beta_fast));
    out.f32('%.rope.scaling.yarn_beta_slow', number(rope.beta_slow));
  } else if (type === 'su' || type === 'longrope') out.string('%.rope.scaling.type', 'longrope');
  else if (type !== '' && type !== 'llama3' && type !== 'default')
    throw new UnsupportedError(
      `${c.label}: config.json: RoPE scaling of type "${type}" is not known here; expected linear, yarn, longrope or llama3.`,
      'Without it long texts would go wrong. Take a GGUF of the model.',
    );
}
