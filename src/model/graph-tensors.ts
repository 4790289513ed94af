// Tensors that the graph of a decoder reads (model/arch/decoder.ts), and the shapes that hyperparameters give them.
import type { Architecture } from './arch/architecture';
import type { Hyperparameters } from './hyperparameters';

/** A tensor of the graph: name, and dimensions in ggml's order. `optional` where the graph goes without it. */
export interface GraphTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly optional?: boolean;
}

type Has = (name: string) => boolean;

/** A matrix with its bias, which the graph adds where the file has one. */
const product = (name: string, cols: number, rows: number): GraphTensor[] => [
  { name: `${name}.weight`, shape: [cols, rows] },
  { name: `${name}.bias`, shape: [rows], optional: true },
];

function attentionTensors(
  { traits }: Architecture,
  h: Hyperparameters,
  layer: string,
  has: Has,
): GraphTensor[] {
  const [q, kv] = [h.heads * h.headDim, h.kvHeads * h.headDim];
  const projections = has(`${layer}.attn_qkv.weight`)
    ? product(`${layer}.attn_qkv`, h.width, q + 2 * kv)
    : [
        ...product(`${layer}.attn_q`, h.width, q),
        ...product(`${layer}.attn_k`, h.width, kv),
        ...product(`${layer}.attn_v`, h.width, kv),
      ];
  const names = ['attn_q_norm', 'attn_k_norm'].map((name) => `${layer}.${name}.weight`);
  const sizes = traits.headNorm === 'row' ? [q, kv] : [h.headDim, h.headDim];
  // Either both are there or none.
  const optional = !names.some(has);
  const norms = traits.headNorm ? names.map((name, i) => ({ name, shape: [sizes[i]!], optional })) : [];
  return [...projections, ...norms, ...product(`${layer}.attn_output`, q, h.width)];
}

function normTensors({ traits }: Architecture, h: Hyperparameters, layer: string): GraphTensor[] {
  const names = [
    ...(traits.norms === 'after' ? [] : ['attn_norm', ...(traits.parallel ? [] : ['ffn_norm'])]),
    ...(traits.norms === 'before' ? [] : ['post_attention_norm', 'post_ffw_norm']),
  ];
  const parts = traits.norm === 'layer' ? ['weight', 'bias'] : ['weight'];
  return names.flatMap((name) =>
    parts.map((part) => ({ name: `${layer}.${name}.${part}`, shape: [h.width] })),
  );
}

function feedForwardTensors(
  { traits }: Architecture,
  h: Hyperparameters,
  layer: string,
  has: Has,
): GraphTensor[] {
  const { width, ffnWidth, experts } = h;
  if (experts > 0)
    return [
      ...product(`${layer}.ffn_gate_inp`, width, experts),
      { name: `${layer}.ffn_gate_exps.weight`, shape: [width, ffnWidth, experts] },
      { name: `${layer}.ffn_up_exps.weight`, shape: [width, ffnWidth, experts] },
      { name: `${layer}.ffn_down_exps.weight`, shape: [ffnWidth, width, experts] },
    ];
  const gateIsFused = traits.feedForward === 'gated' && !has(`${layer}.ffn_gate.weight`);
  return [
    ...product(`${layer}.ffn_up`, width, gateIsFused ? 2 * ffnWidth : ffnWidth),
    ...product(`${layer}.ffn_down`, ffnWidth, width),
    ...(traits.feedForward === 'plain' || gateIsFused ? [] : product(`${layer}.ffn_gate`, width, ffnWidth)),
  ];
}

/** Every tensor that the graph of a model reads. `vocabulary` is the number of tokens. */
export function graphTensors(
  architecture: Architecture,
  h: Hyperparameters,
  vocabulary: number,
  has: Has,
): GraphTensor[] {
  const { traits } = architecture;
  const output = has('output.weight') ? product('output', h.width, vocabulary) : [];
  const factors = ['rope_freqs', 'rope_factors_long', 'rope_factors_short'].map((name) => ({
    name: `${name}.weight`,
    shape: [h.rotaryDim / 2],
    optional: true,
  }));
  return [
    { name: 'token_embd.weight', shape: [h.width, vocabulary] },
    ...(traits.rope === 'none'
      ? [{ name: 'position_embd.weight', shape: [h.width, h.contextLength] }]
      : factors),
    ...Array.from({ length: h.layers }, (_, i) => `blk.${i}`).flatMap((layer) => [
      ...attentionTensors(architecture, h, layer, has),
      ...normTensors(architecture, h, layer),
      ...feedForwardTensors(architecture, h, layer, has),
    ]),
    { name: 'output_norm.weight', shape: [h.width] },
    ...(traits.norm === 'layer' ? [{ name: 'output_norm.bias', shape: [h.width] }] : []),
    ...output,
  ];
}
