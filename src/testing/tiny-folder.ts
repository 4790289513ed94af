import { floatTensor, jsonFile, type NamedBytes, safetensorsFile } from './safetensors-file';
import { byteLevelTokenizer } from './tiny-tokenizers';
import { type TinyShape, type TinyTensor, tinyTensors } from '../../bench/models/tiny-llama';

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

/** Reorders GGUF's interleaved rotary rows to Hugging Face's halves. */
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

function shard(path: string, tensors: readonly TinyTensor[], s: TinyShape): NamedBytes {
  const stored = tensors.map((t) => {
    const heads = t.name.includes('attn_q.') ? s.heads : t.name.includes('attn_k.') ? s.kvHeads : 0;
    const values = heads ? split(t, heads) : t.values;
    return floatTensor(huggingFaceName(t.name), [...t.shape].reverse(), s.type ?? 'F32', values);
  });
  return safetensorsFile(path, stored);
}

/** The same seeded Llama as tinyGguf, as a Hugging Face folder with one or several weight files. */
export function huggingFaceFolder(s: TinyShape, shards = 1, folder = 'tiny'): NamedBytes[] {
  const tensors = tinyTensors(s);
  const name = (i: number) =>
    shards === 1 ? 'model.safetensors' : `model-0000${i + 1}-of-0000${shards}.safetensors`;
  const each = Math.ceil(tensors.length / shards);
  const groups = Array.from({ length: shards }, (_, i) => tensors.slice(i * each, (i + 1) * each));
  const files = groups.map((group, i) => shard(`${folder}/${name(i)}`, group, s));
  const map = Object.fromEntries(groups.flatMap((g, i) => g.map((t) => [huggingFaceName(t.name), name(i)])));
  if (shards > 1) files.push(jsonFile(`${folder}/model.safetensors.index.json`, { weight_map: map }));
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
    jsonFile(`${folder}/config.json`, config),
    jsonFile(`${folder}/tokenizer.json`, byteLevelTokenizer(s.vocabulary)),
    jsonFile(`${folder}/tokenizer_config.json`, tokenizerConfig),
  ];
}
