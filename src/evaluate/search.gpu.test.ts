import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel } from '../quant/file-types';
import { builtInModel } from '../testing/built-in';
import { testGpu } from '../testing/device';
import { klDivergence } from './evaluate';
import { textForEvaluation } from './evaluation-text';
import { Mixes } from '../studio/mixes';
import { prepareLevel } from '../pipeline/prepared';
import { measureSensitivities, planRecipe, quantizeCommand, recipeFor, type Sensitivities } from './search';
import { testText } from '../testing/text/sandbox';

describe('a type for each tensor', () => {
  let gpu: Gpu;
  let model: ModelFile;
  let found: Sensitivities;
  const text = (name: string) => readFileSync(`public/texts/stories-${name}.txt`, 'utf8');
  const how = { context: 96, kvType: 'F16' as const };
  beforeAll(async () => {
    gpu = await testGpu();
    // Half its layers: as many levels and probes as for the whole.
    model = await builtInModel(process.env.NIBBLE_REFERENCE === 'all' ? undefined : 2);
    const { ids, bos } = await textForEvaluation(model, text('calibration'), testText(model));
    found = await measureSensitivities(gpu, model, ids, { ...how, bos, chunks: 2, base: 'F16' });
  }, 400_000);
  afterAll(() => {
    expect(gpu.memory.currentBytes).toBe(0);
  });

  test('every matrix is a choice, and was felt', () => {
    const matrices = model.tensors.filter((t) => t.shape.length > 1).map((t) => t.name);
    expect(found.probed.map((p) => p.name).sort()).toEqual(matrices.sort());
    expect(found.probed.every((p) => p.kl > 0)).toBe(true);
    for (const { options } of found.tensors) {
      const sorted = [...options].sort((a, b) => a.sizeBytes - b.sizeBytes);
      expect(sorted[0]!.cost).toBeGreaterThan(sorted.at(-1)!.cost);
    }
  });

  // docs/benchmarks.md has the others; NIBBLE_REFERENCE=all runs them here.
  const sizes = process.env.NIBBLE_REFERENCE === 'all' ? ['Q4_K_M', 'Q3_K_M', 'Q2_K'] : ['Q3_K_M'];
  test.each(sizes)('at the size of %s it loses less than the fixed mix', async (label) => {
    const fixed = planQuantization(model, fileTypeByLabel(label)!);
    const recipe = recipeFor(model, found, fixed.fileBytes);
    const plan = planRecipe(model, recipe);
    expect(plan.fileBytes).toBe(recipe.fileBytes);
    expect(plan.fileBytes).toBeLessThanOrEqual(fixed.fileBytes);
    expect(plan.fallbacks).toEqual([]);
    expect(recipeFor(model, found, fixed.fileBytes)).toEqual(recipe);
    const { ids, bos } = await textForEvaluation(model, text('held-out'), testText(model));
    const base = await prepareLevel(gpu, model, planQuantization(model, fileTypeByLabel('F16')!));
    const measured = [];
    for (const p of [plan, fixed]) {
      const level = await prepareLevel(gpu, model, p);
      measured.push((await klDivergence(gpu, base, level, ids, { ...how, bos, chunks: 5 })).kl.mean);
      level.dispose();
    }
    base.dispose();
    process.stdout.write(
      `${label}: ${measured.map((v) => v.toExponential(2)).join(' against ')}, expected ${recipe.expectedKl.toExponential(2)}\n`,
    );
    expect(measured[0]!).toBeLessThan(measured[1]!);
  });

  test('a size that no choice reaches is said; the command names every choice', () => {
    expect(() => recipeFor(model, found, 1000)).toThrow(
      /No choice of types makes a file of 1000 bytes; the smallest/,
    );
    const mixes = new Mixes(() => [model, undefined]);
    expect(() => mixes.at(2e6)).toThrow(/not known yet/);
    const { minBytes, maxBytes } = mixes.take(found);
    expect(mixes.at(minBytes).fileBytes).toBeLessThanOrEqual(minBytes);
    expect(mixes.at(maxBytes).expectedKl).toBeLessThan(mixes.at(minBytes).expectedKl);
    const sizeBytes = Math.floor((minBytes + maxBytes) / 2);
    const label = mixes.add(sizeBytes);
    const plan = mixes.plan(label)!;
    expect(plan.fileType).toMatchObject({ label, group: 'Searched' });
    expect(plan.fileBytes).toBe(mixes.at(sizeBytes).fileBytes);
    const recipe = mixes.at(sizeBytes);
    const command = quantizeCommand(recipe);
    expect(command.match(/--tensor-type/g)).toHaveLength(found.tensors.length);
    expect(command).toContain(`--tensor-type '^blk\\.0\\.attn_q\\.weight$=`);
    // The same again is the same level; another of about that size is another.
    expect(mixes.add(sizeBytes)).toBe(label);
    const near = [1, 2, 3, 4].map((n) => mixes.add(sizeBytes - n * 1000));
    const types = near.map((l) => JSON.stringify(mixes.plan(l)!.tensors.map((t) => t.type.label)));
    expect(new Set(types).size).toBe(new Set(near).size);
    mixes.clear();
    expect(mixes.plans).toEqual([]);
  });
});
