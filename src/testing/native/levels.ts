// Models and files that native llama.cpp is given, and our own greedy ids with how far our two best logits lie apart.
import { memorySource } from '../../files/byte-source';
import { ggufHeader } from '../../files/gguf/write';
import type { ModelFile } from '../../files/model-file';
import type { Gpu } from '../../gpu/gpu';
import { Engine, GREEDY } from '../../infer/engine';
import type { Plan } from '../../model/plan';
import { prepareLevel } from '../../pipeline/prepared';
import { formatByGgmlType } from '../../quant/registry';
import { alignUp } from '../../util/bytes';
import { checkpointFiles } from '../checkpoints';
import { openTestModel } from '../text/sandbox';

/** Every row a multiple of 256, so that every format applies. */
const WIDE = { width: 256, ffn: 256, layers: 1, heads: 4, kvHeads: 2, headDim: 64 };

/** A seeded checkpoint of an architecture, opened as a page opens it. */
export const wideCheckpoint = (name: string, sizes: Partial<typeof WIDE> = {}): Promise<ModelFile> =>
  openTestModel(
    checkpointFiles(name, 'wide', { ...WIDE, ...sizes }).map((f) => memorySource(f.path, f.bytes)),
    name,
  );

/** Levels share most of their tensors: each is encoded once for a type. */
export class Encoded {
  readonly #bytes = new Map<string, Uint8Array>();

  async #tensor(t: Plan['tensors'][number]): Promise<Uint8Array> {
    const key = `${t.name} ${t.type.label} ${t.importance !== undefined}`;
    const known = this.#bytes.get(key);
    if (known) return known;
    const raw = await t.source.read(0, t.source.sizeBytes);
    const decoded = () => formatByGgmlType(t.source.type.id)!.decode(raw);
    const bytes =
      t.source.type.id === t.type.id ? raw : formatByGgmlType(t.type.id)!.encode(decoded(), t.importance);
    this.#bytes.set(key, bytes);
    return bytes;
  }

  /** The GGUF of a plan, by the reference codec, to which export.gpu.test.ts holds the GPU. */
  async file(plan: Plan): Promise<Uint8Array> {
    const parts: Uint8Array[] = [ggufHeader(plan.metadata, plan.tensors)];
    for (const t of plan.tensors) {
      const bytes = await this.#tensor(t);
      parts.push(bytes, new Uint8Array(alignUp(bytes.length, 32) - bytes.length));
    }
    return Buffer.concat(parts);
  }
}

/** Greedy ids of a level in the reference mode, and by how much the best logit leads the second at each. */
export async function greedyIds(
  gpu: Gpu,
  model: ModelFile,
  plan: Plan,
  prompt: readonly number[],
  count: number,
) {
  const prepared = await prepareLevel(gpu, model, plan);
  const engine = await Engine.create(gpu, prepared, { context: 256, kvType: 'F32', reference: true });
  try {
    engine.setSampling(GREEDY);
    const ids = [(await engine.prefill(prompt)).id];
    const leads = [await leadOf(engine)];
    while (ids.length < count) {
      ids.push(await engine.step(ids.at(-1)!));
      leads.push(await leadOf(engine));
    }
    return { ids, leads };
  } finally {
    engine.dispose();
    prepared.dispose();
  }
}

async function leadOf(engine: Engine): Promise<number> {
  const [best, second] = [...(await engine.logits())].sort((a, b) => b - a);
  return best! - second!;
}
