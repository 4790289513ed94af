import { ggmlTypeByLabel, tensorBytes } from '../../src/files/ggml-types';
import { f32Value, type MetaValue, stringValue, u32Value } from '../../src/files/gguf/metadata';
import type { ModelFile, TensorSource } from '../../src/files/model-file';
import type { Gpu } from '../../src/gpu/gpu';
import { planQuantization } from '../../src/model/plan';
import { allocateWeights } from '../../src/model/weights';
import { fileTypeByLabel } from '../../src/quant/file-types';
import type { Prepared } from '../../src/pipeline/prepared';
import { MIB } from '../../src/util/bytes';

/** Dimensions of a Llama. */
export interface LlamaShape {
  readonly width: number;
  readonly ffn: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly vocabulary: number;
  readonly context: number;
  readonly tied: boolean;
  /** Replaces the feed-forward network of every layer. */
  readonly experts?: { readonly count: number; readonly used: number };
}

const SMALL = {
  width: 1024,
  ffn: 2816,
  layers: 12,
  heads: 16,
  kvHeads: 4,
  vocabulary: 512,
  context: 32768,
  tied: false,
};

export const llamaShapes = {
  '135M': SMALL,
  // As many key heads as heads: the most KV cache reads and attention work in a long context.
  '135M-MHA': { ...SMALL, kvHeads: 16 },
  // As many active weights per layer as '135M', out of four times as many.
  'MoE-16x4': { ...SMALL, ffn: SMALL.ffn / 4, experts: { count: 16, used: 4 } },
  '1B': {
    width: 2048,
    ffn: 8192,
    layers: 16,
    heads: 32,
    kvHeads: 8,
    vocabulary: 128256,
    context: 32768,
    tied: true,
  },
  '3B': {
    width: 3072,
    ffn: 8192,
    layers: 28,
    heads: 24,
    kvHeads: 8,
    vocabulary: 128256,
    context: 32768,
    tied: true,
  },
  '8B': {
    width: 4096,
    ffn: 14336,
    layers: 32,
    heads: 32,
    kvHeads: 8,
    vocabulary: 128256,
    context: 32768,
    tied: false,
  },
} as const satisfies Record<string, LlamaShape>;

/** A model whose weights cannot be read: for plans, and for weights generated on the device. */
export function syntheticModel(name: string, s: LlamaShape): ModelFile {
  const type = ggmlTypeByLabel('F16');
  const headDim = s.width / s.heads;
  const tensors: TensorSource[] = [];
  const add = (tensor: string, ...shape: number[]) => {
    const read = () => Promise.reject(new Error('synthetic weights have no file'));
    const own = shape.length === 1 ? ggmlTypeByLabel('F32') : type;
    tensors.push({ name: `${tensor}.weight`, shape, type: own, sizeBytes: tensorBytes(own, shape)!, read });
  };
  add('token_embd', s.width, s.vocabulary);
  for (let i = 0; i < s.layers; i++) {
    add(`blk.${i}.attn_norm`, s.width);
    add(`blk.${i}.attn_q`, s.width, s.width);
    add(`blk.${i}.attn_k`, s.width, s.kvHeads * headDim);
    add(`blk.${i}.attn_v`, s.width, s.kvHeads * headDim);
    add(`blk.${i}.attn_output`, s.width, s.width);
    add(`blk.${i}.ffn_norm`, s.width);
    const [stack, count] = s.experts ? ['_exps', [s.experts.count]] : ['', []];
    if (s.experts) add(`blk.${i}.ffn_gate_inp`, s.width, s.experts.count);
    add(`blk.${i}.ffn_gate${stack}`, s.width, s.ffn, ...count);
    add(`blk.${i}.ffn_up${stack}`, s.width, s.ffn, ...count);
    add(`blk.${i}.ffn_down${stack}`, s.ffn, s.width, ...count);
  }
  add('output_norm', s.width);
  if (!s.tied) add('output', s.width, s.vocabulary);
  const metadata = new Map<string, MetaValue>([
    ['general.architecture', stringValue('llama')],
    ['llama.block_count', u32Value(s.layers)],
    ['llama.context_length', u32Value(s.context)],
    ['llama.embedding_length', u32Value(s.width)],
    ['llama.feed_forward_length', u32Value(s.ffn)],
    ['llama.attention.head_count', u32Value(s.heads)],
    ['llama.attention.head_count_kv', u32Value(s.kvHeads)],
    ['llama.attention.layer_norm_rms_epsilon', f32Value(1e-5)],
    ['llama.rope.dimension_count', u32Value(headDim)],
  ]);
  if (s.experts) {
    metadata.set('llama.expert_count', u32Value(s.experts.count));
    metadata.set('llama.expert_used_count', u32Value(s.experts.used));
  }
  const sizeBytes = tensors.reduce((n, t) => n + t.sizeBytes, 0);
  return { label: name, container: 'GGUF', metadata, tensors, sizeBytes, notes: [] };
}

/** Random bits that are small finite halves when read as such: scales stay finite, codes are arbitrary. */
function randomBits(words: number): Uint32Array<ArrayBuffer> {
  const out = new Uint32Array(words);
  let state = 0x9e3779b9;
  for (let i = 0; i < words; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    out[i] = state & 0xabffabff;
  }
  return out;
}

/** Fills a buffer with random bits. */
export function fillRandom(gpu: Gpu, buffer: GPUBuffer, bits = randomBits(MIB)): void {
  for (let at = 0; at < buffer.size; at += bits.byteLength)
    gpu.device.queue.writeBuffer(buffer, at, bits, 0, Math.min(bits.length, (buffer.size - at) / 4));
}

/** A resident level of a synthetic model, with random bits as weights. */
export async function syntheticLevel(gpu: Gpu, model: ModelFile, label: string): Promise<Prepared> {
  const plan = planQuantization(model, fileTypeByLabel(label)!);
  const owner = gpu.memory.owner(`synthetic ${model.label} ${label}`);
  const { tensors } = await allocateWeights(gpu, owner, plan);
  const bits = randomBits(MIB);
  const buffers = new Set([...tensors.values()].flatMap((t) => t.slabs.map((s) => s.buffer)));
  for (const buffer of buffers) fillRandom(gpu, buffer, bits);
  await gpu.device.queue.onSubmittedWorkDone();
  const weightBytes = owner.sizeBytes;
  const dispose = () => owner.dispose();
  return { plan, model, tensors, errors: [], elapsedMs: 0, sourceBytes: 0, weightBytes, dispose };
}
