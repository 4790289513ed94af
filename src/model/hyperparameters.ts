import { getNumber, getNumbers, getString, type Metadata } from '../files/gguf/metadata';
import { FileError } from '../util/errors';

/** Hyperparameters of a decoder-only transformer, from GGUF metadata. */
export interface Hyperparameters {
  readonly architecture: string;
  readonly layers: number;
  /** Width of the residual stream. */
  readonly width: number;
  readonly ffnWidth: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Leading dimensions of a head to which RoPE applies. */
  readonly rotaryDim: number;
  readonly ropeBase: number;
  /** Divisor of positions (linear or YaRN scaling); 1 without. */
  readonly ropeScale: number;
  /** Epsilon of the norms. */
  readonly epsilon: number;
  readonly contextLength: number;
  /** RoPE base of sliding window layers. */
  readonly ropeBaseSliding: number;
  /** Factor of cos and sin (longrope, YaRN); 1 without. */
  readonly ropeAmplitude: number;
  /** YaRN's beta_fast, beta_slow and original context; undefined without YaRN. */
  readonly yarn?: { readonly fast: number; readonly slow: number; readonly original: number };
  /** Longer contexts use rope_factors_long; 0 without. */
  readonly originalContext: number;
  readonly embeddingScale: number;
  readonly attentionScale: number;
  readonly residualScale: number;
  /** Factor of the logits. */
  readonly logitScale: number;
  /** Soft cap of attention scores, cap * tanh(score / cap); 0 without. */
  readonly attentionCap: number;
  readonly logitCap: number;
  /** Sliding window: positions that a token attends to, itself included; 0 without. */
  readonly window: number;
  /** One layer in so many has full attention. */
  readonly windowPattern: number;
  /** True for sliding window layers, if the file lists them. */
  readonly slidingLayers?: readonly boolean[];
  /** 0 for a dense feed-forward network. */
  readonly experts: number;
  readonly expertsUsed: number;
}

/** More layers than any model has. */
const MAX_LAYERS = 10_000;

/** Reads hyperparameters. `label` names the file in errors. Throws FileError on missing or invalid metadata. */
export function readHyperparameters(label: string, metadata: Metadata): Hyperparameters {
  const architecture = getString(metadata, 'general.architecture');
  if (!architecture)
    throw new FileError(
      `${label}: metadata has no "general.architecture", expected the name of one.`,
      'The file is no language model, or is damaged.',
    );
  const need = (key: string): number => {
    const full = `${architecture}.${key}`;
    const value = getNumber(metadata, full) ?? getNumbers(metadata, full)?.[0];
    if (value === undefined || !(value > 0))
      throw new FileError(
        `${label}: metadata "${full}" is ${value ?? 'missing'}, expected a positive number.`,
        'The file is incomplete. Convert it again.',
      );
    return value;
  };
  const maybe = (key: string): number | undefined => getNumber(metadata, `${architecture}.${key}`);
  const layers = need('block_count');
  if (!Number.isInteger(layers) || layers > MAX_LAYERS)
    throw new FileError(
      `${label}: metadata "${architecture}.block_count" is ${layers}, expected a count of at most ${MAX_LAYERS}.`,
      'The file is damaged.',
    );
  const width = need('embedding_length');
  const heads = need('attention.head_count');
  const headDim = maybe('attention.key_length') ?? width / heads;
  const scaling = getString(metadata, `${architecture}.rope.scaling.type`);
  const factor = maybe('rope.scaling.factor') ?? 1;
  const ropeBase = maybe('rope.freq_base') ?? 10000;
  const experts = maybe('expert_count') ?? 0;
  const pattern = metadata.get(`${architecture}.attention.sliding_window_pattern`)?.value;
  const isYarn = scaling === 'yarn' && factor > 1;
  return {
    architecture,
    layers,
    width,
    ffnWidth:
      experts > 0
        ? (maybe('expert_feed_forward_length') ?? need('feed_forward_length'))
        : need('feed_forward_length'),
    heads,
    kvHeads: maybe('attention.head_count_kv') || heads,
    headDim,
    rotaryDim: maybe('rope.dimension_count') ?? headDim,
    ropeBase,
    ropeBaseSliding: maybe('rope.freq_base_swa') ?? ropeBase,
    ropeScale: scaling === 'linear' || isYarn ? factor : 1,
    ropeAmplitude: (maybe('rope.scaling.attn_factor') ?? 1) * (isYarn ? 1 + 0.1 * Math.log(factor) : 1),
    ...(isYarn
      ? {
          yarn: {
            fast: maybe('rope.scaling.yarn_beta_fast') ?? 32,
            slow: maybe('rope.scaling.yarn_beta_slow') ?? 1,
            original: maybe('rope.scaling.original_context_length') ?? need('context_length'),
          },
        }
      : {}),
    originalContext: maybe('rope.scaling.original_context_length') ?? 0,
    epsilon: maybe('attention.layer_norm_rms_epsilon') ?? maybe('attention.layer_norm_epsilon') ?? 1e-5,
    contextLength: need('context_length'),
    embeddingScale: maybe('embedding_scale') ?? 1,
    attentionScale: maybe('attention.scale') || 1 / Math.sqrt(headDim),
    residualScale: maybe('residual_scale') ?? 1,
    logitScale: 1 / (maybe('logit_scale') || 1),
    attentionCap: maybe('attn_logit_softcapping') ?? 0,
    logitCap: maybe('final_logit_softcapping') ?? 0,
    window: maybe('attention.sliding_window') ?? 0,
    windowPattern: typeof pattern === 'number' ? pattern : 6,
    ...(Array.isArray(pattern) ? { slidingLayers: (pattern as readonly unknown[]).map(Boolean) } : {}),
    experts,
    expertsUsed: maybe('expert_used_count') ?? 0,
  };
}
