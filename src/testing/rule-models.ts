// Models with names and shapes only, which is all that llama-quantize's type rules read.
import { ggmlTypeByLabel } from '../files/ggml-types';
import { type MetaValue, stringValue, u32Value } from '../files/gguf/metadata';
import type { ModelFile, TensorSource } from '../files/model-file';

interface RuleShape {
  readonly arch: string;
  readonly layers: number;
  readonly kvHeads: number;
  readonly experts?: number;
  readonly tied?: boolean;
  /** Queries, keys and values in one tensor. */
  readonly fused?: boolean;
  readonly width?: number;
  readonly ffn?: number;
  readonly vocabulary?: number;
}

const HEADS = 8;

/** Keyed by the names in golden/rules.json. */
export const ruleShapes: Readonly<Record<string, RuleShape>> = {
  llama8: { arch: 'llama', layers: 8, kvHeads: 8 },
  llama17gqa: { arch: 'llama', layers: 17, kvHeads: 2 },
  llama80: { arch: 'llama', layers: 80, kvHeads: 1 },
  tied: { arch: 'llama', layers: 9, kvHeads: 4, tied: true },
  moe8: { arch: 'llama', layers: 16, kvHeads: 2, experts: 8 },
  moe4: { arch: 'llama', layers: 9, kvHeads: 8, experts: 4 },
  falcon: { arch: 'falcon', layers: 32, kvHeads: 8, fused: true },
  falconv: { arch: 'falcon', layers: 33, kvHeads: 1 },
  phi3: { arch: 'phi3', layers: 32, kvHeads: 8, fused: true },
  qwen2_80: { arch: 'qwen2', layers: 80, kvHeads: 1 },
  odd: { arch: 'llama', layers: 8, kvHeads: 8, width: 64, ffn: 160, vocabulary: 96 },
  odd2: { arch: 'llama', layers: 8, kvHeads: 2, ffn: 352, vocabulary: 96 },
};

export function ruleModel(name: string): ModelFile {
  const s = ruleShapes[name]!;
  const { width = 256, ffn = 512, vocabulary = 512, experts = 0 } = s;
  const type = ggmlTypeByLabel('F32');
  const tensors: TensorSource[] = [];
  const add = (tensor: string, ...shape: number[]) => {
    const sizeBytes = 4 * shape.reduce((n, d) => n * d, 1);
    const read = () => Promise.reject(new Error('a model without weights'));
    tensors.push({ name: tensor, shape, type, sizeBytes, read });
  };
  add('token_embd.weight', width, vocabulary);
  add('output_norm.weight', width);
  if (!s.tied) add('output.weight', width, vocabulary);
  const kv = (width * s.kvHeads) / HEADS;
  for (let i = 0; i < s.layers; i++) {
    const layer = (tensor: string, ...shape: number[]) => add(`blk.${i}.${tensor}.weight`, ...shape);
    if (s.fused) layer('attn_qkv', width, width + 2 * kv);
    else {
      layer('attn_q', width, width);
      layer('attn_k', width, kv);
      layer('attn_v', width, kv);
    }
    layer('attn_output', width, width);
    layer('attn_norm', width);
    if (experts) {
      layer('ffn_gate_inp', width, experts);
      layer('ffn_gate_exps', width, ffn, experts);
      layer('ffn_up_exps', width, ffn, experts);
      layer('ffn_down_exps', ffn, width, experts);
    } else {
      layer('ffn_gate', width, ffn);
      layer('ffn_up', width, ffn);
      layer('ffn_down', ffn, width);
    }
  }
  const number = (key: string, value: number) => [`${s.arch}.${key}`, u32Value(value)] as const;
  const metadata = new Map<string, MetaValue>([
    ['general.architecture', stringValue(s.arch)],
    number('block_count', s.layers),
    number('attention.head_count', HEADS),
    number('attention.head_count_kv', s.kvHeads),
    ...(experts ? [number('expert_count', experts)] : []),
  ]);
  return { label: name, container: 'GGUF', metadata, tensors, sizeBytes: 0, notes: [] };
}
