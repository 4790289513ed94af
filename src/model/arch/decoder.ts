import type { Recorder } from '../blocks';
import type { Runtime } from '../runtime';

/** Queries, keys and values of a layer into rows of `qkv`, normalized where the file has norms for them. */
function projections(g: Recorder, r: Runtime, x: GPUBuffer, layer: string): void {
  const { heads, kvHeads, headDim } = r.h;
  const stride = (heads + 2 * kvHeads) * headDim;
  if (g.has(`${layer}.attn_qkv.weight`)) g.linear(`${layer}.attn_qkv`, x, r.qkv, { stride });
  else {
    g.linear(`${layer}.attn_q`, x, r.qkv, { stride });
    g.linear(`${layer}.attn_k`, x, r.qkv, { stride, at: heads * headDim });
    g.linear(`${layer}.attn_v`, x, r.qkv, { stride, at: (heads + kvHeads) * headDim });
  }
  const whole = r.traits.headNorm === 'row';
  for (const [name, count, at] of [
    ['attn_q_norm', heads, 0],
    ['attn_k_norm', kvHeads, heads * headDim],
  ] as const)
    if (g.has(`${layer}.${name}.weight`))
      g.headNorm(`${layer}.${name}.weight`, r.qkv, whole ? 1 : count, at, stride);
}

/** Dense or a mixture of experts; adds to `out` scaled, or writes it when there is a norm to come. */
function feedForward(g: Recorder, r: Runtime, x: GPUBuffer, out: GPUBuffer, layer: string): void {
  const { h, traits, gateUp, hidden } = r;
  const stride = 2 * h.ffnWidth;
  const added = { accumulate: traits.norms === 'before', scale: h.residualScale };
  if (h.experts > 0) {
    g.linear(`${layer}.ffn_gate_inp`, x, r.routerLogits);
    g.route(r.routerLogits);
    g.experts(`${layer}.ffn_gate_exps`, x, gateUp, { perToken: true, stride });
    g.experts(`${layer}.ffn_up_exps`, x, gateUp, { perToken: true, stride, at: h.ffnWidth });
    g.gated(gateUp, hidden, h.expertsUsed);
    g.experts(`${layer}.ffn_down_exps`, hidden, r.expertOut, { perToken: false, stride: h.width });
    g.mixExperts(r.expertOut, out, h.residualScale);
    return;
  }
  if (traits.feedForward === 'plain') {
    g.linear(`${layer}.ffn_up`, x, hidden);
    g.activate(hidden);
  } else {
    if (g.has(`${layer}.ffn_gate.weight`)) {
      g.linear(`${layer}.ffn_gate`, x, gateUp, { stride });
      g.linear(`${layer}.ffn_up`, x, gateUp, { stride, at: h.ffnWidth });
    } else g.linear(`${layer}.ffn_up`, x, gateUp, { stride });
    g.gated(gateUp, hidden);
  }
  g.linear(`${layer}.ffn_down`, hidden, out, added);
}

/** Records one pass of a decoder-only transformer: token ids in, logits of the newest token (or of every one) out. */
export function recordDecoder(g: Recorder, r: Runtime): void {
  const { h, traits, x, normed, branch, attended } = r;
  g.embed('token_embd.weight', x, h.embeddingScale);
  if (traits.rope === 'none') g.addPositions('position_embd.weight', x);
  const before = traits.norms !== 'after';
  const after = traits.norms !== 'before';
  for (let i = 0; i < h.layers; i++) {
    const layer = `blk.${i}`;
    if (before) g.norm(`${layer}.attn_norm`, x, normed);
    projections(g, r, before ? normed : x, layer);
    g.ropeAndCache(i);
    g.attention(i, attended);
    const added = { accumulate: !after, scale: h.residualScale };
    g.linear(`${layer}.attn_output`, attended, after ? branch : x, added);
    if (after) g.norm(`${layer}.post_attention_norm`, branch, x, { accumulate: true });
    if (before && !traits.parallel) g.norm(`${layer}.ffn_norm`, x, normed);
    feedForward(g, r, before ? normed : x, after ? branch : x, layer);
    if (after) g.norm(`${layer}.post_ffw_norm`, branch, x, { accumulate: true });
  }
  g.norm('output_norm', x, normed, { newest: true });
  const head = g.has('output.weight') ? 'output' : 'token_embd';
  g.linear(head, normed, r.logits, { head: true, scale: h.logitScale, cap: h.logitCap });
}
