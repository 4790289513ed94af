import { transposed } from '../convert/tensors/lazy';
import { fileType } from '../convert/metadata/parameters';
import { byteLevel } from '../convert/vocabulary/vocabulary';
import type { Architecture } from './architecture';

/** GPT-2: learned positions, LayerNorm, biases everywhere. */
export const gpt2: Architecture = {
  id: 'gpt2',
  label: 'GPT-2',
  traits: { rope: 'none', norm: 'layer', norms: 'before', activation: 'gelu', feedForward: 'plain' },
  always: { layer: ['attn_qkv', 'attn_output', 'ffn_up', 'ffn_down'].map((name) => `${name}.bias`) },
  huggingFace: [
    {
      classes: ['GPT2LMHeadModel'],
      tied: true,
      names: {
        whole: { wte: 'token_embd', wpe: 'position_embd', ln_f: 'output_norm', lm_head: 'output' },
        layer: {
          ln_1: 'attn_norm',
          'attn.c_attn': 'attn_qkv',
          'attn.c_proj': 'attn_output',
          ln_2: 'ffn_norm',
          'mlp.c_fc': 'ffn_up',
          'mlp.c_proj': 'ffn_down',
        },
      },
      parameters(c, out) {
        out.u32('%.block_count', c.layers);
        out.u32('%.context_length', c.number('n_ctx', 'n_positions'));
        out.u32('%.embedding_length', c.width);
        out.u32('%.feed_forward_length', 4 * c.width);
        out.u32('%.attention.head_count', c.heads);
        out.f32('%.attention.layer_norm_epsilon', c.number('layer_norm_epsilon'));
        fileType(out);
      },
      vocabulary: byteLevel,
      // Causal masks.
      skips: (name) => /\.attn\.(masked_)?bias$/.test(name),
      // Conv1D stores matrices as inputs x outputs.
      change: (tensor) =>
        /\.(attn_qkv|attn_output|ffn_up|ffn_down)\.weight$/.test(tensor.name) ? transposed(tensor) : tensor,
    },
  ],
};
