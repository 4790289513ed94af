import { commonNames } from '../convert/checkpoint/names';
import { llamaParameters, llamaRopeFactors, llamaVocabulary, neighbourHeads } from '../convert/llama-family';
import type { Architecture } from './architecture';

/** Llama, TinyLlama, SmolLM2, Mistral, and Mixtral, which has experts. */
export const llama: Architecture = {
  id: 'llama',
  label: 'Llama',
  traits: { rope: 'neighbours', norm: 'rms', norms: 'before', activation: 'silu', feedForward: 'gated' },
  huggingFace: [
    {
      classes: ['LlamaForCausalLM', 'LLaMAForCausalLM', 'MistralForCausalLM', 'MixtralForCausalLM'],
      names: {
        whole: commonNames.whole,
        layer: { ...commonNames.layer, 'block_sparse_moe.gate': 'ffn_gate_inp' },
      },
      parameters: llamaParameters,
      vocabulary: llamaVocabulary,
      extra: llamaRopeFactors,
      change: neighbourHeads,
    },
  ],
};
