// llama-quantize's choice of a type for each tensor, for the file types in file-types.ts. Source of the rules:
// llama-quant.cpp (llama_tensor_get_type, tensor_allows_quantization) at commit 34af94cd9ab2.

/** Tensors that are never quantized, whatever their shape. */
const KEPT = [
  '_norm.weight',
  'ffn_gate_inp.weight',
  'altup',
  'laurel',
  'per_layer_model_proj',
  'ssm_conv1d.weight',
  'shortconv.conv.weight',
  'time_mix_first.weight',
  'time_mix_w0.weight',
  'time_mix_w1.weight',
  'time_mix_w2.weight',
  'time_mix_v0.weight',
  'time_mix_v1.weight',
  'time_mix_v2.weight',
  'time_mix_a0.weight',
  'time_mix_a1.weight',
  'time_mix_a2.weight',
  'time_mix_g1.weight',
  'time_mix_g2.weight',
  'time_mix_decay_w1.weight',
  'time_mix_decay_w2.weight',
  'time_mix_lerp_fused.weight',
  'attn_rel_b.weight',
];
const KEPT_EXACTLY = ['position_embd.weight', 'token_types.weight'];

export function allowsQuantization(name: string, shape: readonly number[]): boolean {
  if (!name.endsWith('weight') || shape.length < 2) return false;
  if (KEPT_EXACTLY.includes(name)) return false;
  return !KEPT.some((part) => name.includes(part));
}

export interface RuleContext {
  readonly architecture: string;
  /** Whether the file has an output.weight of its own; without it token_embd.weight plays its part. */
  readonly hasOutput: boolean;
}

const FULL_PRECISION = ['F32', 'F16', 'BF16'];

/** The type that the rules want for a quantizable tensor, before any fallback. */
export function wantedType(
  name: string,
  shape: readonly number[],
  base: string,
  context: RuleContext,
): string {
  if (FULL_PRECISION.includes(base)) return base;
  const isOutput = name === 'output.weight' || (!context.hasOutput && name === 'token_embd.weight');
  if (isOutput && base !== 'Q8_0') {
    // Falcon and rows that do not hold whole blocks of the base type go to Q8_0, the others to Q6_K.
    const misfit = (shape[0] ?? 0) % 32 !== 0;
    return context.architecture === 'falcon' || misfit ? 'Q8_0' : 'Q6_K';
  }
  return base;
}

/** What llama-quantize takes when the row width is no multiple of the block; types that are not here are refused. */
export const FALLBACK: Readonly<Record<string, string>> = {
  Q6_K: 'Q8_0',
};
