import { beforeAll, describe, expect, test } from 'vitest';
import { llamaShapes, syntheticLevel, syntheticModel } from '../../bench/models/random-llama';
import type { Gpu } from '../gpu/gpu';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel } from '../quant/file-types';
import { ownGpu, testGpu, undrivenGpu } from '../testing/device';
import { openTiny, tinyEngine, tinyIds } from '../testing/tiny-engine';
import { TINY } from '../../bench/models/tiny-llama';
import { watchCalls } from '../testing/watch-calls';
import { CancelledError, DeviceLostError } from '../util/errors';
import type { RunProgress } from '../util/work';
import { Engine, GREEDY } from './engine';
import { generate } from './generate';
import { prepareLevel } from '../pipeline/prepared';

const PIPELINES = ['createComputePipeline', 'createComputePipelineAsync'] as const;
const pipelinesOf = (made: Record<string, number>): number =>
  PIPELINES.reduce((n, name) => n + (made[name] ?? 0), 0);

let gpu: Gpu;
beforeAll(async () => {
  gpu = await testGpu();
});

test('loading, switching and generating again and again leaves nothing behind', async () => {
  const shape = { ...TINY, layers: 1 };
  const count = watchCalls([gpu.device, [...PIPELINES, 'createBindGroup']]);
  const made: Record<string, number>[] = [];
  const before = gpu.memory.currentBytes;
  for (let cycle = 0; cycle < 8; cycle++) {
    const { engine, free } = await tinyEngine(gpu, shape, 'Q8_0', 'F16', false);
    await engine.prefill(tinyIds(4));
    free();
    expect(gpu.memory.currentBytes).toBe(before);
    made.push(count.take());
  }
  // Pipelines are made in the first cycle only, and every other cycle makes as many bind groups as the one before.
  for (const cycle of made.slice(1)) expect(cycle).toEqual(made[1]);
  expect(pipelinesOf(made[1]!)).toBe(0);
  const levels = ['Q8_0', 'Q4_0', 'Q4_K_M'];
  for (let round = 0; round < 2; round++)
    for (const label of levels) {
      const { engine, free } = await tinyEngine(gpu, shape, label, 'F16', false);
      if (round > 0) expect(pipelinesOf(count.take())).toBe(0);
      const bytes = gpu.memory.currentBytes;
      count.take();
      for (let n = 0; n < 8; n++)
        await generate(engine, undefined, {
          ids: tinyIds(4 + (n % 5), n),
          maxTokens: 6,
          sampling: GREEDY,
          stops: [],
        });
      expect(count.take()).toEqual({});
      expect(gpu.memory.currentBytes).toBe(bytes);
      free();
      count.take();
    }
  count.end();
  expect(gpu.memory.currentBytes).toBe(before);
});

test('a decode step creates no object and writes no buffer', async () => {
  // On a busy machine a token may be cut into several submits.
  gpu.paced.pacer.isOn = false;
  const { engine, free } = await tinyEngine(gpu, TINY, 'Q8_0');
  let { id } = await engine.prefill(tinyIds(4));
  const count = watchCalls(
    [gpu.device, ['createBuffer', 'createBindGroup', ...PIPELINES, 'createShaderModule']],
    [gpu.device.queue, ['writeBuffer', 'submit']],
  );
  for (let i = 0; i < 5; i++) id = await engine.step(id);
  expect(count.take()).toEqual({ submit: 5 });
  for await (const next of engine.tokens(id, 20)) id = next;
  const { submit, ...others } = count.take();
  expect(others).toEqual({});
  expect(submit).toBeLessThanOrEqual(20);
  count.end();
  gpu.paced.pacer.isOn = true;
  free();
});

test('cancelling while quantizing gives all memory back', async () => {
  const model = await openTiny(TINY);
  const controller = new AbortController();
  const plan = planQuantization(model, fileTypeByLabel('Q4_1')!);
  const work = prepareLevel(gpu, model, plan, {
    progress: () => controller.abort(),
    signal: controller.signal,
  });
  await expect(work).rejects.toThrow('Stopped.');
  expect(gpu.memory.currentBytes).toBe(0);
});

test('a context whose cache no binding can hold is refused with the numbers', async () => {
  const model = await openTiny({ ...TINY, layers: 1 });
  const prepared = await prepareLevel(gpu, model, planQuantization(model, fileTypeByLabel('Q8_0')!));
  const work = Engine.create(gpu, prepared, { context: 1 << 24, kvType: 'F32' });
  await expect(work).rejects.toThrow(
    /context of 16777216 tokens the (rotation|k cache 0) takes .* binds at most/,
  );
  prepared.dispose();
  expect(gpu.memory.currentBytes).toBe(0);
});

test('a device lost while quantizing is a class of its own', async () => {
  const lost = await ownGpu();
  const model = await openTiny(TINY);
  const plan = planQuantization(model, fileTypeByLabel('Q8_0')!);
  const work = prepareLevel(lost, model, plan, {
    progress: (p) => void (p.index === 3 && lost.device.destroy()),
  });
  await expect(work).rejects.toBeInstanceOf(DeviceLostError);
  expect(lost.lost).toBe(true);
});

test('a full context and a wrong id are said', async () => {
  const { engine, free } = await tinyEngine(gpu, { ...TINY, context: 16 }, 'Q8_0');
  await expect(engine.prefill(tinyIds(17))).rejects.toThrow(/prompt has 17 tokens; the context holds 16/);
  await expect(engine.prefill([1, 9999])).rejects.toThrow(/Token id 9999/);
  const result = await generate(engine, undefined, {
    ids: tinyIds(10),
    maxTokens: 50,
    sampling: GREEDY,
    stops: [],
  });
  expect(result.stopped).toBe('context');
  expect(result.ids).toHaveLength(7);
  free();
});

// On a device without a driver, which compiles nothing: what is asked of it is what counts here.
describe('kernels of a level', () => {
  const options = { context: 64, kvType: 'F16' } as const;
  const shape = { ...llamaShapes['135M'], layers: 1 };
  const level = (on: Gpu, label: string) => syntheticLevel(on, syntheticModel('135M', shape), label);

  test('are compiled side by side before it runs; another level compiles what is new', async () => {
    const own = await undrivenGpu({ hardware: true });
    const count = watchCalls([own.device, PIPELINES]);
    const told: string[] = [];
    const load = async (label: string) => {
      told.length = 0;
      const prepared = await level(own, label);
      const progress = ({ done, total }: RunProgress) => told.push(`${done}/${total}`);
      const engine = await Engine.create(own, prepared, options, { progress });
      engine.dispose();
      prepared.dispose();
      const made = count.take();
      expect(made.createComputePipeline ?? 0).toBe(0);
      return made.createComputePipelineAsync ?? 0;
    };
    const first = await load('Q8_0');
    expect(first).toBeGreaterThan(8);
    expect(told).toEqual(Array.from({ length: first + 1 }, (_, i) => `${i}/${first}`));
    const second = await load('Q4_0');
    // Products of the new type, and a lookup of its embedding: half of the kernels of so small a model.
    expect(second).toBeGreaterThan(0);
    expect(second).toBeLessThanOrEqual(first / 2);
    expect(await load('Q4_0')).toBe(0);
    expect(told).toEqual([]);
    count.end();
  });

  test('left in the middle leave nothing behind', async () => {
    const own = await undrivenGpu({ hardware: true });
    const prepared = await level(own, 'Q5_1');
    const bytes = own.memory.currentBytes;
    const stop = new AbortController();
    const work = { signal: stop.signal, progress: () => stop.abort() };
    await expect(Engine.create(own, prepared, options, work)).rejects.toThrow(CancelledError);
    expect(own.memory.currentBytes).toBe(bytes);
    const engine = await Engine.create(own, prepared, options);
    engine.dispose();
    prepared.dispose();
    expect(own.memory.currentBytes).toBe(0);
  });
});
