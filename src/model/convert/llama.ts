import { f32Value, type MetaValue, stringValue, u32Value } from '../../files/gguf/metadata';
import { FileError, UnsupportedError } from '../../util/errors';

/** What an architecture's converter does: metadata from config.json, GGUF names, and which rows to interleave. */
export interface Converter {
  /** config.json "architectures". */
  readonly huggingFace: readonly string[];
  readonly id: string;
  metadata(config: Record<string, unknown>, name: string): [string, MetaValue][];
  /** undefined for tensors that are left out. */
  tensorName(name: string): string | undefined;
  /** Heads whose halves must be interleaved, for a GGUF tensor name; 0 for none. */
  interleavedHeads(ggufName: string, config: Record<string, unknown>): number;
  /** Tensors that the conversion computes: RoPE factors. */
  ropeFactors(config: Record<string, unknown>): Float32Array<ArrayBuffer> | undefined;
}

const parts: Readonly<Record<string, string>> = {
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
  input_layernorm: 'attn_norm',
  post_attention_layernorm: 'ffn_norm',
};

export function configNumber(config: Record<string, unknown>, key: string, fallback?: number): number {
  const value = config[key] ?? fallback;
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new FileError(
      `config.json: "${key}" is ${JSON.stringify(config[key]) ?? 'missing'}, expected a number.`,
      'Download config.json again.',
    );
  return value;
}

const headDimOf = (config: Record<string, unknown>): number =>
  configNumber(
    config,
    'head_dim',
    configNumber(config, 'hidden_size') / configNumber(config, 'num_attention_heads'),
  );

const scalingOf = (config: Record<string, unknown>): Record<string, unknown> | undefined =>
  (config.rope_scaling ?? undefined) as Record<string, unknown> | undefined;
const scalingType = (config: Record<string, unknown>): unknown =>
  scalingOf(config)?.rope_type ?? scalingOf(config)?.type;

/** Source of names, order and the interleaving: convert_hf_to_gguf.py, LlamaModel. */
export const llamaConverter: Converter = {
  huggingFace: ['LlamaForCausalLM'],
  id: 'llama',
  metadata(config, name) {
    const n = (key: string, fallback?: number) => configNumber(config, key, fallback);
    const headDim = headDimOf(config);
    const out: [string, MetaValue][] = [
      ['general.architecture', stringValue('llama')],
      ['general.type', stringValue('model')],
      ['general.name', stringValue(name)],
      ['llama.block_count', u32Value(n('num_hidden_layers'))],
      ['llama.context_length', u32Value(n('max_position_embeddings'))],
      ['llama.embedding_length', u32Value(n('hidden_size'))],
      ['llama.feed_forward_length', u32Value(n('intermediate_size'))],
      ['llama.attention.head_count', u32Value(n('num_attention_heads'))],
      ['llama.attention.head_count_kv', u32Value(n('num_key_value_heads', n('num_attention_heads')))],
      ['llama.rope.freq_base', f32Value(n('rope_theta', 10000))],
      ['llama.attention.layer_norm_rms_epsilon', f32Value(n('rms_norm_eps', 1e-6))],
    ];
    if (config.head_dim !== undefined)
      out.push(
        ['llama.attention.key_length', u32Value(headDim)],
        ['llama.attention.value_length', u32Value(headDim)],
      );
    out.push(
      ['llama.vocab_size', u32Value(n('vocab_size'))],
      ['llama.rope.dimension_count', u32Value(headDim)],
    );
    const type = scalingType(config);
    if (type === 'linear') {
      out.push(['llama.rope.scaling.type', stringValue('linear')]);
      out.push(['llama.rope.scaling.factor', f32Value(configNumber(scalingOf(config)!, 'factor'))]);
    } else if (type !== undefined && type !== 'llama3' && type !== 'default')
      throw new UnsupportedError(
        `config.json: rope_scaling of type "${String(type)}" is not supported for llama yet.`,
      );
    return out;
  },
  tensorName(name) {
    if (name === 'model.embed_tokens.weight') return 'token_embd.weight';
    if (name === 'model.norm.weight') return 'output_norm.weight';
    if (name === 'lm_head.weight') return 'output.weight';
    if (name.endsWith('.rotary_emb.inv_freq')) return undefined;
    const match = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(name);
    const part = match ? parts[match[2]!] : undefined;
    if (!match || !part)
      throw new UnsupportedError(
        `Tensor "${name}" has no place in a Llama model.`,
        'The folder may be of another architecture.',
      );
    return `blk.${match[1]}.${part}.weight`;
  },
  interleavedHeads(ggufName, config) {
    if (ggufName.endsWith('.attn_q.weight')) return configNumber(config, 'num_attention_heads');
    if (ggufName.endsWith('.attn_k.weight'))
      return configNumber(config, 'num_key_value_heads', configNumber(config, 'num_attention_heads'));
    return 0;
  },
  /** Llama 3.1's frequency factors: long wavelengths are stretched, the ones between are blended. */
  ropeFactors(config) {
    if (scalingType(config) !== 'llama3') return undefined;
    const scaling = scalingOf(config)!;
    const dim = headDimOf(config);
    const base = configNumber(config, 'rope_theta', 10000);
    const factor = configNumber(scaling, 'factor', 8);
    const low = configNumber(scaling, 'low_freq_factor', 1);
    const high = configNumber(scaling, 'high_freq_factor', 4);
    const original = configNumber(scaling, 'original_max_position_embeddings', 8192);
    const out = new Float32Array(dim / 2);
    const { fround } = Math;
    // Float32 step by step, as the reference does it in torch, where s / t is t.reciprocal() * s.
    const over = (scalar: number, x: number) => fround(fround(1 / x) * fround(scalar));
    for (let i = 0; i < out.length; i++) {
      const frequency = over(1, fround(base ** fround((2 * i) / dim)));
      const wavelength = over(2 * Math.PI, frequency);
      if (wavelength < original / high) out[i] = 1;
      else if (wavelength > original / low) out[i] = factor;
      else {
        const smooth = fround(fround(over(original, wavelength) - low) / (high - low));
        out[i] = over(1, fround(fround(fround(1 - smooth) / factor) + smooth));
      }
    }
    return out;
  },
};
