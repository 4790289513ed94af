import type { ByteSource } from '../../src/files/byte-source';
import { noise } from '../../src/util/random';
import { bf16 } from '../../src/quant/formats/bf16';

/** Sizes of a Llama whose BF16 weights take slightly more than five GiB in twelve layers. */
export const LARGE = { width: 4096, ffn: 11008, layers: 12, heads: 32, kvHeads: 32, vocabulary: 32000 };
type Sizes = typeof LARGE;

const PATTERN = 1 << 24;

/**
 * A Hugging Face folder with one BF16 weight file of a Llama, generated while it is read: a noise pattern in which
 * every tensor starts elsewhere.
 */
export function largeFolder(s: Sizes): ByteSource[] {
  const tensors: [string, number[]][] = [['model.embed_tokens.weight', [s.vocabulary, s.width]]];
  for (let i = 0; i < s.layers; i++) {
    const add = (name: string, ...shape: number[]) =>
      tensors.push([`model.layers.${i}.${name}.weight`, shape]);
    add('input_layernorm', s.width);
    for (const part of ['q', 'k', 'v', 'o']) add(`self_attn.${part}_proj`, s.width, s.width);
    add('post_attention_layernorm', s.width);
    add('mlp.gate_proj', s.ffn, s.width);
    add('mlp.up_proj', s.ffn, s.width);
    add('mlp.down_proj', s.width, s.ffn);
  }
  tensors.push(['model.norm.weight', [s.width]], ['lm_head.weight', [s.vocabulary, s.width]]);
  const header: Record<string, unknown> = {};
  let at = 0;
  for (const [name, shape] of tensors) {
    const bytes = 2 * shape.reduce((n, d) => n * d, 1);
    header[name] = { dtype: 'BF16', shape, data_offsets: [at, at + bytes] };
    at += bytes;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const head = new Uint8Array(8 + json.length);
  new DataView(head.buffer).setBigUint64(0, BigInt(json.length), true);
  head.set(json, 8);
  const pattern = bf16.encode(noise(PATTERN / 2, 21, 0.02));
  const sizeBytes = head.length + at;
  const weights: ByteSource = {
    name: 'large/model.safetensors',
    sizeBytes,
    read(start, end) {
      const out = new Uint8Array(end - start);
      if (start < head.length) out.set(head.subarray(start, Math.min(end, head.length)));
      for (let to = Math.max(start, head.length); to < end; ) {
        // The pattern is rotated every 16 MiB, so that no two ranges of the file are equal.
        const position = to - head.length;
        const turn = Math.floor(position / PATTERN) * 4098;
        const from = (position + turn) % PATTERN;
        const count = Math.min(end - to, PATTERN - from, PATTERN - (position % PATTERN));
        out.set(pattern.subarray(from, from + count), to - start);
        to += count;
      }
      return Promise.resolve(out);
    },
  };
  const config = new TextEncoder().encode(
    JSON.stringify({
      architectures: ['LlamaForCausalLM'],
      hidden_size: s.width,
      intermediate_size: s.ffn,
      num_hidden_layers: s.layers,
      num_attention_heads: s.heads,
      num_key_value_heads: s.kvHeads,
      max_position_embeddings: 4096,
      rms_norm_eps: 1e-5,
      vocab_size: s.vocabulary,
    }),
  );
  return [
    weights,
    {
      name: 'large/config.json',
      sizeBytes: config.length,
      read: (a, b) => Promise.resolve(config.slice(a, b) as Uint8Array<ArrayBuffer>),
    },
  ];
}
