import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gpu } from '../gpu/gpu';
import { planQuantization } from '../model/plan';
import type { Path } from '../model/runtime';
import { fileTypeByLabel } from '../quant/file-types';
import { relativeError } from '../testing/compare';
import { testGpu } from '../testing/device';
import { openTiny, tinyIds } from '../testing/tiny-engine';
import { TINY } from '../testing/tiny-llama';
import { MIB } from '../util/bytes';
import { Engine } from './engine';
import { prepareLevel } from './prepared';
import { pathsForMany, TUNING_VERSION, type Tuning, tunePaths, tuningOf } from './tune';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await testGpu({ hardware: true });
});
afterAll(() => {
  expect(gpu.memory.currentBytes).toBe(0);
  gpu.close();
});

const leastOf = (ms: Partial<Record<Path, number>>) => Math.min(...Object.values(ms));

describe('the choice of paths', () => {
  test('measures every path that the device has, and takes what wins', async () => {
    const { paths, oneMs, manyMs } = await tunePaths(gpu, { mostMs: 60_000, size: 512, coldBytes: 2 * MIB });
    process.stdout.write(`tuning: ${JSON.stringify({ paths, oneMs, manyMs })}\n`);
    expect(Object.keys(oneMs)).toEqual(['int8', 'float32']);
    expect(Object.keys(manyMs)).toEqual(pathsForMany(gpu));
    // What is taken is the fastest, or the usual path where nothing beats it clearly.
    expect(oneMs[paths.one]!).toBeLessThanOrEqual(1.05 * leastOf(oneMs));
    expect(manyMs[paths.many]!).toBeLessThanOrEqual(1.05 * leastOf(manyMs));
  });
  test('leaves what there is no time for as it is', async () => {
    const { paths, oneMs, manyMs } = await tunePaths(gpu, { mostMs: 0, size: 512, coldBytes: 2 * MIB });
    expect([paths, oneMs, manyMs]).toEqual([{ one: 'int8', many: 'int8' }, {}, {}]);
  });
  test('is kept for a device until the kernels change; a processor has none', async () => {
    const kept = new Map<string, Tuning>();
    const store = {
      load: (key: string) => Promise.resolve(kept.get(key)),
      save: async (key: string, tuning: Tuning) => void kept.set(key, tuning),
    };
    const first = await tuningOf(gpu, store);
    expect(kept.size).toBe(1);
    expect(await tuningOf(gpu, store)).toBe(first);
    const [[key, tuning]] = [...kept] as [[string, Tuning]];
    expect(key).toContain(gpu.adapterName);
    kept.set(key, { ...tuning, version: TUNING_VERSION - 1 });
    expect(await tuningOf(gpu, store)).not.toBe(first);
    const processor = await testGpu();
    if (processor.onCpu) expect(await tuningOf(processor, store)).toBeNull();
    processor.close();
    expect(await tuningOf(gpu, undefined)).toBeNull();
  });
});

test('every path for many tokens is near the reference, within what its numbers hold', async () => {
  const model = await openTiny({ ...TINY, layers: 1 });
  const prepared = await prepareLevel(gpu, model, planQuantization(model, fileTypeByLabel('Q4_K_S')!));
  const ids = tinyIds(70);
  const logits = async (how: object) => {
    const engine = await Engine.create(gpu, prepared, { context: 128, kvType: 'F32', ...how });
    await engine.prefill(ids);
    const out = await engine.logits();
    engine.dispose();
    return out;
  };
  const want = await logits({ reference: true });
  const bounds: Record<Path, number> = { int8: 3e-2, matrix: 3e-3, float16: 3e-3, float32: 1e-5 };
  for (const many of pathsForMany(gpu)) {
    const error = relativeError(await logits({ paths: { one: 'float32', many } }), want);
    process.stdout.write(`${many}: ${error.toExponential(1)} from float32\n`);
    expect(error, many).toBeLessThan(bounds[many]);
    if (many !== 'float32') expect(error, many).toBeGreaterThan(1e-6);
  }
  const needs = { float16: 'shader-f16', matrix: 'matrix units' } as const;
  for (const [path, need] of Object.entries(needs))
    if (!pathsForMany(gpu).includes(path as Path))
      process.stdout.write(`${path} did not run: ${gpu.adapterName} has no ${need}\n`);
  gpu.memory.release(prepared.owner);
});
