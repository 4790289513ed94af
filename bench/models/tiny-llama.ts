import { ggmlTypeByLabel, type GgmlType, tensorBytes } from '../../src/files/ggml-types';
import {
  alignmentOf,
  arrayValue,
  boolValue,
  f32Value,
  GgufType,
  type Metadata,
  type MetaValue,
  stringValue,
  u32Value,
} from '../../src/files/gguf/metadata';
import { ggufDataBytes, ggufHeader } from '../../src/files/gguf/write';
import { formatByLabel } from '../../src/quant/registry';
import { alignUp } from '../../src/util/bytes';
import { noise } from '../../src/util/random';

export interface TinyShape {
  readonly width: number;
  readonly ffn: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly vocabulary: number;
  readonly context: number;
  readonly tied?: boolean;
  readonly type?: 'F32' | 'F16' | 'BF16';
  readonly seed?: number;
  readonly chat?: boolean;
}

export const TINY: TinyShape = {
  width: 256,
  ffn: 512,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  vocabulary: 300,
  context: 320,
};

/** One layer, for tests over all levels; golden/tiny-llama-sha256.json is of this model. */
export const SMALL: TinyShape = { ...TINY, layers: 1, ffn: 256 };

export interface TinyTensor {
  readonly name: string;
  /** ggml order: cols first. */
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

/** Seeded weights of a Llama, by GGUF name. */
export function tinyTensors(s: TinyShape): TinyTensor[] {
  const headDim = s.width / s.heads;
  const kv = s.kvHeads * headDim;
  let seed = (s.seed ?? 1) * 1000;
  const matrix = (name: string, rows: number, cols: number): TinyTensor => ({
    name,
    shape: [cols, rows],
    values: noise(rows * cols, seed++, 1 / Math.sqrt(cols)),
  });
  const norm = (name: string): TinyTensor => ({
    name,
    shape: [s.width],
    values: noise(s.width, seed++, 0.1).map((v) => 1 + v),
  });
  const out = [matrix('token_embd.weight', s.vocabulary, s.width)];
  for (let i = 0; i < s.layers; i++)
    out.push(
      norm(`blk.${i}.attn_norm.weight`),
      matrix(`blk.${i}.attn_q.weight`, s.width, s.width),
      matrix(`blk.${i}.attn_k.weight`, kv, s.width),
      matrix(`blk.${i}.attn_v.weight`, kv, s.width),
      matrix(`blk.${i}.attn_output.weight`, s.width, s.width),
      norm(`blk.${i}.ffn_norm.weight`),
      matrix(`blk.${i}.ffn_gate.weight`, s.ffn, s.width),
      matrix(`blk.${i}.ffn_up.weight`, s.ffn, s.width),
      matrix(`blk.${i}.ffn_down.weight`, s.width, s.ffn),
    );
  out.push(norm('output_norm.weight'));
  if (!s.tied) out.push(matrix('output.weight', s.vocabulary, s.width));
  return out;
}

/** A SentencePiece vocabulary: three special tokens, the bytes, then letters and pairs. */
function vocabulary(size: number): { tokens: string[]; types: number[]; scores: number[] } {
  const tokens = ['<unk>', '<s>', '</s>'];
  const types = [2, 3, 3];
  for (let b = 0; b < 256; b++) {
    tokens.push(`<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`);
    types.push(6);
  }
  const letters = ['\u2581', ...'abcdefghijklmnopqrstuvwxyz'];
  for (let i = 0; tokens.length < size; i++) {
    const letter = letters[i % 27]!;
    tokens.push(i < 27 ? letter : `${letter}${letters[(Math.floor(i / 27) * 5 + i) % 27]}`);
    types.push(1);
  }
  return {
    tokens: tokens.slice(0, size),
    types: types.slice(0, size),
    scores: tokens.slice(0, size).map((_, i) => -i),
  };
}

export function tinyMetadata(s: TinyShape): Map<string, MetaValue> {
  const { tokens, types, scores } = vocabulary(s.vocabulary);
  const metadata = new Map<string, MetaValue>([
    ['general.architecture', stringValue('llama')],
    ['general.name', stringValue('tiny llama')],
    ['llama.block_count', u32Value(s.layers)],
    ['llama.context_length', u32Value(s.context)],
    ['llama.embedding_length', u32Value(s.width)],
    ['llama.feed_forward_length', u32Value(s.ffn)],
    ['llama.attention.head_count', u32Value(s.heads)],
    ['llama.attention.head_count_kv', u32Value(s.kvHeads)],
    ['llama.attention.layer_norm_rms_epsilon', f32Value(1e-5)],
    ['llama.rope.freq_base', f32Value(10000)],
    ['llama.rope.dimension_count', u32Value(s.width / s.heads)],
    ['tokenizer.ggml.model', stringValue('llama')],
    ['tokenizer.ggml.tokens', arrayValue(GgufType.STRING, tokens)],
    ['tokenizer.ggml.scores', arrayValue(GgufType.FLOAT32, scores)],
    ['tokenizer.ggml.token_type', arrayValue(GgufType.INT32, types)],
    ['tokenizer.ggml.bos_token_id', u32Value(1)],
    ['tokenizer.ggml.eos_token_id', u32Value(2)],
    ['tokenizer.ggml.add_bos_token', boolValue(true)],
  ]);
  if (s.chat)
    metadata.set(
      'tokenizer.chat_template',
      stringValue(
        "{{ bos_token }}{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:",
      ),
    );
  return metadata;
}

/** Encodes a GGUF file of seeded weights. */
export const tinyGguf = (s: TinyShape = TINY): Uint8Array<ArrayBuffer> =>
  encodeGguf(tinyMetadata(s), tinyTensors(s), s.type);

/** Encodes a GGUF file of any metadata and tensors; matrices in `matrixType`, vectors in F32. */
export function encodeGguf(
  metadata: Metadata,
  weights: readonly TinyTensor[],
  matrixType: TinyShape['type'] = 'F32',
): Uint8Array<ArrayBuffer> {
  const tensors = weights.map((t) => {
    const label = t.shape.length === 1 ? 'F32' : matrixType;
    const type: GgmlType = ggmlTypeByLabel(label);
    return {
      ...t,
      type,
      sizeBytes: tensorBytes(type, t.shape)!,
      bytes: formatByLabel(label).encode(t.values),
    };
  });
  const header = ggufHeader(metadata, tensors);
  const out = new Uint8Array(header.length + ggufDataBytes(metadata, tensors));
  out.set(header);
  let at = header.length;
  for (const t of tensors) {
    out.set(t.bytes, at);
    at += alignUp(t.sizeBytes, alignmentOf(metadata));
  }
  return out;
}
