import { recordExperts } from '../blocks/experts';
import type { Input, Recorder } from '../blocks/recorder';
import type { Runtime } from '../runtime';

/** Queries, keys and values of a layer into rows of `qkv`. */
function projections(g: Recorder, r: Runtime, input: Input, layer: string): void {
  const { heads, kvHeads, headDim } = r.h;
  const stride = (heads + 2 * kvHeads) * headDim;
  const names = g.has(`${layer}.attn_qkv.weight`) ? ['attn_qkv'] : ['attn_q', 'attn_k', 'attn_v'];
  g.linear(
    names.map((name) => `${layer}.${name}`),
    input,
    r.qkv,
  );
  // Norms of single heads are attention's.
  if (r.traits.headNorm !== 'row' || !g.has(`${layer}.attn_q_norm.weight`)) return;
  g.rowNorm(`${layer}.attn_q_norm.weight`, r.qkv, 0, stride);
  g.rowNorm(`${layer}.attn_k_norm.weight`, r.qkv, heads * headDim, stride);
}

/** Adds to `out` scaled, or writes it when there is a norm to come. */
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

/** Token ids to rows of x. */
export function recordEmbedding(g: Recorder, { h, traits, x }: Runtime): void {
  g.embed('token_embd.weight', x, h.embeddingScale);
  if (traits.rope === 'none') g.addPositions('position_embd.weight', x);
}

/** What one layer does to rows of x. */
export function recordLayer(g: Recorder, r: Runtime, index: number): void {
  const { h, traits, x, branch, attended } = r;
  const before = traits.norms !== 'after';
  const after = traits.norms !== 'before';
  const layer = `blk.${index}`;
  const input = before ? g.normalized(x, `${layer}.attn_norm`) : { x };
  projections(g, r, input, layer);
  g.attention(index, attended);
  // Side by side with attention, the feed-forward reads what attention read: before anything is added to x.
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

/** Rows of x to logits. */
export function recordHead(g: Recorder, { h, x }: Runtime): void {
  const head = g.has('output.weight') ? 'output' : 'token_embd';
  g.logits(x, 'output_norm', head, { scale: h.logitScale, cap: h.logitCap });
}

/** Records one pass of a decoder-only transformer: token ids in, logits of the newest token (or of every one) out. */
export function recordDecoder(g: Recorder, r: Runtime): void {
  recordEmbedding(g, r);
  for (let i = 0; i < r.h.layers; i++) recordLayer(g, r, i);
  recordHead(g, r);
}
