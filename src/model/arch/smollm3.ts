import { llamaParameters, llamaRopeFactors, llamaVocabulary, neighbourHeads } from '../convert/llama-family';
import { commonNames } from '../convert/checkpoint/names';
import type { Architecture } from './architecture';

/** SmolLM3: Llama without RoPE in every fourth layer, which the file does not tell. */
export const smollm3: Architecture = {
  id: 'smollm3',
  label: 'SmolLM3',
  traits: {
    rope: 'neighbours',
    norm: 'rms',
    norms: 'before',
    activation: 'silu',
    feedForward: 'gated',
    rotates: (layer) => (layer + 1) % 4 !== 0,
  },
  huggingFace: [
    {
      classes: ['SmolLM3ForCausalLM'],
      tied: true,
      names: commonNames,
      parameters: llamaParameters,
      vocabulary: llamaVocabulary,
      preTokenizer: 'smaug-bpe',
      extra: llamaRopeFactors,
      change: neighbourHeads,
    },
  ],
};
