import type { HuggingFaceSource } from '../convert/source';
import type { Hyperparameters } from '../hyperparameters';

/** Traits of a decoder-only transformer that neither the hyperparameters nor the presence of a tensor tell. */
export interface DecoderTraits {
  /** Pairs of RoPE: neighbouring dimensions (llama.cpp's NORM), d and d + rotaryDim / 2 (NEOX), or no RoPE. */
  readonly rope: 'neighbours' | 'halves' | 'none';
  readonly norm: 'rms' | 'layer';
  /** Pre-norm, post-norm or both, of attention and feed-forward. */
  readonly norms: 'before' | 'after' | 'both';
  readonly activation: 'silu' | 'gelu';
  /** Attention and feed-forward read the same normalized input, and both outputs are added (Phi-2). */
  readonly parallel?: boolean;
  /** down(act(gate x) * up x), or down(act(up x)). */
  readonly feedForward: 'gated' | 'plain';
  /** attn_q_norm and attn_k_norm normalize each head, or the whole row (OLMo 2). */
  readonly headNorm?: 'head' | 'row';
  /** Hyperparameters that the architecture fixes or derives. */
  derive?(h: Hyperparameters): Partial<Hyperparameters>;
  /** Sliding window layers, if the file has a window but no list of layers; the default is none. */
  slides?(layer: number, h: Hyperparameters): boolean;
  /** Sliding window layers have their own RoPE base, unscaled. */
  readonly localRope?: boolean;
  /** Layers with RoPE; the default is all. */
  rotates?(layer: number): boolean;
}

/** An architecture: its graph, and the conversion of its checkpoints to GGUF. */
export interface Architecture {
  /** general.architecture. */
  readonly id: string;
  readonly label: string;
  readonly traits: DecoderTraits;
  /** Tensors that each of its models has, of which the graph would run without; those of a layer without `blk.N.`. */
  readonly always?: { readonly whole?: readonly string[]; readonly layer?: readonly string[] };
  readonly huggingFace: readonly HuggingFaceSource[];
}

/** Returns true for a sliding window layer. */
export const slides = (traits: DecoderTraits, h: Hyperparameters, layer: number): boolean =>
  h.window > 0 && traits.slides !== undefined && (h.slidingLayers?.[layer] ?? traits.slides(layer, h));
