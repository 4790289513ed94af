import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shadersFromDisk } from '../node/gpu';
import type { Gpu } from '../gpu/gpu';
import { planQuantization } from '../model/plan';
import type { ComputePath } from '../model/runtime';
import { fileTypeByLabel } from '../quant/file-types';
import { relativeError } from '../testing/compare';
import { ownGpu, testGpu } from '../testing/device';
import { openTiny, tinyIds } from '../testing/tiny-engine';
import { TINY } from '../../bench/models/tiny-llama';
import { MIB } from '../util/bytes';
import { isRight } from './check-paths';
import { Engine } from '../infer/engine';
import { prepareLevel } from '../pipeline/prepared';
import { pathsOf } from './product';
import { chunkOf, TUNING_VERSION, type Tuning, tunePaths, tuningOf } from './tune';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await testGpu({ hardware: true });
});
afterAll(() => {
  expect(gpu.memory.currentBytes).toBe(0);
});

const minOf = (ms: Partial<Record<string, number>>) => Math.min(...(Object.values(ms) as number[]));

describe('the choice of paths', () => {
  test('measures every path that the device has, and takes what wins', async () => {
    const tuning = await tunePaths(gpu, { maxMs: 60_000, size: 512, coldBytes: 2 * MIB });
    process.stdout.write(`tuning: ${JSON.stringify(tuning)}\n`);
    const { paths, decodeMs, prefillMs, threads, threadsMs } = tuning;
    expect(Object.keys(threadsMs)).toEqual(['128', '256']);
    expect(threadsMs[threads]!).toBeLessThanOrEqual(1.05 * minOf(threadsMs));
    expect(gpu.productThreads).toBe(128);
    expect(Object.keys(decodeMs)).toEqual(pathsOf(gpu).decode);
    const halves = gpu.device.features.has('shader-f16') ? ['float16'] : [];
    expect(pathsOf(gpu).decode).toEqual(['int8', ...halves, 'float32']);
    expect(Object.keys(prefillMs)).toEqual(pathsOf(gpu).prefill);
    // The choice is the fastest path, or the default where nothing beats it clearly.
    expect(decodeMs[paths.decode]!).toBeLessThanOrEqual(1.05 * minOf(decodeMs));
    expect(prefillMs[paths.prefill]!).toBeLessThanOrEqual(1.05 * minOf(prefillMs));
  });
  test('leaves what there is no time for as it is', async () => {
    const tuning = await tunePaths(gpu, { maxMs: 0, size: 512, coldBytes: 2 * MIB });
    expect(tuning).toMatchObject({ paths: { decode: 'int8', prefill: 'int8' }, threads: 128 });
    expect([tuning.decodeMs, tuning.prefillMs, tuning.threadsMs]).toEqual([{}, {}, {}]);
  });
  test.each<{ what: string; shader: string; change: [RegExp, string]; error: (e: number) => boolean }>([
    {
      what: 'gives something else',
      shader: 'lib/matmul/tile-int8',
      change: [/return token\.step \*/, 'return 1.5 * token.step *'],
      error: (e) => Math.abs(e - 0.5) < 0.01,
    },
    {
      what: 'does not compile',
      shader: 'lib/matmul/tile-int8',
      change: [/^fn product/m, 'fn product_that_is_missing'],
      error: (e) => e === Number.POSITIVE_INFINITY,
    },
  ])('takes no path that $what here', async ({ shader, change, error }) => {
    const sources = new Map(shadersFromDisk());
    const text = sources.get(shader)!;
    expect(text).toMatch(change[0]);
    sources.set(shader, text.replace(...change));
    const broken = await ownGpu({ hardware: true }, sources);
    const { paths, errors, prefillMs } = await tunePaths(broken, { maxMs: 0, size: 512, coldBytes: 2 * MIB });
    expect(errors.prefill.int8).toSatisfy(error);
    expect(isRight(errors, 'prefill', 'int8')).toBe(false);
    expect(isRight(errors, 'decode', 'int8')).toBe(true);
    expect(isRight(errors, 'prefill', 'float32')).toBe(true);
    expect(paths).toEqual({ decode: 'int8', prefill: 'float32' });
    expect(prefillMs).toEqual({});
    expect(broken.memory.currentBytes).toBe(0);
    broken.close();
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
    expect(await tuningOf(gpu, undefined)).toBeNull();
  });
});

test('a pass over a prompt takes about half a second by what was measured, within bounds', () => {
  const tuning = (prefillMs: number) =>
    ({
      weights: 4e6,
      paths: { decode: 'int8', prefill: 'int8' },
      prefillMs: { int8: prefillMs },
    }) as unknown as Tuning;
  // 128 tokens of 4 M weights in 1 ms: a token of 1 G weights takes 1.95 ms.
  expect(chunkOf(tuning(1), 1e9)).toBe(256);
  expect(chunkOf(tuning(1), 8e9)).toBe(32);
  expect(chunkOf(tuning(10), 8e9)).toBe(32);
  expect(chunkOf(tuning(0.01), 1e9)).toBe(512);
  expect(chunkOf(tuning(1), 0)).toBe(512);
  expect(chunkOf(null, 1e9)).toBe(128);
});

test('a prompt gives the same logits whatever its passes are, and takes the memory that was planned', async () => {
  const model = await openTiny({ ...TINY, layers: 1 });
  const prepared = await prepareLevel(gpu, model, planQuantization(model, fileTypeByLabel('Q8_0')!));
  const ids = tinyIds(100);
  const logits: Float32Array[] = [];
  for (const chunk of [32, 128, 512]) {
    const options = { context: 128, kvType: 'F32', chunk } as const;
    const engine = await Engine.create(gpu, prepared, options);
    expect(engine.runtimeBytes).toBe(Engine.bytes(prepared, options));
    await engine.prefill(ids);
    logits.push(await engine.logits());
    engine.dispose();
  }
  for (const other of logits.slice(1)) expect(relativeError(other, logits[0]!)).toBeLessThan(1e-5);
  prepared.dispose();
});

test('every path is near the reference, within what its numbers hold', async () => {
  const model = await openTiny({ ...TINY, layers: 1 });
  const prepared = await prepareLevel(gpu, model, planQuantization(model, fileTypeByLabel('Q4_K_S')!));
  const ids = tinyIds(70);
  const logits = async (how: object, byOne = 0) => {
    const engine = await Engine.create(gpu, prepared, { context: 128, kvType: 'F32', ...how });
    for (let n = ids.length - byOne; n <= ids.length; n++) await engine.prefill(ids.slice(0, n));
    const out = await engine.logits();
    engine.dispose();
    return out;
  };
  const want = await logits({ reference: true });
  const bounds: Record<ComputePath, number> = { int8: 3e-2, matrix: 3e-3, float16: 3e-3, float32: 1e-5 };
  const check = async (what: string, path: ComputePath, run: Promise<Float32Array>) => {
    const error = relativeError(await run, want);
    process.stdout.write(`${path}, ${what}: ${error.toExponential(1)} from float32\n`);
    expect(error, path).toBeLessThan(bounds[path]);
    if (path !== 'float32') expect(error, path).toBeGreaterThan(1e-6);
  };
  const { decode, prefill } = pathsOf(gpu);
  for (const path of prefill)
    await check('prefill', path, logits({ paths: { decode: 'float32', prefill: path } }));
  for (const path of decode)
    await check('decode', path, logits({ paths: { decode: path, prefill: 'float32' } }, 4));
  const needs = { float16: 'shader-f16', matrix: 'matrix units' } as const;
  for (const [path, need] of Object.entries(needs))
    if (!prefill.includes(path as ComputePath))
      process.stdout.write(`${path} did not run: ${gpu.adapterName} has no ${need}\n`);
  prepared.dispose();
});
