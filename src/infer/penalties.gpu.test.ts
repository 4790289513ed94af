// Whole generations with penalties, stop strings and candidates, against the CPU's sampler on the engine's own logits.
import { beforeAll, describe, expect, test } from 'vitest';
import { TINY as TWO_LAYERS } from '../../bench/models/tiny-llama';
import type { Gpu } from '../gpu/gpu';
import { testGpu } from '../testing/device';
import { sampledToken, softmax } from '../testing/reference/sampler';
import { tinyEngine, tinyIds } from '../testing/tiny-engine';
import { watchCalls } from '../testing/watch-calls';
import type { Engine } from './engine';
import { generate } from './generate';
import { GREEDY, type SamplingOptions } from './sampling';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await testGpu();
});

const TINY = { ...TWO_LAYERS, layers: 1 };
const TOKENS = 64;
const answer = (engine: Engine, ids: readonly number[], sampling: SamplingOptions, topLogprobs = 0) =>
  generate(engine, undefined, { ids, maxTokens: TOKENS, sampling, stops: [], topLogprobs });

/** The ids that the CPU samples from the logits of `engine`, fed one by one; with the softmax that each came from. */
async function reference(engine: Engine, prompt: readonly number[], o: SamplingOptions) {
  engine.rollback(0);
  engine.setSampling(GREEDY);
  const ids = [...prompt];
  const distributions: Float64Array[] = [];
  for (let n = 0; n < TOKENS; n++) {
    await engine.prefill(ids);
    const logits = await engine.logits();
    distributions.push(softmax(logits));
    ids.push(sampledToken(logits, ids, o));
  }
  return { ids: ids.slice(prompt.length), distributions };
}

const draws = { temperature: 0.9, topK: 40, topP: 0.95, minP: 0.02 };
const settings: (Partial<SamplingOptions> & { name: string })[] = [
  { name: 'greedy, repeat penalty', repeatPenalty: 1.3 },
  { name: 'greedy, a window of 16 that wraps', repeatPenalty: 1.2, presencePenalty: 0.4, repeatLastN: 16 },
  { name: 'greedy, frequency, the whole context', frequencyPenalty: 0.3, repeatLastN: -1 },
  { name: 'seed 1', ...draws, seed: 1, repeatPenalty: 1.2, frequencyPenalty: 0.2, repeatLastN: 24 },
  { name: 'seed 2, no cut', temperature: 1.2, seed: 2, presencePenalty: 0.8, repeatLastN: 8 },
  { name: 'seed 3, a window of one', ...draws, seed: 3, repeatPenalty: 1.5, repeatLastN: 1 },
];

describe('64 tokens are those of the CPU', () => {
  test.each(settings)('$name', async ({ name: _, ...own }) => {
    const o = { ...GREEDY, ...own };
    const { engine, free } = await tinyEngine(gpu, TINY, 'Q8_0');
    // A prompt in which tokens come often: they count, too.
    const prompt = [...tinyIds(6), ...tinyIds(6), ...tinyIds(4, 2)];
    const given = await answer(engine, prompt, o, 4);
    const want = await reference(engine, prompt, o);
    expect(given.ids).toEqual(want.ids);
    engine.rollback(0);
    expect((await answer(engine, prompt, { ...GREEDY, ...draws, ...own, repeatLastN: 0 })).ids).not.toEqual(
      given.ids,
    );
    for (const [i, { id, probability, top }] of given.ranked.entries()) {
      const p = want.distributions[i]!;
      expect(id).toBe(given.ids[i]);
      for (const t of [{ id, probability }, ...top])
        expect(Math.abs(t.probability / p[t.id]! - 1)).toBeLessThan(1e-4);
      const order = [...p.keys()].sort((a, b) => p[b]! - p[a]!);
      expect(top.map((t) => t.id)).toEqual(order.slice(0, 4));
    }
    expect(given.ranked).toHaveLength(TOKENS);
    free();
  });
});

test('a chat that goes on, and one that is rolled back, count the tokens that are there now', async () => {
  const o = { ...GREEDY, ...draws, seed: 5, repeatPenalty: 1.3, frequencyPenalty: 0.4, repeatLastN: 100 };
  const { engine, free } = await tinyEngine(gpu, { ...TINY, context: 256 }, 'Q8_0');
  const other = await tinyEngine(gpu, { ...TINY, context: 256 }, 'Q8_0');
  let ids = tinyIds(20);
  for (const cut of [0, 30, 3, 64]) {
    // The answer's end is thrown away, and other tokens come in its place.
    ids = [...ids.slice(0, ids.length - cut), ...tinyIds(7, cut + 1)];
    const kept = engine.cached.length;
    const given = await answer(engine, ids, o);
    if (kept > 0) expect(given.evaluated).toBeLessThan(ids.length);
    expect(given.ids).toEqual((await reference(other.engine, ids, o)).ids);
    ids = [...ids, ...given.ids.slice(0, 20)];
  }
  other.free();
  free();
});

test('a prompt in several passes is in the window whole', async () => {
  const o = { ...GREEDY, repeatPenalty: 1.4, repeatLastN: -1, presencePenalty: 0.5 };
  const { engine, free } = await tinyEngine(gpu, { ...TINY, context: 400 }, 'Q8_0');
  // 300 tokens are three passes of 128 at most.
  const prompt = tinyIds(300);
  expect((await answer(engine, prompt, o)).ids).toEqual((await reference(engine, prompt, o)).ids);
  free();
});

test('nothing is created, written or mapped between tokens, and plain sampling is what it was', async () => {
  gpu.paced.pacer.isOn = false;
  const { engine, free } = await tinyEngine(gpu, TINY, 'Q8_0');
  const plain = engine.dispatchesPerToken(20);
  const asked = { ...GREEDY, repeatPenalty: 1.2 };
  const costs: number[] = [];
  for (const [o, top] of [
    [asked, 0],
    [GREEDY, 4],
    [asked, 4],
    [GREEDY, 0],
  ] as const) {
    engine.setSampling(o, top);
    costs.push(engine.dispatchesPerToken(20) - plain);
    engine.rollback(0);
    const { id } = await engine.prefill(tinyIds(4));
    const count = watchCalls(
      [gpu.device, ['createBuffer', 'createBindGroup', 'createComputePipeline', 'createShaderModule']],
      [gpu.device.queue, ['writeBuffer', 'submit']],
      [gpu, ['map']],
    );
    for await (const _ of engine.tokens(id, 40));
    const { submit = 0, map, ...others } = count.take();
    expect(others).toEqual({});
    expect(submit).toBeLessThan(10);
    expect(map).toBe(submit);
    count.end();
  }
  expect(costs).toEqual([2, 1, 4, 0]);
  gpu.paced.pacer.isOn = true;
  free();
});
