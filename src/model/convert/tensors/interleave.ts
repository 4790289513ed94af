import type { TensorSource } from '../../../files/model-file';
import { packedHeads } from './packed';

/**
 * GGUF interleaves the RoPE pairs of a head, Hugging Face stores the two halves in order: row 2i + p of a head is row
 * p * headDim / 2 + i. Reads whole heads, so a slice reads at most two additional ones.
 */
export function interleaveHeads(tensor: TensorSource, heads: number): TensorSource {
  const rows = tensor.shape.at(-1)!;
  const rowBytes = tensor.sizeBytes / rows;
  const headRows = rows / heads;
  const headBytes = headRows * rowBytes;
  return {
    ...tensor,
    packed: packedHeads(tensor, headRows),
    async read(start, end, signal) {
      const first = Math.floor(start / headBytes);
      const last = Math.ceil(end / headBytes);
      const input = await tensor.read(first * headBytes, last * headBytes, signal);
      const output = new Uint8Array(input.length);
      for (let row = 0; row < input.length / rowBytes; row++) {
        const within = row % headRows;
        const source = row - within + (within % 2) * (headRows / 2) + Math.floor(within / 2);
        output.set(input.subarray(source * rowBytes, (source + 1) * rowBytes), row * rowBytes);
      }
      return output.subarray(start - first * headBytes, end - first * headBytes);
    },
  };
}
