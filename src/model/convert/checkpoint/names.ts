/** GGUF names of a checkpoint's modules, without `.weight` and `.bias`. Source: gguf-py, tensor_mapping.py. */
export interface NameTable {
  readonly whole: Readonly<Record<string, string>>;
  /** Modules of a layer. */
  readonly layer: Readonly<Record<string, string>>;
}

/** Module names of most Hugging Face decoders. */
export const commonNames: NameTable = {
  whole: {
    embed_tokens: 'token_embd',
    norm: 'output_norm',
    lm_head: 'output',
  },
  layer: {
    input_layernorm: 'attn_norm',
    'self_attn.q_proj': 'attn_q',
    'self_attn.k_proj': 'attn_k',
    'self_attn.v_proj': 'attn_v',
    'self_attn.qkv_proj': 'attn_qkv',
    'self_attn.o_proj': 'attn_output',
    'self_attn.q_norm': 'attn_q_norm',
    'self_attn.k_norm': 'attn_k_norm',
    post_attention_layernorm: 'ffn_norm',
    'mlp.gate_proj': 'ffn_gate',
    'mlp.up_proj': 'ffn_up',
    'mlp.down_proj': 'ffn_down',
  },
};

/** Names of decoders with post-norms. */
export const postNormNames: NameTable = {
  whole: commonNames.whole,
  layer: {
    ...commonNames.layer,
    post_attention_layernorm: 'post_attention_norm',
    pre_feedforward_layernorm: 'ffn_norm',
    post_feedforward_layernorm: 'post_ffw_norm',
  },
};

export interface PlacedName {
  readonly name: string;
  /** Layer index; -1 outside layers. */
  readonly layer: number;
  /** Index of the expert; `name` is then that of the stack. */
  readonly expert?: number;
}

const EXPERT = /^(?:block_sparse_moe|mlp)\.experts\.(\d+)\.(\w+)$/;
const stacks: Readonly<Record<string, string>> = {
  w1: 'ffn_gate_exps',
  gate_proj: 'ffn_gate_exps',
  w2: 'ffn_down_exps',
  down_proj: 'ffn_down_exps',
  w3: 'ffn_up_exps',
  up_proj: 'ffn_up_exps',
};

/** GGUF name of a checkpoint tensor; undefined if the table lacks it. */
export function placeName(table: NameTable, name: string): PlacedName | undefined {
  const suffix = /\.(weight|bias)$/.exec(name)?.[0] ?? '';
  const path = (suffix ? name.slice(0, -suffix.length) : name).replace(/^(model|transformer)\./, '');
  const inLayer = /^(?:layers|h)\.(\d+)\.(.+)$/.exec(path);
  if (!inLayer) {
    const target = table.whole[path];
    return target && suffix ? { name: target + suffix, layer: -1 } : undefined;
  }
  const layer = Number(inLayer[1]);
  const expert = EXPERT.exec(inLayer[2]!);
  const target = expert ? stacks[expert[2]!] : table.layer[inLayer[2]!];
  if (!target || !suffix) return undefined;
  const placed = { name: `blk.${layer}.${target}${suffix}`, layer };
  return expert ? { ...placed, expert: Number(expert[1]) } : placed;
}
