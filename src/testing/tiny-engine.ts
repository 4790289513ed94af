// A tiny model with an engine, for tests of infer and evaluate.
import { memorySource } from '../files/byte-source';
import { readGguf } from '../files/gguf/read';
import type { Gpu } from '../gpu/gpu';
import type { KvType } from '../model/kv-cache';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel } from '../quant/file-types';
import { Engine, GREEDY } from '../infer/engine';
import { prepareLevel } from '../pipeline/prepared';
import { seededRandom } from '../util/random';
import { testImatrix } from './importance';
import { TINY, type TinyShape, tinyGguf } from '../../bench/models/tiny-llama';

export const openTiny = (shape: TinyShape) => readGguf(memorySource('tiny.gguf', tinyGguf(shape)));

/** Seeded ids of the tiny vocabulary. */
export const tinyIds = (count: number, seed = 1): number[] => {
  const next = seededRandom(seed);
  return Array.from({ length: count }, () => Math.floor(next() * TINY.vocabulary));
};

/** The tiny model at a level, with a greedy engine; `free` releases both. */
export async function tinyEngine(
  gpu: Gpu,
  shape: TinyShape,
  label: string,
  kvType: KvType = 'F32',
  reference = true,
) {
  const model = await openTiny(shape);
  const plan = planQuantization(model, fileTypeByLabel(label)!, { importance: testImatrix(model) });
  const prepared = await prepareLevel(gpu, model, plan);
  const engine = await Engine.create(gpu, prepared, { context: shape.context, kvType, reference });
  engine.setSampling(GREEDY);
  const free = () => {
    engine.dispose();
    prepared.dispose();
  };
  return { plan, prepared, engine, free };
}
