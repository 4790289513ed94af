// Whole files, logits and tokens against a larger reference collection, where it lies beside the checkout. Without it
// these tests say so; what they prove is proved on smaller data by the other lanes.
import { beforeAll, describe, expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { MemorySink } from '../files/byte-sink';
import { readGguf } from '../files/gguf/read';
import { readImatrix } from '../files/imatrix';
import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel, fileTypes } from '../quant/file-types';
import { quantFormats } from '../quant/registry';
import { Engine, GREEDY } from '../infer/engine';
import { writeGguf } from '../pipeline/export';
import { prepareLevel } from '../pipeline/prepared';
import { byteDifferences, relativeError } from './compare';
import { testGpu } from './device';
import { hasShared, sharedBytes, sharedJson } from './golden';

interface Quantized {
  tag: string;
  rc: number;
  file_sha256: string;
  file_bytes: number;
  error?: string[];
}
interface Evaluated {
  prompt_ids: number[];
  greedy32: number[];
  logits_last: number[];
}

if (!hasShared)
  process.stdout.write('NOT RUN: the larger reference collection is not beside this checkout.\n');

const all = process.env.NIBBLE_REFERENCE === 'all';
if (hasShared && !all)
  process.stdout.write(
    'NOT RUN: the larger models of the reference collection; NIBBLE_REFERENCE=all runs them.\n',
  );
/** The smallest, whose narrow rows are the rules' hard case; the others take minutes. */
const models = all ? ['shakes3M', 'stories260K', 'babyllama105'] : ['stories260K'];
const open = (name: string): Promise<ModelFile> =>
  readGguf(memorySource(name, sharedBytes(`models/${name}/${name}-F32.gguf`)));

describe.runIf(hasShared)('the reference collection', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await testGpu();
  });

  test.each(quantFormats.filter((f) => f.label !== 'F32'))('blocks: $label on all 62 rows', (format) => {
    const floats = (name: string) => new Float32Array(sharedBytes(`golden/blocks/${name}.f32`).buffer);
    for (const variant of ['', '.imat']) {
      if (variant === '' ? format.importance === 'required' : !format.importance) continue;
      const want = sharedBytes(`golden/blocks/${format.label}${variant}.bin`);
      const got = format.encode(floats('input'), variant ? floats('imatrix') : undefined);
      expect(byteDifferences(got, want), `${format.label}${variant}`).toEqual([]);
      const decoded = new Uint8Array(format.decode(want).buffer);
      expect(
        byteDifferences(decoded, sharedBytes(`golden/blocks/${format.label}${variant}.deq.f32`)),
      ).toEqual([]);
    }
  });

  test.each(models)(
    '%s: every level gives the reference file, or its refusal',
    async (name) => {
      const { results } = sharedJson<{ results: Quantized[] }>(`golden/quantize/${name}.json`);
      const model = await open(name);
      const matrix = await readImatrix(
        memorySource(`gguf/${name}.imatrix.gguf`, sharedBytes(`models/imatrix/${name}.imatrix.gguf`)),
      );
      const checked: string[] = [];
      for (const type of fileTypes) {
        for (const variant of ['', '-imat', '-pure']) {
          const tag = type.label + variant;
          const want = results.find((r) => r.tag === tag);
          if (!want) continue;
          const importance = variant === '-imat' ? matrix : undefined;
          const plan = planQuantization(model, type, { pure: variant === '-pure', importance });
          checked.push(tag);
          if (want.rc !== 0) {
            const reason = want.error?.join() ?? '';
            const misfit = /(\d+) not divisible by +(\d+)/.exec(reason);
            if (misfit)
              expect(plan.refusal, tag).toMatch(new RegExp(`${misfit[1]} .* no multiple of ${misfit[2]} `));
            else {
              expect(reason).toMatch(/requires an imatrix/);
              expect(plan.refusal, tag).toMatch(/requires an importance matrix/);
            }
            continue;
          }
          expect(plan.refusal, tag).toBeNull();
          expect(plan.fileBytes, tag).toBe(want.file_bytes);
          const report = await writeGguf(gpu, plan, new MemorySink());
          expect(report.sha256, `${name} ${tag}`).toBe(want.file_sha256);
        }
      }
      expect(checked.length).toBe(results.length);
    },
    900_000,
  );

  const architectures = hasShared
    ? sharedJson<{ name: string }[]>('models/arch/index.json').map((a) => a.name)
    : [];
  test.each(architectures)('%s: whole files at six levels', async (name) => {
    const path = `models/arch/${name}`;
    const model = await readGguf(memorySource(name, sharedBytes(`${path}/${name}-F32.gguf`)));
    const wanted = sharedJson<Record<string, { file_sha256: string }>>(`${path}/quantize.json`);
    expect(Object.keys(wanted)).toHaveLength(6);
    for (const [label, want] of Object.entries(wanted)) {
      const report = await writeGguf(gpu, planQuantization(model, fileTypeByLabel(label)!), new MemorySink());
      expect(report.sha256, `${name} ${label}`).toBe(want.file_sha256);
    }
  });

  test.each(models.filter((name) => name !== 'babyllama105'))(
    '%s: logits within 1e-3, greedy ids equal',
    async (name) => {
      const { types } = sharedJson<{ types: Record<string, Evaluated[]> }>(
        `golden/eval/${name}-f64-dequant.json`,
      );
      const model = await open(name);
      for (const type of fileTypes) {
        const cases = types[type.label];
        const plan = planQuantization(model, type);
        if (!cases || plan.refusal) continue;
        const prepared = await prepareLevel(gpu, model, plan);
        const engine = await Engine.create(gpu, prepared, { context: 128, kvType: 'F16', reference: true });
        engine.setSampling(GREEDY);
        for (const want of cases) {
          engine.rollback(0);
          let { id } = await engine.prefill(want.prompt_ids);
          const error = relativeError(await engine.logits(), want.logits_last);
          expect(error, `${name} ${type.label}`).toBeLessThan(1e-3);
          for (const [i, expected] of want.greedy32.entries()) {
            if (id !== expected) {
              const logits = await engine.logits();
              const margin = Math.abs(logits[id]! - logits[expected]!) / Math.abs(logits[id]!);
              process.stdout.write(
                `${name} ${type.label}: token ${i} is ${id}, reference ${expected}, margin ${margin}\n`,
              );
              expect(margin).toBeLessThan(1e-3);
              break;
            }
            id = await engine.step(id);
          }
        }
        engine.dispose();
        prepared.dispose();
      }
    },
    600_000,
  );
});
