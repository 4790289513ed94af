import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gpu, GpuOptions } from '../gpu/gpu';
import { weightBytes } from '../model/weights';
import { fileTypes } from '../quant/file-types';
import { relativeError } from '../testing/compare';
import { testGpu } from '../testing/device';
import { referenceLogits } from '../testing/reference-llama';
import { decodedWeights, tinyEngine, tinyIds } from '../testing/tiny-engine';
import { TINY, type TinyShape } from '../../bench/models/tiny-llama';
import { Engine, GREEDY } from './engine';
import { generate } from './generate';

/** A level for each format; what mixes add is other tests' business. */
const oneOfEachType = fileTypes
  .filter((t, i) => fileTypes.findIndex((u) => u.type === t.type) === i)
  .map((t) => t.label);
const some = ['F16', 'Q8_0', 'Q4_0', 'Q4_K_M', 'IQ4_XS', 'TQ2_0'];

describe.each<{ name: string; options: GpuOptions; levels: readonly string[] }>([
  { name: 'as the adapter is', options: {}, levels: oneOfEachType },
  { name: 'without subgroups', options: { subgroup: 'shared' }, levels: ['F16', 'Q4_K_M'] },
  { name: 'with subgroups of any size', options: { subgroup: 'mixed' }, levels: ['Q4_K_M'] },
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
    const { plan, prepared, engine, free } = await tinyEngine(gpu, shape, label);
    const prompt = tinyIds(9);
    await engine.prefill(prompt);
    const want = referenceLogits(shape, await decodedWeights(prepared), prompt);
    expect(relativeError(await engine.logits(), want)).toBeLessThan(1e-5);
    // A token at a time gives the same as all at once.
    engine.rollback(0);
    for (let n = 1; n <= prompt.length; n++) await engine.prefill(prompt.slice(0, n));
    expect(relativeError(await engine.logits(), want)).toBeLessThan(1e-5);
    const options_ = { context: shape.context, kvType: 'F32' as const, reference: true };
    expect(prepared.weightBytes).toBe(weightBytes(plan, gpu.maxBindingBytes));
    expect(engine.runtimeBytes).toBe(Engine.bytes(prepared, options_));
    expect(gpu.memory.currentBytes).toBe(prepared.weightBytes + engine.runtimeBytes);
    free();
  });
});

describe('the engine', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await testGpu();
  });

  test.each<{ name: string; shape: TinyShape; label: string }>([
    { name: 'a tied embedding', shape: { ...TINY, tied: true }, label: 'Q4_K_M' },
    { name: 'rows that fit no group of 32', shape: { ...TINY, width: 64, ffn: 172 }, label: 'F16' },
    { name: 'a BF16 source', shape: { ...TINY, type: 'BF16' }, label: 'Q8_0' },
    { name: 'as many key heads as heads', shape: { ...TINY, kvHeads: 4 }, label: 'Q5_K_M' },
    { name: 'one key head', shape: { ...TINY, kvHeads: 1, layers: 1 }, label: 'IQ4_XS' },
  ])('$name: logits are the float64 reference', async ({ shape, label }) => {
    const { prepared, engine, free } = await tinyEngine(gpu, shape, label);
    const prompt = tinyIds(11);
    const { id } = await engine.prefill(prompt);
    const weights = await decodedWeights(prepared);
    expect(relativeError(await engine.logits(), referenceLogits(shape, weights, prompt))).toBeLessThan(1e-5);
    await engine.step(id);
    const want = referenceLogits(shape, weights, [...prompt, id]);
    expect(relativeError(await engine.logits(), want)).toBeLessThan(1e-5);
    free();
  });

  test('a prompt longer than a chunk, and the cache in F16', async () => {
    const { prepared, engine, free } = await tinyEngine(gpu, TINY, 'Q8_0', 'F16');
    const prompt = tinyIds(150);
    await engine.prefill(prompt);
    const want = referenceLogits(TINY, await decodedWeights(prepared), prompt);
    expect(relativeError(await engine.logits(), want)).toBeLessThan(1e-3);
    free();
  });

  test('a second turn on the cache equals a fresh run of the whole conversation', async () => {
    const { engine, free } = await tinyEngine(gpu, TINY, 'Q4_0');
    const request = { maxTokens: 12, sampling: GREEDY, stops: [] };
    const first = await generate(engine, undefined, { ...request, ids: tinyIds(20) });
    const second = [...tinyIds(20), ...first.ids, ...tinyIds(10, 7)];
    const warm = await generate(engine, undefined, { ...request, ids: second });
    engine.rollback(0);
    const fresh = await generate(engine, undefined, { ...request, ids: second });
    expect(warm.evaluated).toBeLessThan(fresh.evaluated);
    expect(warm.ids).toEqual(fresh.ids);
    free();
  });

  test('sampling: a seed repeats, top-k 1 is greedy, the support is what top-k and min-p leave', async () => {
    const { engine, free } = await tinyEngine(gpu, TINY, 'F16');
    const prompt = tinyIds(6);
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
    free();
  });

  test('tokens that the GPU feeds itself are those of single steps, wherever one stops', async () => {
    const { engine, free } = await tinyEngine(gpu, TINY, 'Q8_0');
    engine.setSampling({ temperature: 0.9, topK: 20, topP: 0.95, minP: 0.01, seed: 7 });
    const prompt = tinyIds(5);
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
      // Tokens beyond the stop are forgotten: the next turn goes on from here.
      const next = await engine.prefill([...engine.cached, single[stop - 1]!]);
      expect(next.evaluated).toBe(1);
      if (stop < 40) expect(next.id).toBe(single[stop]);
    }
    free();
  });
});
