import { readFileSync } from 'node:fs';
import { memorySource } from '../files/byte-source';
import { u32Value } from '../files/gguf/metadata';
import { readGguf } from '../files/gguf/read';
import type { ModelFile } from '../files/model-file';

const path = new URL('../../public/models/nibble-stories-F16.gguf', import.meta.url);

/** The built-in model: trained weights; of its four layers the first few where a test needs no more. */
export async function builtInModel(layers?: number): Promise<ModelFile> {
  const model = await readGguf(memorySource('built-in', new Uint8Array(readFileSync(path))));
  if (layers === undefined) return model;
  const isKept = (name: string): boolean => Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? 0) < layers;
  return {
    ...model,
    metadata: new Map([...model.metadata, ['llama.block_count', u32Value(layers)] as const]),
    tensors: model.tensors.filter((t) => isKept(t.name)),
  };
}
