import { DEFAULT_ALIGNMENT } from '../files/gguf/metadata';
import { ggufDataBytes, ggufHeaderBytes } from '../files/gguf/write';
import { splitMetadata } from '../files/gguf/split';
import { alignUp } from '../util/bytes';
import type { Plan, PlannedTensor } from './plan';

/**
 * Splits a plan into files of at most `maxBytes` of tensors, cut as by llama-gguf-split, which counts in the
 * default alignment. A larger tensor has its own file.
 */
export function splitPlan(plan: Plan, maxBytes: number): Plan[] {
  const groups: PlannedTensor[][] = [[]];
  let size = 0;
  for (const tensor of plan.tensors) {
    const bytes = alignUp(tensor.sizeBytes, DEFAULT_ALIGNMENT);
    if (size + bytes > maxBytes && groups.at(-1)!.length > 0) {
      groups.push([]);
      size = 0;
    }
    size += bytes;
    groups.at(-1)!.push(tensor);
  }
  if (groups.length === 1) return [plan];
  return groups.map((tensors, i) => {
    const metadata = splitMetadata(plan.metadata, i, groups.length, plan.tensors.length);
    const headerBytes = ggufHeaderBytes(metadata, tensors);
    return {
      ...plan,
      tensors,
      metadata,
      headerBytes,
      fileBytes: headerBytes + ggufDataBytes(metadata, tensors),
    };
  });
}
