import { llamaParameters, llamaRopeFactors, llamaVocabulary, neighbourHeads } from '../convert/llama-family';
import { commonNames } from '../convert/checkpoint/names';
import type { Architecture } from './architecture';

/** Granite: Llama with scaled embeddings, attention, residuals and logits. */
export const granite: Architecture = {
  id: 'granite',
  label: 'Granite',
  traits: { rope: 'neighbours', norm: 'rms', norms: 'before', activation: 'silu', feedForward: 'gated' },
  huggingFace: [
    {
      classes: ['GraniteForCausalLM'],
      names: commonNames,
      parameters(c, out) {
        llamaParameters(c, out);
        out.f32('%.attention.scale', c.maybe('attention_multiplier'));
        out.f32('%.embedding_scale', c.maybe('embedding_multiplier'));
        out.f32('%.residual_scale', c.maybe('residual_multiplier'));
        out.f32('%.logit_scale', c.maybe('logits_scaling'));
      },
      vocabulary: llamaVocabulary,
      preTokenizer: 'refact',
      extra: llamaRopeFactors,
      change: neighbourHeads,
    },
  ],
};
