import type { TensorSource } from '../../files/model-file';
import type { Config } from '../convert/checkpoint/config';
import { plusOne, rowsOf } from '../convert/tensors/lazy';
import type { MetadataWriter } from '../convert/metadata/metadata-writer';
import { postNormNames } from '../convert/checkpoint/names';
import { commonParameters, fileType } from '../convert/metadata/parameters';
import { sentencePiece, sentencePieceFirst, type VocabularyRule } from '../convert/vocabulary/vocabulary';
import type { Hyperparameters } from '../hyperparameters';
import type { Architecture, DecoderTraits } from './architecture';

const traits: DecoderTraits = {
  rope: 'halves',
  norm: 'rms',
  norms: 'both',
  activation: 'gelu',
  feedForward: 'gated',
  headNorm: 'head',
};

/**
 * Scales that the file lacks. Attention is scaled by the head dimension, except in the 27B models, known by their
 * layers.
 */
const scales = (h: Hyperparameters, layersOf27b: number): Partial<Hyperparameters> => ({
  embeddingScale: Math.fround(Math.sqrt(h.width)),
  attentionScale: 1 / Math.sqrt(h.layers === layersOf27b ? h.width / h.heads : h.headDim),
});

const vocabulary: VocabularyRule = (files, out) => {
  if (!files.tokenizerModel) return sentencePieceFirst(files, out);
  const notes = sentencePiece(files, out);
  out.bool('tokenizer.ggml.add_space_prefix', false);
  return notes;
};

const isHead = (name: string): boolean => name === 'lm_head.weight';
const shiftNorms = (tensor: TensorSource): TensorSource =>
  tensor.name.endsWith('norm.weight') ? plusOne(tensor) : tensor;

/** Gemma 2: every second layer has a sliding window; attention scores and logits are soft-capped. */
export const gemma2: Architecture = {
  id: 'gemma2',
  label: 'Gemma 2',
  traits: {
    ...traits,
    derive: (h) => ({ ...scales(h, 46), window: h.window || 4096 }),
    slides: (layer) => layer % 2 === 0,
  },
  huggingFace: [
    {
      classes: ['Gemma2ForCausalLM'],
      tied: true,
      names: postNormNames,
      parameters(c: Config, out: MetadataWriter) {
        out.u32('%.context_length', c.number('max_position_embeddings'));
        out.u32('%.embedding_length', c.width);
        out.u32('%.block_count', c.layers);
        out.u32('%.feed_forward_length', c.number('intermediate_size'));
        out.u32('%.attention.head_count', c.heads);
        out.u32('%.attention.head_count_kv', c.kvHeads);
        out.f32('%.attention.layer_norm_rms_epsilon', c.number('rms_norm_eps'));
        out.u32('%.attention.key_length', c.number('head_dim'));
        out.u32('%.attention.value_length', c.number('head_dim'));
        fileType(out);
        out.f32('%.attn_logit_softcapping', c.number('attn_logit_softcapping'));
        out.f32('%.final_logit_softcapping', c.number('final_logit_softcapping'));
        out.u32('%.attention.sliding_window', c.number('sliding_window'));
      },
      vocabulary,
      skips: isHead,
      change: shiftNorms,
    },
  ],
};

/** Gemma 3 text: five layers of six have a sliding window and their own RoPE base. */
export const gemma3: Architecture = {
  id: 'gemma3',
  label: 'Gemma 3',
  traits: {
    ...traits,
    derive: (h) => scales(h, 62),
    localRope: true,
    slides: (layer, h) => layer % h.windowPattern !== h.windowPattern - 1,
  },
  always: { layer: ['attn_q_norm.weight', 'attn_k_norm.weight'] },
  huggingFace: [
    {
      classes: ['Gemma3ForCausalLM', 'Gemma3ForConditionalGeneration'],
      tied: true,
      names: postNormNames,
      parameters(c: Config, out: MetadataWriter) {
        commonParameters(c, out);
        out.u32('%.context_length', c.maybe('max_position_embeddings') ?? 131072);
        out.u32('%.attention.head_count', c.maybe('num_attention_heads') ?? 8);
        out.f32('%.attention.layer_norm_rms_epsilon', c.maybe('rms_norm_eps') ?? 1e-6);
        out.u32('%.attention.key_length', c.maybe('head_dim') ?? 256);
        out.u32('%.attention.value_length', c.maybe('head_dim') ?? 256);
        out.f32('%.rope.freq_base', c.ropeNumber('rope_theta', 1_000_000));
        const cap = c.maybe('final_logit_softcapping');
        if (cap) out.f32('%.final_logit_softcapping', cap);
        if (c.maybe('sliding_window_pattern') !== 1)
          out.u32('%.attention.sliding_window', c.number('sliding_window'));
        out.u32('%.attention.head_count_kv', c.maybe('num_key_value_heads') ?? 4);
      },
      vocabulary,
      // The vision tower is not part of the text model.
      skips: (name) => isHead(name) || /vision_|multi_modal_projector/.test(name),
      change(tensor, c) {
        if (tensor.name !== 'token_embd.weight') return shiftNorms(tensor);
        const rows = tensor.shape[1] ?? 0;
        return rowsOf(tensor, 0, Math.min(rows, c.vocabularySize ?? rows));
      },
    },
  ],
};
