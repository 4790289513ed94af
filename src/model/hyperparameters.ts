import { getNumber, getNumbers, getString, type Metadata } from '../files/gguf/metadata';
import { FileError } from '../util/errors';

/** The numbers that shape a decoder-only transformer, read from GGUF metadata. */
export interface Hyperparameters {
  readonly architecture: string;
  readonly layers: number;
  /** Width of the residual stream. */
  readonly width: number;
  readonly ffnWidth: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Leading dimensions of a head that rotate. */
  readonly rotaryDim: number;
  readonly ropeBase: number;
  /** Positions are divided by this (linear scaling); 1 without. */
  readonly ropeScale: number;
  readonly epsilon: number;
  readonly contextLength: number;
}

/** `label` names the file in errors. */
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
  const width = need('embedding_length');
  const heads = need('attention.head_count');
  const headDim = maybe('attention.key_length') ?? width / heads;
  const scaling = getString(metadata, `${architecture}.rope.scaling.type`);
  return {
    architecture,
    layers: need('block_count'),
    width,
    ffnWidth: need('feed_forward_length'),
    heads,
    kvHeads: maybe('attention.head_count_kv') ?? heads,
    headDim,
    rotaryDim: maybe('rope.dimension_count') ?? headDim,
    ropeBase: maybe('rope.freq_base') ?? 10000,
    ropeScale: scaling === 'linear' ? (maybe('rope.scaling.factor') ?? 1) : 1,
    epsilon: maybe('attention.layer_norm_rms_epsilon') ?? 1e-5,
    contextLength: need('context_length'),
  };
}
