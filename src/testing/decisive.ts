import { bf16 } from '../quant/formats/bf16';
import type { Sizes } from './checkpoint-tensors';
import { floatTensor, type StoredTensor } from './safetensors-file';

/**
 * Replaces embedding and head so that the embedding outweighs the layers and every token has one clear successor: the
 * greedy ids do not depend on arithmetic precision.
 */
export function decisive(tensors: StoredTensor[], s: Sizes): StoredTensor[] {
  const embedding = tensors.find((t) => t.name === 'model.embed_tokens.weight')!;
  const rows = bf16.decode(embedding.bytes);
  const head = new Float32Array(rows.length);
  // Successors are bytes of printable ASCII.
  for (let t = 0; t < 90; t++) {
    const row = rows.subarray((40 + t) * s.width, (41 + t) * s.width);
    head.set(row, (40 + ((t + 37) % 90)) * s.width);
  }
  const shape = [s.vocabulary, s.width];
  return tensors.map((t) => {
    if (t.name === 'lm_head.weight') return floatTensor(t.name, shape, 'BF16', head);
    if (t !== embedding) return t;
    return floatTensor(t.name, shape, 'BF16', rows.map((v) => v * 32) as Float32Array<ArrayBuffer>);
  });
}
