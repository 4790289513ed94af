// Tiny checkpoints made here, of every architecture: the converted files by their hashes, and the logits and greedy ids
// that llama.cpp's library gives for them. docs/testing.md says how the golden file was made.
import { beforeAll, describe, expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { MemorySink } from '../files/byte-sink';
import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import { architectures } from '../model/arch/registry';
import { OUT_TYPES, planConversion } from '../model/convert/plan-conversion';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel } from '../quant/file-types';
import { Engine, GREEDY } from '../infer/engine';
import { writeGguf } from '../pipeline/export';
import { openTestModel } from './text/sandbox';
import { prepareLevel } from '../pipeline/prepared';
import { checkpointFiles, recipes } from './checkpoints';
import { relativeError } from './compare';
import { testGpu } from './device';
import { goldenJson } from './golden';

interface Golden {
  sha256: Record<string, string>;
  ids: number[];
  runs: { context: number; logits: string; greedy: number[]; margins: number[] }[];
}
const golden = goldenJson<Record<string, Golden>>('checkpoints.json');
const open = (name: string): Promise<ModelFile> =>
  openTestModel(
    checkpointFiles(name, 'tiny').map((f) => memorySource(f.path, f.bytes)),
    'tiny',
  );
/** llama.cpp looks GELU up in a table of half floats. */
const usesGelu = (model: ModelFile): boolean => {
  const id = model.metadata.get('general.architecture')!.value;
  return architectures.find((a) => a.id === id)!.traits.activation === 'gelu';
};

describe('checkpoints of every architecture', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await testGpu();
  });

  test('every class that can be converted has one', () => {
    const made = new Set(Object.values(recipes).map((r) => r.class));
    for (const { id, huggingFace } of architectures)
      for (const { classes } of huggingFace)
        expect(
          classes.some((c) => made.has(c)),
          id,
        ).toBe(true);
    expect(Object.keys(golden).sort()).toEqual(Object.keys(recipes).sort());
  });

  test.each(Object.keys(recipes))('%s: converted files, logits, greedy ids', async (name) => {
    const want = golden[name]!;
    const model = await open(name);
    for (const outType of OUT_TYPES) {
      if (outType === 'auto') continue;
      const report = await writeGguf(gpu, planConversion(model, outType), new MemorySink());
      expect(report.sha256, `${name} ${outType}`).toBe(want.sha256[outType]);
    }
    const prepared = await prepareLevel(gpu, model, planQuantization(model, fileTypeByLabel('F32')!));
    const bound = usesGelu(model) ? 1e-3 : 1e-5;
    for (const run of want.runs) {
      const engine = await Engine.create(gpu, prepared, {
        context: run.context,
        kvType: 'F32',
        reference: true,
      });
      engine.setSampling(GREEDY);
      let { id } = await engine.prefill(want.ids);
      const logits = new Float32Array(Uint8Array.from(Buffer.from(run.logits, 'base64')).buffer);
      expect(relativeError(await engine.logits(), logits), `${name} ${run.context}`).toBeLessThan(bound);
      for (const [i, expected] of run.greedy.entries()) {
        if (id !== expected) {
          expect(run.margins[i], `${name}: token ${i} is ${id}, not ${expected}`).toBeLessThan(1e-3);
          break;
        }
        id = await engine.step(id);
      }
      engine.dispose();
    }
    prepared.dispose();
  });
});
