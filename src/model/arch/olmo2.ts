import { postNormNames } from '../convert/checkpoint/names';
import { commonParameters } from '../convert/metadata/parameters';
import { byteLevel } from '../convert/vocabulary/vocabulary';
import type { Architecture } from './architecture';

/** OLMo 2 and 3: post-norms only, and norms over whole rows of queries and keys. */
export const olmo2: Architecture = {
  id: 'olmo2',
  label: 'OLMo 2',
  traits: {
    rope: 'halves',
    norm: 'rms',
    norms: 'after',
    activation: 'silu',
    feedForward: 'gated',
    headNorm: 'row',
    localRope: true,
    slides: (layer) => (layer + 1) % 4 !== 0,
  },
  always: { layer: ['attn_q_norm.weight', 'attn_k_norm.weight'] },
  huggingFace: [
    {
      classes: ['Olmo2ForCausalLM', 'Olmo3ForCausalLM'],
      names: postNormNames,
      parameters(c, out) {
        commonParameters(c, out);
        const window = c.maybe('sliding_window');
        if (window === undefined) return;
        out.u32('%.attention.sliding_window', window);
        const types = c.json.layer_types;
        const slides = Array.from({ length: c.layers }, (_, i) =>
          Array.isArray(types) ? types[i] === 'sliding_attention' : (i + 1) % 4 !== 0,
        );
        out.bools('%.attention.sliding_window_pattern', slides);
      },
      vocabulary: byteLevel,
      preTokenizer: 'dbrx',
    },
  ],
};
