import { getString, type Metadata } from '../files/gguf/metadata';
import { FileError } from '../util/errors';
import { above, count, countOfLayers, FACTOR, HyperparameterReader } from './hyperparameter-reader';

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
const MAX_LAYERS = 1_000;
/** llama.cpp's LLAMA_MAX_EXPERTS. */
const MAX_EXPERTS = 512;
/** llama.cpp reads positions as 32-bit integers with a sign. */
const POSITIONS = count(1);

/**
 * Reads hyperparameters. `label` names the file in errors. Throws FileError on missing numbers and on those without a
 * meaning, UnsupportedError for layers of several sizes.
 */
export function readHyperparameters(label: string, metadata: Metadata): Hyperparameters {
  const architecture = getString(metadata, 'general.architecture');
  if (!architecture)
    throw new FileError(
      `${label}: metadata has no "general.architecture", expected the name of one.`,
      'The file is no language model, or is damaged.',
    );
  const read = new HyperparameterReader(label, metadata, architecture);
  const layers = read.need('block_count', count(1, MAX_LAYERS));
  const width = read.need('embedding_length', count(1));
  const heads = read.need('attention.head_count', countOfLayers(1), layers);
  const headDim = headDimOf(label, read, architecture, width, heads);
  const rope = ropeOf(read, metadata, architecture);
  const experts = read.maybe('expert_count', count(0, MAX_EXPERTS)) ?? 0;
  const ffnWidth = () => read.need('feed_forward_length', countOfLayers(1), layers);
  const pattern = read.layerFlags('attention.sliding_window_pattern', count(1), layers);
  return {
    architecture,
    layers,
    width,
    ffnWidth: experts > 0 ? (read.maybe('expert_feed_forward_length', count(1)) ?? ffnWidth()) : ffnWidth(),
    heads,
    kvHeads: read.maybe('attention.head_count_kv', countOfLayers(1, heads), layers) ?? heads,
    headDim,
    rotaryDim: read.maybe('rope.dimension_count', count(1, headDim)) ?? headDim,
    ...rope,
    epsilon:
      read.maybe('attention.layer_norm_rms_epsilon', above(0, 1)) ??
      read.need('attention.layer_norm_epsilon', above(0, 1)),
    contextLength: read.need('context_length', POSITIONS),
    embeddingScale: read.maybe('embedding_scale', FACTOR) || 1,
    attentionScale: read.maybe('attention.scale', FACTOR) || 1 / Math.sqrt(headDim),
    residualScale: read.maybe('residual_scale', FACTOR) || 1,
    logitScale: 1 / (read.maybe('logit_scale', FACTOR) || 1),
    attentionCap: read.maybe('attn_logit_softcapping', FACTOR) ?? 0,
    logitCap: read.maybe('final_logit_softcapping', FACTOR) ?? 0,
    window: read.maybe('attention.sliding_window', count(0)) ?? 0,
    windowPattern: typeof pattern === 'number' ? pattern : 6,
    ...(typeof pattern === 'object' ? { slidingLayers: pattern } : {}),
    experts,
    expertsUsed: experts > 0 ? read.need('expert_used_count', count(1, experts)) : 0,
  };
}

/** Dimensions of a head. Throws FileError when the heads do not divide the width, or values have others than keys. */
function headDimOf(
  label: string,
  read: HyperparameterReader,
  architecture: string,
  width: number,
  heads: number,
): number {
  const wrong = (what: string) =>
    new FileError(`${label}: metadata ${what}.`, 'The file is damaged. Convert it again.');
  const keys = read.maybe('attention.key_length', count(1));
  if (keys === undefined && width % heads !== 0)
    throw wrong(
      `"${architecture}.attention.head_count" is ${heads}, which does not divide the width of ${width}, expected a divisor, or "${architecture}.attention.key_length"`,
    );
  const headDim = keys ?? width / heads;
  const values = read.maybe('attention.value_length', count(1)) ?? headDim;
  if (values !== headDim)
    throw wrong(
      `"${architecture}.attention.value_length" is ${values}, expected the ${headDim} dimensions that keys have`,
    );
  return headDim;
}

/** RoPE's bases and scales. */
function ropeOf(read: HyperparameterReader, metadata: Metadata, architecture: string) {
  const scaling = getString(metadata, `${architecture}.rope.scaling.type`);
  const factor = read.maybe('rope.scaling.factor', FACTOR) || 1;
  const ropeBase = read.maybe('rope.freq_base', above(1)) ?? 10000;
  const isYarn = scaling === 'yarn' && factor > 1;
  const original = read.maybe('rope.scaling.original_context_length', count(0)) || undefined;
  const amplitude = read.maybe('rope.scaling.attn_factor', FACTOR) || 1;
  return {
    ropeBase,
    ropeBaseSliding: read.maybe('rope.freq_base_swa', above(1)) ?? ropeBase,
    ropeScale: scaling === 'linear' || isYarn ? factor : 1,
    ropeAmplitude: amplitude * (isYarn ? 1 + 0.1 * Math.log(factor) : 1),
    ...(isYarn
      ? {
          yarn: {
            fast: read.maybe('rope.scaling.yarn_beta_fast', above(0)) ?? 32,
            slow: read.maybe('rope.scaling.yarn_beta_slow', above(0)) ?? 1,
            original: original ?? read.need('context_length', POSITIONS),
          },
        }
      : {}),
    originalContext: original ?? 0,
  };
}
