import { formatByLabel } from '../quant/registry';
import { byteOfChar } from '../text/token-bytes';
import { type TinyShape, type TinyTensor, tinyTensors } from './tiny-llama';

const parts: Readonly<Record<string, string>> = {
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
  attn_norm: 'input_layernorm',
  ffn_norm: 'post_attention_layernorm',
};
const whole: Readonly<Record<string, string>> = {
  'token_embd.weight': 'model.embed_tokens.weight',
  'output_norm.weight': 'model.norm.weight',
  'output.weight': 'lm_head.weight',
};

function huggingFaceName(name: string): string {
  const match = /^blk\.(\d+)\.(\w+)\.weight$/.exec(name);
  return match ? `model.layers.${match[1]}.${parts[match[2]!]}.weight` : whole[name]!;
}

/** GGUF's interleaved rows back to Hugging Face's halves. */
function split(tensor: TinyTensor, heads: number): Float32Array<ArrayBuffer> {
  const [cols, rows] = [tensor.shape[0]!, tensor.shape[1]!];
  const dim = rows / heads;
  const out = new Float32Array(tensor.values.length);
  for (let row = 0; row < rows; row++) {
    const within = row % dim;
    const target = row - within + (within % 2) * (dim / 2) + Math.floor(within / 2);
    out.set(tensor.values.subarray(row * cols, (row + 1) * cols), target * cols);
  }
  return out;
}

export interface NamedBytes {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const json = (path: string, value: unknown): NamedBytes => ({
  path,
  bytes: new TextEncoder().encode(JSON.stringify(value)),
});

function shard(path: string, tensors: readonly TinyTensor[], s: TinyShape): NamedBytes {
  const format = formatByLabel(s.type ?? 'F32');
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const data: Uint8Array[] = [];
  let at = 0;
  for (const t of tensors) {
    const heads = t.name.includes('attn_q.') ? s.heads : t.name.includes('attn_k.') ? s.kvHeads : 0;
    const bytes = format.encode(heads ? split(t, heads) : t.values);
    const shape = [...t.shape].reverse();
    header[huggingFaceName(t.name)] = { dtype: format.label, shape, data_offsets: [at, at + bytes.length] };
    data.push(bytes);
    at += bytes.length;
  }
  const head = new TextEncoder().encode(JSON.stringify(header));
  const out = new Uint8Array(8 + head.length + at);
  new DataView(out.buffer).setBigUint64(0, BigInt(head.length), true);
  out.set(head, 8);
  let to = 8 + head.length;
  for (const bytes of data) {
    out.set(bytes, to);
    to += bytes.length;
  }
  return { path, bytes: out };
}

/** GPT-2's byte alphabet and a few merges, padded to the vocabulary by unused tokens. */
function tokenizerJson(s: TinyShape): unknown {
  const alphabet = [...byteOfChar].sort((a, b) => a[1] - b[1]).map(([char]) => char);
  const merges = ['t h', 'th e', '\u0120 the', 'a n', 'an d'].filter((_, i) => 258 + i < s.vocabulary);
  const vocab: Record<string, number> = { '<|start|>': 0, '<|end|>': 1 };
  for (const char of alphabet) vocab[char] = Object.keys(vocab).length;
  for (const merge of merges) vocab[merge.replace(' ', '')] = Object.keys(vocab).length;
  const added = ['<|start|>', '<|end|>'].map((content, id) => ({ id, content, special: true }));
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: '1.0',
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: byteLevel,
    model: { type: 'BPE', vocab, merges },
  };
}

/** The same seeded llama as tinyGguf, as Hugging Face would ship it, in one or several weight files. */
export function huggingFaceFolder(s: TinyShape, shards = 1, folder = 'tiny'): NamedBytes[] {
  const tensors = tinyTensors(s);
  const name = (i: number) =>
    shards === 1 ? 'model.safetensors' : `model-0000${i + 1}-of-0000${shards}.safetensors`;
  const each = Math.ceil(tensors.length / shards);
  const groups = Array.from({ length: shards }, (_, i) => tensors.slice(i * each, (i + 1) * each));
  const files = groups.map((group, i) => shard(`${folder}/${name(i)}`, group, s));
  const map = Object.fromEntries(groups.flatMap((g, i) => g.map((t) => [huggingFaceName(t.name), name(i)])));
  if (shards > 1) files.push(json(`${folder}/model.safetensors.index.json`, { weight_map: map }));
  const config = {
    architectures: ['LlamaForCausalLM'],
    hidden_size: s.width,
    intermediate_size: s.ffn,
    num_hidden_layers: s.layers,
    num_attention_heads: s.heads,
    num_key_value_heads: s.kvHeads,
    max_position_embeddings: s.context,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    vocab_size: s.vocabulary,
    tie_word_embeddings: s.tied ?? false,
  };
  const tokenizerConfig = {
    bos_token: '<|start|>',
    eos_token: '<|end|>',
    add_bos_token: true,
    chat_template: "{{ bos_token }}{% for m in messages %}{{ m['content'] }}<|end|>{% endfor %}",
  };
  return [
    ...files,
    json(`${folder}/config.json`, config),
    json(`${folder}/tokenizer.json`, tokenizerJson(s)),
    json(`${folder}/tokenizer_config.json`, tokenizerConfig),
  ];
}
