import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { readGguf } from '../files/gguf/read';
import type { Gpu, GpuOptions } from '../gpu/gpu';
import type { KvType } from '../model/kv-cache';
import { planQuantization } from '../model/plan';
import { weightBytes } from '../model/weights';
import { fileTypeByLabel, fileTypes } from '../quant/file-types';
import { formatByGgmlType } from '../quant/registry';
import { relativeError } from '../testing/compare';
import { testImatrix } from '../testing/importance';
import { testGpu } from '../testing/device';
import { referenceLogits } from '../testing/reference-llama';
import { TINY, type TinyShape, tinyGguf } from '../testing/tiny-llama';
import { DeviceLostError } from '../util/errors';
import { seededRandom } from '../util/random';
import { Engine, GREEDY } from './engine';
import { generate } from './generate';
import { type Prepared, prepareLevel } from './prepared';

const open = (s: TinyShape) => readGguf(memorySource('tiny.gguf', tinyGguf(s)));

/** The weights a level runs with, decoded by the codec. */
async function decodedWeights(prepared: Prepared): Promise<Map<string, Float32Array>> {
  const out = new Map<string, Float32Array>();
  for (const t of prepared.plan.tensors) {
    const source = formatByGgmlType(t.source.type.id)!;
    const target = formatByGgmlType(t.type.id)!;
    const x = source.decode(await t.source.read(0, t.source.sizeBytes));
    out.set(t.name, target.decode(target.encode(x, t.importance)));
  }
  return out;
}

const ids = (count: number, seed = 1): number[] => {
  const next = seededRandom(seed);
  return Array.from({ length: count }, () => Math.floor(next() * TINY.vocabulary));
};

async function prepare(gpu: Gpu, s: TinyShape, label: string, kvType: KvType = 'F32', reference = true) {
  const model = await open(s);
  const plan = planQuantization(model, fileTypeByLabel(label)!, { importance: testImatrix(model) });
  const prepared = await prepareLevel(gpu, model, plan);
  const engine = await Engine.create(gpu, prepared, { context: s.context, kvType, reference });
  engine.setSampling(GREEDY);
  return { plan, prepared, engine };
}

/** Counts calls of a device's methods. */
function watchDevice(gpu: Gpu, names: readonly string[]) {
  let counts: Record<string, number> = {};
  const device = gpu.device as unknown as Record<string, (...a: unknown[]) => unknown>;
  for (const name of names) {
    const original = device[name]!.bind(device);
    device[name] = (...a) => {
      counts[name] = (counts[name] ?? 0) + 1;
      return original(...a);
    };
  }
  return {
    take: () => {
      const taken = counts;
      counts = {};
      return taken;
    },
    end: () => {
      for (const name of names) delete device[name];
    },
  };
}

/** A level for each format; what mixes add is other tests' business. */
const oneOfEachType = fileTypes
  .filter((t, i) => fileTypes.findIndex((u) => u.type === t.type) === i)
  .map((t) => t.label);
const some = ['F16', 'Q8_0', 'Q4_0', 'Q4_K_M', 'IQ4_XS', 'TQ2_0'];

describe.each<{ name: string; options: GpuOptions; levels: readonly string[] }>([
  { name: 'as the adapter is', options: {}, levels: oneOfEachType },
  { name: 'without subgroups', options: { noSubgroups: true }, levels: some },
  { name: 'with 128 MiB bindings', options: { maxBindingBytes: 128 * 1024 * 1024 }, levels: ['Q4_K_M'] },
  {
    name: 'with 64 KiB bindings, tensors split by rows',
    options: { maxBindingBytes: 65536 },
    // Every number of planes, and every size of block.
    levels: ['F16', 'Q8_0', 'Q5_1', 'Q4_K_S', 'Q6_K', 'IQ4_XS', 'IQ2_XXS', 'TQ1_0'],
  },
])('$name', ({ options, levels }) => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await testGpu(options);
  });
  afterAll(() => {
    expect(gpu.memory.currentBytes).toBe(0);
    gpu.close();
  });
  // Small bindings need a cache that fits one.
  const small = options.maxBindingBytes === 65536;
  // Two layers where two are told apart: at some levels.
  const shapeOf = (label: string) => ({
    ...TINY,
    ffn: 256,
    layers: small || !some.includes(label) ? 1 : 2,
    context: small ? 64 : TINY.context,
  });

  test.each(levels)('%s: logits are the float64 reference, memory is the plan', async (label) => {
    const shape = shapeOf(label);
    const { plan, prepared, engine } = await prepare(gpu, shape, label);
    const prompt = ids(9);
    await engine.prefill(prompt);
    const want = referenceLogits(shape, await decodedWeights(prepared), prompt);
    expect(relativeError(await engine.logits(), want)).toBeLessThan(1e-5);
    // A token at a time gives the same as all at once.
    engine.rollback(0);
    for (let n = 1; n <= prompt.length; n++) await engine.prefill(prompt.slice(0, n));
    expect(relativeError(await engine.logits(), want)).toBeLessThan(1e-5);
    const options_ = { context: shape.context, kvType: 'F32' as const, reference: true };
    expect(gpu.memory.ownerBytes(prepared.owner)).toBe(weightBytes(plan, gpu.maxBindingBytes));
    expect(engine.runtimeBytes).toBe(Engine.bytes(prepared, options_));
    expect(gpu.memory.currentBytes).toBe(prepared.weightBytes + engine.runtimeBytes);
    engine.dispose();
    gpu.memory.release(prepared.owner);
  });
});

describe('the engine', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await testGpu();
  });
  afterAll(() => gpu.close());

  test.each<{ name: string; shape: TinyShape; label: string }>([
    { name: 'a tied embedding', shape: { ...TINY, tied: true }, label: 'Q4_K_M' },
    { name: 'rows that fit no group of 32', shape: { ...TINY, width: 64, ffn: 172 }, label: 'F16' },
    { name: 'a BF16 source', shape: { ...TINY, type: 'BF16' }, label: 'Q8_0' },
    { name: 'as many key heads as heads', shape: { ...TINY, kvHeads: 4 }, label: 'Q5_K_M' },
    { name: 'one key head', shape: { ...TINY, kvHeads: 1, layers: 1 }, label: 'IQ4_XS' },
  ])('$name: logits are the float64 reference', async ({ shape, label }) => {
    const { prepared, engine } = await prepare(gpu, shape, label);
    const prompt = ids(11);
    const { id } = await engine.prefill(prompt);
    const weights = await decodedWeights(prepared);
    expect(relativeError(await engine.logits(), referenceLogits(shape, weights, prompt))).toBeLessThan(1e-5);
    await engine.step(id);
    const want = referenceLogits(shape, weights, [...prompt, id]);
    expect(relativeError(await engine.logits(), want)).toBeLessThan(1e-5);
    engine.dispose();
    gpu.memory.release(prepared.owner);
  });

  test('a prompt longer than a chunk, and the cache in F16', async () => {
    const { prepared, engine } = await prepare(gpu, TINY, 'Q8_0', 'F16');
    const prompt = ids(150);
    await engine.prefill(prompt);
    const want = referenceLogits(TINY, await decodedWeights(prepared), prompt);
    expect(relativeError(await engine.logits(), want)).toBeLessThan(1e-3);
    engine.dispose();
    gpu.memory.release(prepared.owner);
  });

  test('a second turn on the cache equals a fresh run of the whole conversation', async () => {
    const { prepared, engine } = await prepare(gpu, TINY, 'Q4_0');
    const request = { maxTokens: 12, sampling: GREEDY, stops: [] };
    const first = await generate(engine, undefined, { ...request, ids: ids(20) }, () => {});
    const second = [...ids(20), ...first.ids, ...ids(10, 7)];
    const warm = await generate(engine, undefined, { ...request, ids: second }, () => {});
    engine.rollback(0);
    const fresh = await generate(engine, undefined, { ...request, ids: second }, () => {});
    expect(warm.evaluated).toBeLessThan(fresh.evaluated);
    expect(warm.ids).toEqual(fresh.ids);
    engine.dispose();
    gpu.memory.release(prepared.owner);
  });

  test('sampling: a seed repeats, top-k 1 is greedy, the support is what top-k and min-p leave', async () => {
    const { prepared, engine } = await prepare(gpu, TINY, 'F16');
    const prompt = ids(6);
    const draw = async (seed: number, change: object) => {
      engine.setSampling({ temperature: 1, topK: 0, topP: 1, minP: 0, seed, ...change });
      return (await engine.prefill(prompt)).id;
    };
    const greedy = await draw(1, { temperature: 0 });
    const logits = await engine.logits();
    const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!);
    expect(greedy).toBe(order[0]);
    expect(await draw(5, {})).toBe(await draw(5, {}));
    for (let seed = 0; seed < 8; seed++) expect(await draw(seed, { topK: 1 })).toBe(greedy);
    const seen = new Set<number>();
    for (let seed = 0; seed < 40; seed++) seen.add(await draw(seed, { topK: 5, temperature: 2 }));
    expect([...seen].every((id) => order.slice(0, 5).includes(id))).toBe(true);
    expect(seen.size).toBeGreaterThan(2);
    const top = logits[order[0]!]!;
    const kept = order.filter((id) => Math.exp(logits[id]! - top) >= 0.5);
    for (let seed = 0; seed < 20; seed++) expect(kept).toContain(await draw(seed, { minP: 0.5 }));
    const total = logits.reduce((s, v) => s + Math.exp(v - top), 0);
    let mass = 0;
    const nucleus = order.filter((id) => {
      const inside = mass < 0.3 * total;
      mass += Math.exp(logits[id]! - top);
      return inside;
    });
    for (let seed = 0; seed < 20; seed++) expect(nucleus).toContain(await draw(seed, { topP: 0.3 }));
    engine.dispose();
    gpu.memory.release(prepared.owner);
  });

  test('cancelling while quantizing gives all memory back', async () => {
    const model = await open(TINY);
    const controller = new AbortController();
    const plan = planQuantization(model, fileTypeByLabel('Q4_1')!);
    const work = prepareLevel(gpu, model, plan, () => controller.abort(), controller.signal);
    await expect(work).rejects.toThrow('Stopped.');
    expect(gpu.memory.currentBytes).toBe(0);
  });

  test('loading, switching and generating again and again leaves nothing behind', async () => {
    const shape = { ...TINY, layers: 1 };
    const count = watchDevice(gpu, ['createComputePipeline', 'createBindGroup']);
    const made: Record<string, number>[] = [];
    const before = gpu.memory.currentBytes;
    for (let cycle = 0; cycle < 20; cycle++) {
      const { prepared, engine } = await prepare(gpu, shape, 'Q8_0', 'F16', false);
      await engine.prefill(ids(4));
      engine.dispose();
      gpu.memory.release(prepared.owner);
      expect(gpu.memory.currentBytes).toBe(before);
      made.push(count.take());
    }
    // Pipelines are made in the first cycle only, and every other cycle makes as many bind groups as the one before.
    for (const cycle of made.slice(1)) expect(cycle).toEqual(made[1]);
    expect(made[1]!.createComputePipeline ?? 0).toBe(0);
    const levels = ['Q8_0', 'Q4_0', 'Q4_K_M'];
    for (let round = 0; round < 2; round++)
      for (const label of levels) {
        const { prepared, engine } = await prepare(gpu, shape, label, 'F16', false);
        if (round > 0) expect(count.take().createComputePipeline ?? 0).toBe(0);
        const bytes = gpu.memory.currentBytes;
        count.take();
        for (let n = 0; n < 20; n++)
          await generate(
            engine,
            undefined,
            { ids: ids(4 + (n % 5), n), maxTokens: 6, sampling: GREEDY, stops: [] },
            () => {},
          );
        expect(count.take()).toEqual({});
        expect(gpu.memory.currentBytes).toBe(bytes);
        engine.dispose();
        gpu.memory.release(prepared.owner);
        count.take();
      }
    count.end();
    expect(gpu.memory.currentBytes).toBe(before);
  });

  test('a decode step creates no object and writes no buffer', async () => {
    const { prepared, engine } = await prepare(gpu, TINY, 'Q8_0');
    let { id } = await engine.prefill(ids(4));
    const counts: Record<string, number> = {};
    const device = gpu.device as unknown as Record<string, (...a: unknown[]) => unknown>;
    const queue = gpu.device.queue as unknown as Record<string, (...a: unknown[]) => unknown>;
    const watch = (object: Record<string, (...a: unknown[]) => unknown>, name: string) => {
      const original = object[name]!.bind(object);
      object[name] = (...a) => {
        counts[name] = (counts[name] ?? 0) + 1;
        return original(...a);
      };
    };
    for (const name of ['createBuffer', 'createBindGroup', 'createComputePipeline', 'createShaderModule'])
      watch(device, name);
    for (const name of ['writeBuffer', 'submit']) watch(queue, name);
    for (let i = 0; i < 5; i++) id = await engine.step(id);
    expect(counts).toEqual({ submit: 5 });
    for await (const next of engine.tokens(id, 20)) id = next;
    expect(Object.keys(counts)).toEqual(['submit']);
    expect(counts.submit).toBeLessThanOrEqual(5 + 20);
    for (const name of Object.keys(counts)) delete queue[name];
    engine.dispose();
    gpu.memory.release(prepared.owner);
  });

  test('tokens that the GPU feeds itself are those of single steps, wherever one stops', async () => {
    const { prepared, engine } = await prepare(gpu, TINY, 'Q8_0');
    engine.setSampling({ temperature: 0.9, topK: 20, topP: 0.95, minP: 0.01, seed: 7 });
    const prompt = ids(5);
    const first = await engine.prefill(prompt);
    const single: number[] = [];
    for (let id = first.id; single.length < 40; single.push(id)) id = await engine.step(id);
    for (const stop of [1, 2, 7, 23, 40]) {
      engine.rollback(0);
      const again = await engine.prefill(prompt);
      expect(again.id).toBe(first.id);
      const fed: number[] = [];
      for await (const id of engine.tokens(again.id, 40)) {
        fed.push(id);
        if (fed.length === stop) break;
      }
      expect(fed).toEqual(single.slice(0, stop));
      expect(engine.cached).toEqual([...prompt, first.id, ...single.slice(0, stop - 1)]);
      // What ran beyond the stop is forgotten: the next turn goes on from here.
      const next = await engine.prefill([...engine.cached, single[stop - 1]!]);
      expect(next.evaluated).toBe(1);
      if (stop < 40) expect(next.id).toBe(single[stop]);
    }
    engine.dispose();
    gpu.memory.release(prepared.owner);
  });

  test('a context whose cache no binding can hold is refused with the numbers', async () => {
    const model = await open({ ...TINY, layers: 1 });
    const prepared = await prepareLevel(gpu, model, planQuantization(model, fileTypeByLabel('Q8_0')!));
    const work = Engine.create(gpu, prepared, { context: 1 << 24, kvType: 'F32' });
    await expect(work).rejects.toThrow(
      /context of 16777216 tokens the (rotation|k cache 0) takes .* binds at most/,
    );
    gpu.memory.release(prepared.owner);
    expect(gpu.memory.currentBytes).toBe(0);
  });

  test('a device lost while quantizing is a class of its own', async () => {
    const lost = await testGpu();
    const model = await open(TINY);
    const plan = planQuantization(model, fileTypeByLabel('Q8_0')!);
    const work = prepareLevel(lost, model, plan, (p) => p.index === 3 && lost.device.destroy());
    await expect(work).rejects.toBeInstanceOf(DeviceLostError);
    expect(lost.lost).toBe(true);
  });

  test('a full context and a wrong id are said', async () => {
    const { prepared, engine } = await prepare(gpu, { ...TINY, context: 16 }, 'Q8_0');
    await expect(engine.prefill(ids(17))).rejects.toThrow(/prompt has 17 tokens; the context holds 16/);
    await expect(engine.prefill([1, 9999])).rejects.toThrow(/Token id 9999/);
    const result = await generate(
      engine,
      undefined,
      { ids: ids(10), maxTokens: 50, sampling: GREEDY, stops: [] },
      () => {},
    );
    expect(result.stopped).toBe('context');
    expect(result.ids).toHaveLength(7);
    engine.dispose();
    gpu.memory.release(prepared.owner);
  });
});
