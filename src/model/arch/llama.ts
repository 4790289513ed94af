import type { Architecture } from './architecture';

const LAYER = [
  'attn_norm',
  'attn_q',
  'attn_k',
  'attn_v',
  'attn_output',
  'ffn_norm',
  'ffn_gate',
  'ffn_up',
  'ffn_down',
];

/** Llama: pre-norm blocks of grouped-query attention with rotary positions, and a SwiGLU feed-forward. */
export const llama: Architecture = {
  id: 'llama',
  label: 'Llama',
  tensors: (layers) => [
    'token_embd.weight',
    'output_norm.weight',
    ...Array.from({ length: layers }, (_, i) => LAYER.map((t) => `blk.${i}.${t}.weight`)).flat(),
  ],
  record(g, r) {
    g.embed('token_embd.weight', r.x);
    for (let i = 0; i < r.h.layers; i++) {
      const w = (name: string) => `blk.${i}.${name}.weight`;
      g.rmsNorm(w('attn_norm'), r.x, r.normed);
      g.linear(w('attn_q'), r.normed, r.q);
      g.linear(w('attn_k'), r.normed, r.k);
      g.linear(w('attn_v'), r.normed, r.v);
      g.ropeAndCache(i);
      g.attention(i, r.attended);
      g.linear(w('attn_output'), r.attended, r.x, true);
      g.rmsNorm(w('ffn_norm'), r.x, r.normed);
      g.linear(w('ffn_gate'), r.normed, r.gate);
      g.linear(w('ffn_up'), r.normed, r.up);
      g.swiglu(r.gate, r.up);
      g.linear(w('ffn_down'), r.gate, r.x, true);
    }
    g.rmsNorm('output_norm.weight', r.x, r.normed, true);
    const head = g.has('output.weight') ? 'output.weight' : 'token_embd.weight';
    g.linear(head, r.normed, r.logits, false, true);
  },
};
