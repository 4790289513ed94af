// llama-quantize's choice of a type for each tensor, for the file types in file-types.ts. Source of the rules:
// llama-quant.cpp (llama_tensor_get_type, tensor_allows_quantization) at commit 34af94cd9ab2.

import { formatByLabel } from './registry';

/** Parts of names of tensors that are never quantized. */
const KEPT = [
  '_norm.weight',
  'ffn_gate_inp.weight',
  'altup',
  'laurel',
  'per_layer_model_proj',
  'ssm_conv1d',
  'ffn_gate_tid2eid.weight',
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
  /** False if the embedding is tied: token_embd.weight is then also the output head. */
  readonly hasOutput: boolean;
  readonly layers: number;
  readonly experts: number;
  readonly heads: number;
  readonly kvHeads: number;
  /** Number of attention value tensors. */
  readonly attentionValues: number;
  readonly hasImportance: boolean;
}

/** Position of a tensor among those of its kind, in file order. */
export interface Position {
  /** Attention value tensors before this one. */
  readonly attentionValue: number;
  /** Tensors of its kind (ffn_down, ffn_gate, ffn_up) before this one, or its layer in a mixture of experts. */
  readonly ffn: number;
}

type TypeByLevel = Readonly<Record<string, string>>;

const FULL_PRECISION = ['F32', 'F16', 'BF16'];
/** 1- and 2-bit levels with their own rules. */
const LOWEST = ['IQ2_XXS', 'IQ2_XS', 'IQ2_S', 'IQ2_M', 'IQ1_S', 'IQ1_M'];
const IQ4 = ['IQ4_NL', 'IQ4_XS'];

/** Returns true for layers that the M mixes give more bits: the first and last eighth, and every third between. */
const takesMoreBits = (layer: number, layers: number): boolean => {
  const eighth = Math.floor(layers / 8);
  return layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2;
};

/** GQA group size: query heads per key head. */
const groupSize = (c: RuleContext): number => (c.kvHeads > 0 ? Math.floor(c.heads / c.kvHeads) : 0);

/**
 * Returns true for models that llama.cpp classes as 70B: attn_v is an eighth of attn_q, so more bits there cost little.
 */
function is70B(c: RuleContext): boolean {
  if (c.layers !== 80) return false;
  return c.architecture === 'llama' ? c.heads !== c.kvHeads : ARCHITECTURES_70B.includes(c.architecture);
}
const ARCHITECTURES_70B = ['qwen2', 'deci'];

function outputType(width: number, level: string, base: string, c: RuleContext): string {
  if (level === 'MXFP4_MOE') return 'Q8_0';
  const misfit = width % formatByLabel(base).block.size !== 0;
  if (c.architecture === 'falcon' || misfit) return 'Q8_0';
  if (LOWEST.includes(level) || level === 'IQ3_XXS') return 'Q5_K';
  return base === 'Q8_0' ? base : 'Q6_K';
}

const EMBEDDING: TypeByLevel = {
  IQ2_XXS: 'Q2_K',
  IQ2_XS: 'Q2_K',
  IQ1_S: 'Q2_K',
  IQ1_M: 'Q2_K',
  IQ2_S: 'IQ3_S',
  IQ2_M: 'IQ3_S',
  IQ3_XXS: 'IQ3_S',
  TQ1_0: 'Q4_K',
  TQ2_0: 'Q4_K',
  Q2_0: 'Q4_K',
};

/** Rules of the levels in LOWEST, except for embeddings and output. */
function lowestType(name: string, level: string, base: string, c: RuleContext, at: Position): string {
  const better = level === 'IQ2_S' || level === 'IQ2_M' ? 'IQ3_S' : 'Q2_K';
  if (isValue(name)) return groupSize(c) >= 4 || c.experts >= 4 ? 'Q4_K' : better;
  if (name.includes('attn_k.weight') && c.experts === 8) return 'Q4_K';
  if (name.includes('ffn_down')) return at.ffn < Math.floor(c.layers / 8) ? better : base;
  if (name.includes('attn_output.weight')) {
    if (c.experts === 8) return 'Q5_K';
    if (better === 'IQ3_S') return better;
    return level.startsWith('IQ1') ? 'IQ2_XXS' : base;
  }
  return base;
}

function valueType(level: string, base: string, c: RuleContext, at: number): string {
  const grouped = groupSize(c) >= 4;
  let type = base;
  if (level === 'Q2_K') type = grouped ? 'Q4_K' : 'Q3_K';
  else if (grouped && ['Q2_K_S', 'IQ3_XS', 'IQ3_S', 'IQ3_XXS'].includes(level)) type = 'Q4_K';
  else if (level === 'IQ3_XXS') type = c.hasImportance ? 'IQ3_XXS' : 'IQ3_S';
  else if (level === 'IQ3_M') type = 'Q4_K';
  else if (level === 'Q3_K_M') type = at < 2 ? 'Q5_K' : 'Q4_K';
  else if (level === 'Q3_K_L') type = 'Q5_K';
  else if (IQ4.includes(level) && grouped) type = 'Q5_K';
  else if ((level === 'Q4_K_M' || level === 'Q5_K_M') && takesMoreBits(at, c.attentionValues)) type = 'Q6_K';
  else if (level === 'Q4_K_S' && at < 4) type = 'Q5_K';
  if (is70B(c) && (type === 'Q3_K' || type === 'Q4_K')) type = 'Q5_K';
  return c.experts === 8 ? 'Q8_0' : type;
}

function downType(level: string, base: string, c: RuleContext, at: number): string {
  const falcon = c.architecture === 'falcon';
  const early = at < Math.floor(c.layers / 8);
  const earliest = at < Math.floor(c.layers / 16);
  const more = takesMoreBits(at, c.layers);
  if (level === 'Q2_K') return 'Q3_K';
  if (level === 'Q2_K_S') return early ? 'Q4_K' : base;
  if (level === 'IQ3_XXS' && !c.hasImportance) return early ? 'Q4_K' : 'Q3_K';
  if (level === 'Q3_K_M') return earliest ? 'Q5_K' : !falcon || more ? 'Q4_K' : 'Q3_K';
  if (level === 'IQ3_M') return early || (c.experts === 8 && more) ? 'Q4_K' : base;
  if (level === 'Q3_K_L') return falcon ? 'Q4_K' : 'Q5_K';
  if (level === 'Q4_K_M' && falcon) return earliest ? 'Q6_K' : more ? 'Q5_K' : 'Q4_K';
  if ((level === 'Q4_K_M' || level === 'Q5_K_M') && more) return 'Q6_K';
  if (!early) return base;
  if (IQ4.includes(level) && !c.hasImportance) return 'Q5_K';
  if (level === 'Q4_K_S' && !falcon) return 'Q5_K';
  // With an importance matrix, formats without a minimum are unstable in the first layers.
  if (level === 'Q4_0' && c.hasImportance) return 'Q4_1';
  if (level === 'Q5_0' && c.hasImportance) return 'Q5_1';
  return base;
}

const EIGHT_EXPERTS_OUTPUT_Q5_K = [
  'Q2_K',
  'IQ3_XS',
  'IQ3_XXS',
  'Q3_K_S',
  'Q3_K_M',
  'IQ4_NL',
  'Q4_K_S',
  'Q4_K_M',
  'IQ3_S',
  'IQ3_M',
  'IQ4_XS',
];
const ATTENTION_OUTPUT: TypeByLevel = {
  Q2_K: 'Q3_K',
  IQ3_XXS: 'IQ3_S',
  Q3_K_M: 'Q4_K',
  Q3_K_L: 'Q5_K',
  IQ3_M: 'Q4_K',
};

function attentionOutputType(level: string, base: string, c: RuleContext): string {
  if (c.architecture === 'falcon') return level === 'Q3_K_L' ? 'Q4_K' : base;
  if (c.experts === 8) return EIGHT_EXPERTS_OUTPUT_Q5_K.includes(level) ? 'Q5_K' : base;
  return ATTENTION_OUTPUT[level] ?? base;
}

const QUERY_OR_KEY: TypeByLevel = { IQ3_XS: 'IQ3_XXS', IQ3_XXS: 'IQ2_S' };

/** Returns true for attention values, fused with queries and keys or not. */
export const isValue = (name: string): boolean => /attn_(v|qkv|kv_b)\.weight/.test(name);

/** Returns true for the output head: output.weight, or a tied token embedding. */
export const isOutput = (name: string, hasOutput: boolean): boolean =>
  name === 'output.weight' || (!hasOutput && name === 'token_embd.weight');

export const isEmbedding = (name: string): boolean =>
  name === 'token_embd.weight' || name === 'per_layer_token_embd.weight';

/**
 * Type of a quantizable tensor by the rules, before any fallback. `level` is the name of the file type, `base` its
 * default tensor type.
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
  if (isOutput(name, c.hasOutput)) return outputType(shape[0] ?? 0, level, base, c);
  if (level === 'MXFP4_MOE') return (shape[2] ?? 1) > 1 ? 'MXFP4' : 'Q8_0';
  if (isEmbedding(name)) return EMBEDDING[level] ?? base;
  if (LOWEST.includes(level)) return lowestType(name, level, base, c, at);
  if (isValue(name)) return valueType(level, base, c, at.attentionValue);
  if (name.includes('attn_k.weight')) return c.experts === 8 ? 'Q8_0' : (QUERY_OR_KEY[level] ?? base);
  if (name.includes('attn_q.weight')) return QUERY_OR_KEY[level] ?? base;
  if (name.includes('ffn_down')) return downType(level, base, c, at.ffn);
  if (name.includes('attn_output.weight')) return attentionOutputType(level, base, c);
  if ((name.includes('ffn_gate') || name.includes('ffn_up')) && level === 'IQ3_XS') {
    const middle = at.ffn >= Math.floor(c.layers / 8) && at.ffn < Math.floor((7 * c.layers) / 8);
    return middle ? 'IQ3_XXS' : base;
  }
  return base;
}

/**
 * Fallbacks of llama-quantize for rows that are not a multiple of the block; F16 if the fallback does not fit either.
 * Other types are refused.
 */
export const FALLBACK: TypeByLevel = {
  Q2_K: 'Q4_0',
  Q3_K: 'Q4_0',
  Q4_K: 'Q5_0',
  Q5_K: 'Q5_1',
  Q6_K: 'Q8_0',
  IQ4_XS: 'IQ4_NL',
  IQ3_S: 'IQ4_NL',
  IQ3_XXS: 'IQ4_NL',
  IQ2_S: 'IQ4_NL',
  IQ2_XS: 'IQ4_NL',
  IQ2_XXS: 'IQ4_NL',
  IQ1_S: 'IQ4_NL',
  IQ1_M: 'IQ4_NL',
  TQ1_0: 'Q4_0',
  TQ2_0: 'Q4_0',
  Q2_0: 'Q4_0',
};

const NEEDS_IMPORTANCE = ['IQ3_XXS', 'IQ2_XXS', 'IQ2_XS', 'IQ2_S', 'IQ1_S', 'IQ1_M'];

/** Returns true if llama-quantize requires an importance matrix. Embedding and output head are exempt. */
export function needsImportance(level: string, name: string, type: string): boolean {
  if (name === 'token_embd.weight' || name === 'output.weight') return false;
  return NEEDS_IMPORTANCE.includes(type) || (type === 'Q2_K' && level === 'Q2_K_S');
}
