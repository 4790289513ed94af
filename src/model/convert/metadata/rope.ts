import type { TensorSource } from '../../../files/model-file';
import type { Config } from '../checkpoint/config';
import type { MetadataWriter } from './metadata-writer';

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** Writes the RoPE keys. Source of keys and order: convert_hf_to_gguf.py, TextModel.set_gguf_parameters. */
export function ropeParameters(c: Config, out: MetadataWriter): void {
  const { rope, ropeType } = c;
  const factor = number(rope.factor);
  if (ropeType === 'linear' && factor !== undefined) {
    out.string('%.rope.scaling.type', 'linear');
    out.f32('%.rope.scaling.factor', factor);
  } else if (ropeType === 'yarn' && factor !== undefined) {
    out.string('%.rope.scaling.type', 'yarn');
    out.f32('%.rope.scaling.factor', factor);
    out.u32('%.rope.scaling.original_context_length', c.ropeNumber('original_max_position_embeddings'));
    out.f32('%.rope.scaling.yarn_ext_factor', number(rope.extrapolation_factor));
    out.f32('%.rope.scaling.yarn_attn_factor', number(rope.attention_factor ?? rope.attn_factor));
    out.f32('%.rope.scaling.yarn_beta_fast', number(rope.beta_fast));
    out.f32('%.rope.scaling.yarn_beta_slow', number(rope.beta_slow));
  } else if (ropeType === 'su' || ropeType === 'longrope') out.string('%.rope.scaling.type', 'longrope');
  if (c.ropeSections) out.i32s('%.rope.dimension_sections', c.ropeSections);
  out.f32('%.rope.freq_base', number(rope.rope_theta));
  out.f32('%.rope.freq_base_swa', number(c.slidingRope?.rope_theta));
}

const FACTORS = /^rope_(freqs|factors_long)\.weight$/;
const isNone = (type: string): boolean => type === '' || type === 'default';
const typeOf = (rope: { rope_type?: unknown; type?: unknown } | undefined): string => {
  const type = rope?.rope_type ?? rope?.type;
  return typeof type === 'string' ? type : '';
};

/**
 * Notes about RoPE scaling of config.json that is not in the file. The reference converter leaves out what it does not
 * know, or what the architecture has no place for; the model then rotates as in its original context.
 */
export function ropeNotes(c: Config, out: MetadataWriter, tensors: readonly TensorSource[]): string[] {
  const notes: string[] = [];
  const left = (which: string) =>
    notes.push(
      `RoPE scaling ${which} in config.json has no place in the file and is left out: texts longer than the original context may go wrong.`,
    );
  const isWritten =
    [...out.entries.keys()].some((key) => key.endsWith('.rope.scaling.type')) ||
    tensors.some((t) => FACTORS.test(t.name));
  if (!isWritten) {
    if (!isNone(c.ropeType)) left(`of type "${c.ropeType}"`);
    else if (c.ropeType === '' && typeof c.rope.factor === 'number') left('without a type');
  }
  if (!isNone(typeOf(c.slidingRope))) left(`of type "${typeOf(c.slidingRope)}" of sliding window layers`);
  return notes;
}
