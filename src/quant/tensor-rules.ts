// llama-quantize's choice of a type for each tensor, for the file types in file-types.ts. Source of the rules:
// llama-quant.cpp (llama_tensor_get_type, tensor_allows_quantization) at commit 34af94cd9ab2.

import { formatByLabel } from './registry';

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
  readonly layers: number;
  readonly experts: number;
  readonly heads: number;
  readonly kvHeads: number;
  /** Tensors named attn_v, attn_qkv or attn_kv_b. */
  readonly attentionValues: number;
}

/** Where a tensor stands among its kind, in file order. */
export interface Position {
  /** attn_v tensors before this one. */
  readonly attentionValue: number;
  /** Layer number for models with experts, else ffn_down tensors before this one. */
  readonly ffnDown: number;
}

const FULL_PRECISION = ['F32', 'F16', 'BF16'];

/** The layers that the M mixes give more bits: the first and last eighth, and every third between. */
const takesMoreBits = (layer: number, layers: number): boolean => {
  const eighth = Math.floor(layers / 8);
  return layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2;
};

const isIq4 = (level: string): boolean => level === 'IQ4_NL' || level === 'IQ4_XS';

function valueType(level: string, base: string, c: RuleContext, at: number): string {
  const grouped = c.heads / c.kvHeads >= 4;
  let type = base;
  if (level === 'Q2_K') type = grouped ? 'Q4_K' : 'Q3_K';
  else if (level === 'Q2_K_S' && grouped) type = 'Q4_K';
  else if (level === 'Q3_K_M') type = at < 2 ? 'Q5_K' : 'Q4_K';
  else if (level === 'Q3_K_L') type = 'Q5_K';
  else if (isIq4(level) && grouped) type = 'Q5_K';
  else if ((level === 'Q4_K_M' || level === 'Q5_K_M') && takesMoreBits(at, c.attentionValues)) type = 'Q6_K';
  else if (level === 'Q4_K_S' && at < 4) type = 'Q5_K';
  const is70B = c.architecture === 'llama' && c.layers === 80 && c.heads !== c.kvHeads;
  if (is70B && (type === 'Q3_K' || type === 'Q4_K')) type = 'Q5_K';
  return c.experts === 8 ? 'Q8_0' : type;
}

function downType(level: string, base: string, c: RuleContext, at: number): string {
  const falcon = c.architecture === 'falcon';
  const early = at < Math.floor(c.layers / 8);
  const earliest = at < Math.floor(c.layers / 16);
  const more = takesMoreBits(at, c.layers);
  if (level === 'Q2_K') return 'Q3_K';
  if (level === 'Q2_K_S') return early ? 'Q4_K' : base;
  if (level === 'Q3_K_M') return earliest ? 'Q5_K' : !falcon || more ? 'Q4_K' : 'Q3_K';
  if (level === 'Q3_K_L') return falcon ? 'Q4_K' : 'Q5_K';
  if (level === 'Q4_K_M' && falcon) return earliest ? 'Q6_K' : more ? 'Q5_K' : 'Q4_K';
  if ((level === 'Q4_K_M' || level === 'Q5_K_M') && more) return 'Q6_K';
  if (isIq4(level) && early) return 'Q5_K';
  if (level === 'Q4_K_S' && !falcon && early) return 'Q5_K';
  return base;
}

function attentionOutputType(level: string, base: string, c: RuleContext): string {
  if (c.architecture === 'falcon') return level === 'Q3_K_L' ? 'Q4_K' : base;
  if (c.experts === 8)
    return ['Q2_K', 'Q3_K_S', 'Q3_K_M', 'Q4_K_S', 'Q4_K_M', 'IQ4_NL', 'IQ4_XS'].includes(level)
      ? 'Q5_K'
      : base;
  const types: Readonly<Record<string, string>> = { Q2_K: 'Q3_K', Q3_K_M: 'Q4_K', Q3_K_L: 'Q5_K' };
  return types[level] ?? base;
}

/**
 * The type that the rules want for a quantizable tensor, before any fallback. `level` is the file type's name, `base`
 * its default tensor type.
 */
export function wantedType(
  name: string,
  shape: readonly number[],
  level: string,
  base: string,
  c: RuleContext,
  at: Position,
): string {
  if (FULL_PRECISION.includes(base)) return base;
  if (name === 'output.weight' || (!c.hasOutput && name === 'token_embd.weight')) {
    if (base === 'Q8_0') return base;
    // Falcon and rows that do not hold whole blocks of the base type go to Q8_0, the others to Q6_K.
    const misfit = (shape[0] ?? 0) % formatByLabel(base).block.size !== 0;
    return c.architecture === 'falcon' || misfit ? 'Q8_0' : 'Q6_K';
  }
  if (name === 'token_embd.weight') return base.startsWith('TQ') ? 'Q4_K' : base;
  if (name.includes('attn_v.weight')) return valueType(level, base, c, at.attentionValue);
  if (name.includes('attn_k.weight')) return c.experts === 8 ? 'Q8_0' : base;
  if (name.includes('ffn_down')) return downType(level, base, c, at.ffnDown);
  if (name.includes('attn_output.weight')) return attentionOutputType(level, base, c);
  if (name.includes('attn_qkv.weight')) {
    const types: Readonly<Record<string, string>> = {
      Q3_K_M: 'Q4_K',
      Q3_K_L: 'Q4_K',
      Q4_K_M: 'Q5_K',
      Q5_K_M: 'Q6_K',
    };
    return types[level] ?? base;
  }
  return base;
}

/**
 * What llama-quantize takes when the row width is no multiple of the block; if that does not fit either, F16. Types
 * that are not here are refused.
 */
export const FALLBACK: Readonly<Record<string, string>> = {
  Q2_K: 'Q4_0',
  Q3_K: 'Q4_0',
  Q4_K: 'Q5_0',
  Q5_K: 'Q5_1',
  Q6_K: 'Q8_0',
  IQ4_XS: 'IQ4_NL',
  TQ1_0: 'Q4_0',
  TQ2_0: 'Q4_0',
};

/** Tensors that a level quantizes so coarsely that llama-quantize wants an importance matrix for them. */
export const needsImportance = (level: string, name: string, type: string): boolean =>
  level === 'Q2_K_S' && type === 'Q2_K' && name !== 'token_embd.weight';
