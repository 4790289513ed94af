import { recordExperts } from '../blocks/experts';
import type { Input, Recorder } from '../blocks/recorder';
import type { Runtime } from '../runtime';

/** qkv = W x for the queries, keys and values of a layer. */
function projections(g: Recorder, r: Runtime, input: Input, layer: string): void {
  const { heads, kvHeads, headDim } = r.h;
  const stride = (heads + 2 * kvHeads) * headDim;
  const names = g.has(`${layer}.attn_qkv.weight`) ? ['attn_qkv'] : ['attn_q', 'attn_k', 'attn_v'];
  g.linear(
    names.map((name) => `${layer}.${name}`),
    input,
    r.qkv,
  );
  // Norms by head are fused into attention.
  if (r.traits.headNorm !== 'row' || !g.has(`${layer}.attn_q_norm.weight`)) return;
  g.rowNorm(`${layer}.attn_q_norm.weight`, r.qkv, 0, stride);
  g.rowNorm(`${layer}.attn_k_norm.weight`, r.qkv, heads * headDim, stride);
}

/** out += residualScale * feed-forward, or out = the same if a post-norm follows. */
function feedForward(g: Recorder, r: Runtime, input: Input, out: GPUBuffer, layer: string): void {
  const { h, traits, hidden } = r;
  if (traits.feedForward === 'plain') {
    g.linear([`${layer}.ffn_up`], input, hidden);
    g.activate(hidden);
  } else {
    const names = g.has(`${layer}.ffn_gate.weight`) ? ['ffn_gate', 'ffn_up'] : ['ffn_up'];
    g.gatedLinear(
      names.map((name) => `${layer}.${name}`),
      input,
      hidden,
    );
  }
  const added = { accumulate: traits.norms === 'before', scale: h.residualScale };
  g.linear([`${layer}.ffn_down`], { x: hidden }, out, added);
}

/** x = embedding rows of the token ids. */
export function recordEmbedding(g: Recorder, { h, traits, x }: Runtime): void {
  g.embed('token_embd.weight', x, h.embeddingScale);
  if (traits.rope === 'none') g.addPositions('position_embd.weight', x);
}

/** Records a layer: updates x in place. */
export function recordLayer(g: Recorder, r: Runtime, index: number): void {
  const { h, traits, x, branch, attended } = r;
  const before = traits.norms !== 'after';
  const after = traits.norms !== 'before';
  const layer = `blk.${index}`;
  const input = before ? g.normalized(x, `${layer}.attn_norm`) : { x };
  projections(g, r, input, layer);
  g.attention(index, attended);
  // A parallel feed-forward reads the input of attention, so it must run before anything is added to x.
  if (traits.parallel) feedForward(g, r, input, x, layer);
  const added = { accumulate: !after, scale: h.residualScale };
  g.linear([`${layer}.attn_output`], { x: attended }, after ? branch : x, added);
  if (after) g.norm(`${layer}.post_attention_norm`, branch, x, { accumulate: true });
  if (traits.parallel) return;
  if (h.experts > 0) {
    recordExperts(g, layer, g.normalized(x, `${layer}.ffn_norm`), x);
    return;
  }
  feedForward(g, r, before ? g.normalized(x, `${layer}.ffn_norm`) : { x }, after ? branch : x, layer);
  if (after) g.norm(`${layer}.post_ffw_norm`, branch, x, { accumulate: true });
}

/** logits = cap(logitScale * W norm(x)). */
export function recordHead(g: Recorder, { h, x }: Runtime): void {
  const head = g.has('output.weight') ? 'output' : 'token_embd';
  g.logits(x, 'output_norm', head, { scale: h.logitScale, cap: h.logitCap });
}

/** Records a pass of a decoder-only transformer, from token ids to logits of the newest token or of every token. */
export function recordDecoder(g: Recorder, r: Runtime): void {
  recordEmbedding(g, r);
  for (let i = 0; i < r.h.layers; i++) recordLayer(g, r, i);
  recordHead(g, r);
}
