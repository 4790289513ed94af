// A tiny model with an engine, for tests of infer and evaluate.
import { memorySource } from '../files/byte-source';
import { readGguf } from '../files/gguf/read';
import type { Gpu } from '../gpu/gpu';
import type { KvType } from '../model/kv-cache';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel } from '../quant/file-types';
import { formatByGgmlType, formatByLabel } from '../quant/registry';
import { Engine, GREEDY } from '../infer/engine';
import { type Prepared, prepareLevel } from '../pipeline/prepared';
import { seededRandom } from '../util/random';
import { planBytes } from './codec-hash';
import { testImatrix } from './importance';
import { TINY, type TinyShape, tinyGguf } from '../../bench/models/tiny-llama';

export const openTiny = (shape: TinyShape) => readGguf(memorySource('tiny.gguf', tinyGguf(shape)));

/** Seeded ids of the tiny vocabulary. */
export const tinyIds = (count: number, seed = 1): number[] => {
  const next = seededRandom(seed);
  return Array.from({ length: count }, () => Math.floor(next() * TINY.vocabulary));
};

/** The weights a level runs with, decoded by the codec. */
export async function decodedWeights(prepared: Prepared): Promise<Map<string, Float32Array>> {
  const out = new Map<string, Float32Array>();
  for (const t of prepared.plan.tensors) {
    const source = formatByGgmlType(t.source.type.id)!;
    const target = formatByGgmlType(t.type.id)!;
    const x = source.decode(await t.source.read(0, t.source.sizeBytes));
    out.set(t.name, source === target ? x : target.decode(target.encode(x, t.importance)));
  }
  return out;
}

/** The tiny model at a level, with a greedy engine; `free` releases both. */
export async function tinyEngine(
  gpu: Gpu,
  shape: TinyShape,
  label: string,
  kvType: KvType = 'F32',
  reference = true,
) {
  const type = fileTypeByLabel(label)!;
  const seeded = await openTiny(shape);
  const importance = testImatrix(seeded);
  // Searches of a codebook are slow on a software adapter, and other tests show them: the codec's file is loaded.
  const model = formatByLabel(type.type).codebook
    ? await readGguf(
        memorySource('tiny.gguf', await planBytes(planQuantization(seeded, type, { importance }))),
      )
    : seeded;
  const plan = planQuantization(model, type, { importance });
  const prepared = await prepareLevel(gpu, model, plan);
  const engine = await Engine.create(gpu, prepared, { context: shape.context, kvType, reference });
  engine.setSampling(GREEDY);
  const free = () => {
    engine.dispose();
    prepared.dispose();
  };
  return { plan, prepared, engine, free };
}
