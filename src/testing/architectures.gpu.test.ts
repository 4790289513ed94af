// Tiny checkpoints of every architecture against the reference collection, where it lies beside the checkout: the
// converted files, float64 logits, greedy ids. Without it these tests say so; checkpoints.gpu.test.ts carries its own.
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openPath } from '../node/files';
import { MemorySink } from '../files/byte-sink';
import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import { OUT_TYPES, planConversion } from '../model/convert/plan-conversion';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel } from '../quant/file-types';
import { Engine, GREEDY } from '../infer/engine';
import { writeGguf } from '../pipeline/export';
import { openTestModel } from './text/sandbox';
import { prepareLevel } from '../pipeline/prepared';
import { testGpu } from './device';
import { hasShared, sharedBytes, sharedFolder, sharedJson } from './golden';

interface Expected {
  hf_dir: string;
  outtypes: Record<string, { file_sha256: string }>;
}
interface Run {
  n_ctx: number;
  greedy: number[];
  greedy_margin: number[];
  logit_std: number;
}
interface LogitsFile {
  ids: number[];
  n_vocab: number;
  runs: Record<string, Run | undefined>;
}

if (!hasShared) process.stdout.write('NOT RUN: the reference architectures are not beside this checkout.\n');

const names = hasShared ? sharedJson<{ name: string }[]>('models/arch/index.json').map((a) => a.name) : [];
const folder = (name: string): string =>
  join(sharedFolder, 'models/arch', name, sharedJson<Expected>(`models/arch/${name}/expected.json`).hf_dir);
const openFolder = (name: string): Promise<ModelFile> => openTestModel(openPath(folder(name)), name);
const floats = (path: string): Float32Array => new Float32Array(sharedBytes(path).buffer);

/** Largest distance from the reference, in standard deviations of the logits. */
function distance(got: Float32Array, want: Float32Array, std: number): number {
  let worst = 0;
  for (let i = 0; i < want.length; i++) worst = Math.max(worst, Math.abs(got[i]! - want[i]!));
  return worst / std;
}

describe.runIf(hasShared)('reference architectures', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await testGpu();
  });

  test('all fourteen are there', () => expect(names).toHaveLength(14));

  test.each(names)('%s: the folder becomes the reference file at every output type', async (name) => {
    const { outtypes } = sharedJson<Expected>(`models/arch/${name}/expected.json`);
    const model = await openFolder(name);
    for (const outType of OUT_TYPES) {
      if (outType === 'auto') continue;
      const report = await writeGguf(gpu, planConversion(model, outType), new MemorySink());
      expect(report.sha256, `${name} ${outType}`).toBe(outtypes[outType]!.file_sha256);
    }
  });

  test.each(names)('%s: logits at every position, greedy ids, a rollback', async (name) => {
    const spec = sharedJson<LogitsFile>(`models/arch/${name}/logits.json`);
    const model = await openTestModel(
      openPath(join(sharedFolder, `models/arch/${name}/${name}-F32.gguf`)),
      name,
    );
    const prepared = await prepareLevel(gpu, model, planQuantization(model, fileTypeByLabel('F32')!));
    for (const [key, run] of Object.entries(spec.runs)) {
      if (!run || !['logits', 'logits-long'].includes(key)) continue;
      const want = floats(`models/arch/${name}/${key}-f64ref.f32`);
      const row = (i: number) => want.subarray(i * spec.n_vocab, (i + 1) * spec.n_vocab);
      const engine = await Engine.create(gpu, prepared, {
        context: run.n_ctx,
        kvType: 'F32',
        reference: true,
      });
      engine.setSampling(GREEDY);
      // Token by token over the cache, then from a rollback in the middle, then all at once.
      for (let i = 0; i < spec.ids.length; i++) {
        await engine.prefill(spec.ids.slice(0, i + 1));
        const far = distance(await engine.logits(), row(i), run.logit_std);
        expect(far, `${name} ${key} ${i}`).toBeLessThan(1e-3);
      }
      for (const from of [10, 0]) {
        engine.rollback(from);
        const { evaluated } = await engine.prefill(spec.ids);
        expect(evaluated).toBe(spec.ids.length - from);
        const far = distance(await engine.logits(), row(spec.ids.length - 1), run.logit_std);
        expect(far, `${name} ${key} from ${from}`).toBeLessThan(1e-3);
      }
      let { id } = await engine.prefill(spec.ids);
      for (const [i, expected] of run.greedy.entries()) {
        if (id !== expected) {
          process.stdout.write(`${name} ${key}: token ${i} is ${id}, reference ${expected}\n`);
          expect(run.greedy_margin[i]).toBeLessThan(1e-3);
          break;
        }
        id = await engine.step(id);
      }
      engine.dispose();
    }
    prepared.dispose();
  });

  const quantized = ['Q4_K_M', 'Q5_K_S', 'Q6_K', 'Q2_K', 'Q8_0', 'Q4_0'];
  test.each(['llama3', 'phi3'])('%s: quantized from its folder, logits and files', async (name) => {
    const spec = sharedJson<LogitsFile>(`models/arch/${name}/logits.json`);
    const files = sharedJson<Record<string, { file_sha256: string }>>(`models/arch/${name}/quantize.json`);
    const model = await openTestModel(
      openPath(join(sharedFolder, `models/arch/${name}/${name}-F32.gguf`)),
      name,
    );
    const fromFolder = await openFolder(name);
    for (const label of quantized) {
      const level = fileTypeByLabel(label)!;
      const plan = planQuantization(model, level);
      expect((await writeGguf(gpu, plan, new MemorySink())).sha256).toBe(files[label]!.file_sha256);
      // The folder holds BF16, of which the F32 file is an exact copy: the same tensors, byte for byte.
      const direct = planQuantization(fromFolder, level);
      expect(direct.tensors.map((t) => [t.name, t.type.label])).toEqual(
        plan.tensors.map((t) => [t.name, t.type.label]),
      );
      const report = await writeGguf(gpu, direct, new MemorySink());
      expect(report.sha256, `${name} ${label} from the folder`).toBe(files[label]!.file_sha256);
      const prepared = await prepareLevel(gpu, fromFolder, direct);
      const want = floats(`models/arch/${name}/logits-${label}-f64dequant.f32`);
      const engine = await Engine.create(gpu, prepared, { context: 256, kvType: 'F32', reference: true });
      engine.setSampling(GREEDY);
      for (let i = 0; i < spec.ids.length; i++) {
        await engine.prefill(spec.ids.slice(0, i + 1));
        const row = want.subarray(i * spec.n_vocab, (i + 1) * spec.n_vocab);
        const far = distance(await engine.logits(), row, spec.runs.logits!.logit_std);
        expect(far, `${name} ${label} ${i}`).toBeLessThan(1e-3);
      }
      engine.dispose();
      prepared.dispose();
    }
  });
});
