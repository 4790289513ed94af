import type { HuggingFaceSource } from '../convert/source';
import type { Hyperparameters } from '../hyperparameters';

/** What tells one decoder-only transformer from another. Everything that a tensor's presence says is not repeated here. */
export interface DecoderTraits {
  /** Which dimensions of a head rotate together: neighbours, or the two halves. */
  readonly rope: 'neighbours' | 'halves' | 'none';
  readonly norm: 'rms' | 'layer';
  /** Where a block normalizes: what goes into attention and feed-forward, what comes out, or both. */
  readonly norms: 'before' | 'after' | 'both';
  readonly activation: 'silu' | 'gelu';
  /** Attention and feed-forward read the same normalized input and are added together (Phi-2). */
  readonly parallel?: boolean;
  /** Feed-forward with gates, or with one activation between two matrices. */
  readonly feedForward: 'gated' | 'plain';
  /** attn_q_norm and attn_k_norm take a head at a time, or the whole row (OLMo 2). */
  readonly headNorm?: 'head' | 'row';
  /** Hyperparameters that the architecture fixes or derives. */
  derive?(h: Hyperparameters): Partial<Hyperparameters>;
  /** Layers that see only the window, where the file names one and lists none; by default none. */
  slides?(layer: number, h: Hyperparameters): boolean;
  /** Sliding layers rotate by a base of their own, unscaled. */
  readonly localRope?: boolean;
  /** Layers that rotate; by default all. */
  rotates?(layer: number): boolean;
}

/** An architecture: one file that says what its graph is and how its checkpoints become GGUF. */
export interface Architecture {
  /** general.architecture. */
  readonly id: string;
  readonly label: string;
  readonly traits: DecoderTraits;
  readonly huggingFace: readonly HuggingFaceSource[];
}

/** Whether a layer sees only the window. */
export const slides = (traits: DecoderTraits, h: Hyperparameters, layer: number): boolean =>
  h.window > 0 && traits.slides !== undefined && (h.slidingLayers?.[layer] ?? traits.slides(layer, h));
