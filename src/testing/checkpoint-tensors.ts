// Names and shapes of the tensors of Hugging Face checkpoints.

export type Shape = readonly number[];
export type Tensors = (readonly [name: string, shape: Shape])[];

/** Default dimensions; a recipe may override them. */
export interface Sizes {
  readonly width: number;
  readonly ffn: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly vocabulary: number;
}
export const layers = (s: Sizes, each: (at: (name: string) => string) => Tensors): Tensors =>
  Array.from({ length: s.layers }, (_, i) => each((name) => `model.layers.${i}.${name}`)).flat();

export const ends = (s: Sizes, tied: boolean, norm = 'model.norm'): Tensors => [
  ['model.embed_tokens.weight', [s.vocabulary, s.width]],
  [`${norm}.weight`, [s.width]],
  ...(tied ? [] : ([['lm_head.weight', [s.vocabulary, s.width]]] as Tensors)),
];

export const attentionPrefill = (s: Sizes, at: (name: string) => string): Tensors => [
  [at('self_attn.q_proj.weight'), [s.heads * s.headDim, s.width]],
  [at('self_attn.k_proj.weight'), [s.kvHeads * s.headDim, s.width]],
  [at('self_attn.v_proj.weight'), [s.kvHeads * s.headDim, s.width]],
  [at('self_attn.o_proj.weight'), [s.width, s.heads * s.headDim]],
];
export const gatedMlp = (s: Sizes, at: (name: string) => string): Tensors => [
  [at('mlp.gate_proj.weight'), [s.ffn, s.width]],
  [at('mlp.up_proj.weight'), [s.ffn, s.width]],
  [at('mlp.down_proj.weight'), [s.width, s.ffn]],
];
export const norms = (s: Sizes, at: (name: string) => string, ...names: string[]): Tensors =>
  names.map((name) => [at(`${name}.weight`), [s.width]]);
const PRE = ['input_layernorm', 'post_attention_layernorm'];
const POST = ['post_attention_layernorm', 'post_feedforward_layernorm'];
export const headNorms = (size: (kind: 'q' | 'k') => number, at: (name: string) => string): Tensors =>
  (['q', 'k'] as const).map((kind) => [at(`self_attn.${kind}_norm.weight`), [size(kind)]]);
export const withBiases = (tensors: Tensors): Tensors =>
  tensors.flatMap(([name, shape]) => [
    [name, shape],
    [name.replace(/weight$/, 'bias'), shape.slice(0, 1)],
  ]);
/** One matrix per expert and name. */
const experts = (
  s: Sizes,
  count: number,
  at: (n: string) => string,
  path: string,
  names: string[],
): Tensors =>
  Array.from({ length: count }, (_, e) =>
    names.map((name, i) => [
      at(`${path}.experts.${e}.${name}.weight`),
      i === 1 ? [s.width, s.ffn] : [s.ffn, s.width],
    ]),
  ).flat() as unknown as Tensors;

export const llama = (s: Sizes, tied = false): Tensors => [
  ...ends(s, tied),
  ...layers(s, (at) => [...attentionPrefill(s, at), ...gatedMlp(s, at), ...norms(s, at, ...PRE)]),
];
export const fused = (s: Sizes): Tensors => [
  ...ends(s, false),
  ...layers(s, (at) => [
    [at('self_attn.qkv_proj.weight'), [(s.heads + 2 * s.kvHeads) * s.headDim, s.width]],
    [at('self_attn.o_proj.weight'), [s.width, s.heads * s.headDim]],
    [at('mlp.gate_up_proj.weight'), [2 * s.ffn, s.width]],
    [at('mlp.down_proj.weight'), [s.width, s.ffn]],
    ...norms(s, at, ...PRE),
  ]),
];
export const gemma = (s: Sizes, normed: boolean): Tensors => [
  ...ends(s, true),
  ...layers(s, (at) => [
    ...attentionPrefill(s, at),
    ...gatedMlp(s, at),
    ...norms(s, at, 'input_layernorm', 'pre_feedforward_layernorm', ...POST),
    ...(normed ? headNorms(() => s.headDim, at) : []),
  ]),
];
export const mixture = (s: Sizes, count: number, normed: boolean, path: string, names: string[]): Tensors => [
  ...ends(s, false),
  ...layers(s, (at) => [
    ...attentionPrefill(s, at),
    [at(`${path}.gate.weight`), [count, s.width]],
    ...experts(s, count, at, path, names),
    ...norms(s, at, ...PRE),
    ...(normed ? headNorms(() => s.headDim, at) : []),
  ]),
];

export const olmo = (s: Sizes): Tensors => [
  ...ends(s, false),
  ...layers(s, (at) => [
    ...attentionPrefill(s, at),
    ...gatedMlp(s, at),
    ...norms(s, at, ...POST),
    ...headNorms((kind) => (kind === 'q' ? s.heads : s.kvHeads) * s.headDim, at),
  ]),
];

export const phi2 = (s: Sizes): Tensors =>
  withBiases([
    ...ends(s, false, 'model.final_layernorm'),
    ...layers(s, (at) => [
      ...attentionPrefill(s, at).map(([n, d]) => [n.replace('o_proj', 'dense'), d] as const),
      [at('mlp.fc1.weight'), [s.ffn, s.width]],
      [at('mlp.fc2.weight'), [s.width, s.ffn]],
      ...norms(s, at, 'input_layernorm'),
    ]),
  ]).filter(([name]) => name !== 'model.embed_tokens.bias');

export const gpt2 = (s: Sizes): Tensors => [
  ['wte.weight', [s.vocabulary, s.width]],
  ['wpe.weight', [512, s.width]],
  ...Array.from({ length: s.layers }, (_, i) =>
    withBiases(
      (
        [
          ['ln_1', [s.width]],
          ['attn.c_attn', [s.width, 3 * s.width]],
          ['attn.c_proj', [s.width, s.width]],
          ['ln_2', [s.width]],
          ['mlp.c_fc', [s.width, s.ffn]],
          ['mlp.c_proj', [s.ffn, s.width]],
        ] as Tensors
      ).map(([name, shape]) => [`h.${i}.${name}.weight`, shape] as const),
    ).map(([name, shape]): readonly [string, Shape] =>
      // GPT-2 stores cols x rows, so a bias is as long as the second dimension.
      /c_\w+\.bias/.test(name)
        ? [name, [name.includes('c_attn') ? 3 * s.width : name.includes('c_fc') ? s.ffn : s.width]]
        : [name, shape],
    ),
  ).flat(),
  ['ln_f.weight', [s.width]],
  ['ln_f.bias', [s.width]],
];
