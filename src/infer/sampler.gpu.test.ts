// Penalties and the likeliest tokens against the CPU, for vocabularies from tiny to 128 k.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Gpu } from '../gpu/gpu';
import { encodeSteps } from '../model/blocks/steps';
import { type Runtime, SCORE_BYTES, SCORE_SLOTS, sampleClasses } from '../model/runtime';
import { LIKELIEST_WORDS } from '../ops/likeliest-words';
import { empty, testGpu, testOwner, upload } from '../testing/device';
import { penalized, sampledToken, softmax } from '../testing/reference/sampler';
import { noise, seededRandom } from '../util/random';
import { rankingOf } from './readback';
import { Sampler } from './sampler';
import { GREEDY, type SamplingOptions } from './sampling';

const CONTEXT = 300;
let gpu: Gpu;
beforeAll(async () => {
  gpu = await testGpu();
});

/** A sampler over logits of its own, in place of a model's. */
async function samplerOf(logits: Float32Array<ArrayBuffer>) {
  const vocabulary = logits.length;
  const classBytes = sampleClasses(vocabulary) * 16;
  const r = {
    vocabulary,
    context: CONTEXT,
    arena: await gpu.arena(testOwner(gpu), 16),
    logits: await upload(gpu, logits),
    sampling: await empty(gpu, 48),
    state: await empty(gpu, 16),
    tokens: await empty(gpu, 16),
    history: await empty(gpu, 4 * (CONTEXT + 1)),
    classes: await empty(gpu, classBytes),
    scoredClasses: await empty(gpu, classBytes),
    counts: await empty(gpu, 4 * vocabulary),
    penalized: await empty(gpu, 4 * vocabulary),
    scores: await empty(gpu, SCORE_BYTES),
  } as unknown as Runtime;
  const sampler = new Sampler(gpu, r);
  /** Samples the token after `before`. */
  const run = async (before: readonly number[], o: SamplingOptions, top = 0) => {
    // A pass that was stopped between its steps leaves counts behind.
    gpu.device.queue.writeBuffer(r.counts, 0, new Uint32Array(vocabulary).fill(3));
    sampler.set(o, top);
    gpu.device.queue.writeBuffer(r.history, 0, Uint32Array.from(before));
    gpu.device.queue.writeBuffer(r.state, 0, Uint32Array.of(before.length - 1, 1, 0, 0));
    const extent = { tokens: 1, positions: before.length };
    gpu.submit((pass) => void encodeSteps(pass, sampler.steps, extent));
    const scores = await gpu.read(r.scores, 0, SCORE_BYTES);
    const slot = before.length % SCORE_SLOTS;
    return {
      token: new Uint32Array(await gpu.read(r.tokens, 0, 4))[0]!,
      penalized: new Float32Array(await gpu.read(r.penalized, 0, 4 * vocabulary)),
      counts: new Uint32Array(await gpu.read(r.counts, 0, 4 * vocabulary)),
      logits: new Float32Array(await gpu.read(r.logits, 0, 4 * vocabulary)),
      ranking: rankingOf(scores, 4 * LIKELIEST_WORDS * slot, top),
    };
  };
  return { run };
}

/** Seeded ids of which few come often. */
function textOf(vocabulary: number, length: number, seed: number): number[] {
  const next = seededRandom(seed);
  return Array.from({ length }, () => Math.floor(vocabulary * next() ** 6));
}

const shapes = [
  { name: 'as a model gives them', of: (n: number) => noise(n, n, 3) },
  { name: 'one token far ahead', of: (n: number) => noise(n, n).map((v, i) => (i === n >> 1 ? 30 : v)) },
  { name: 'many equal', of: (n: number) => noise(n, n, 2).map(Math.round) },
  { name: 'the best in one class', of: (n: number) => noise(n, n).map((v, i) => v + (i % 1024 ? 0 : 20)) },
  { name: 'all far below zero', of: (n: number) => noise(n, n, 3).map((v) => v - 1000) },
];
const cases = [3, 5, 512, 32_000, 128_256].flatMap((vocabulary) =>
  shapes.map((shape) => ({ vocabulary, ...shape, title: `${vocabulary} tokens, ${shape.name}` })),
);

describe('penalties', () => {
  const settings: (Partial<SamplingOptions> & { length: number })[] = [
    { length: 200, repeatPenalty: 1.3 },
    { length: 200, repeatPenalty: 0.8, repeatLastN: 199 },
    { length: 10, repeatPenalty: 1.1, frequencyPenalty: 0.5, repeatLastN: 64 },
    { length: 299, frequencyPenalty: 0.3, repeatLastN: -1 },
    { length: 65, presencePenalty: -1.5, repeatLastN: 1 },
    { length: 130, repeatPenalty: 1.2, frequencyPenalty: -0.2, presencePenalty: 0.7, repeatLastN: 65 },
  ];
  test.each(cases)('$title', async ({ vocabulary, of }) => {
    const logits = of(vocabulary);
    const { run } = await samplerOf(logits);
    for (const [i, { length, ...own }] of settings.entries()) {
      const o = { ...GREEDY, ...own };
      const before = textOf(vocabulary, length, i);
      const want = penalized(logits, before, o);
      const have = await run(before, o);
      const note = JSON.stringify(own);
      const wrong = [...have.penalized.keys()].filter(
        (t) => Math.abs(have.penalized[t]! - want[t]!) > 1e-6 * Math.max(1, Math.abs(want[t]!)),
      );
      expect(wrong, note).toEqual([]);
      expect(Buffer.compare(Buffer.from(have.logits.buffer), Buffer.from(logits.buffer)), note).toBe(0);
      expect(
        have.counts.some((n) => n > 0),
        note,
      ).toBe(false);
      // Two that are equal but for rounding may come in either order.
      const best = want.reduce((m, v) => Math.max(m, v));
      expect(best - want[have.token]!, note).toBeLessThan(1e-6 * Math.max(1, Math.abs(best)));
    }
    testOwner(gpu).dispose();
  });

  test('come before top-k and temperature, and are off where nothing is asked for', async () => {
    const logits = noise(512, 1, 3);
    const { run } = await samplerOf(logits);
    const draws = { ...GREEDY, temperature: 0.9, topK: 5, topP: 0.9, minP: 0.02 };
    const off: Partial<SamplingOptions>[] = [
      {},
      { repeatLastN: 0, repeatPenalty: 1.5 },
      { repeatPenalty: 1, frequencyPenalty: 0, presencePenalty: 0, repeatLastN: -1 },
    ];
    const plain = textOf(512, 40, 2);
    const changed: boolean[] = [];
    for (let seed = 0; seed < 20; seed++) {
      const without = await run(plain, { ...draws, seed });
      for (const own of off) expect((await run(plain, { ...draws, ...own, seed })).token).toBe(without.token);
      // The best tokens are in the window: without their penalties they would be kept.
      const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!);
      const before = [...plain, ...order.slice(0, 4)];
      const o = { ...draws, seed, repeatPenalty: 1.4, presencePenalty: 1 };
      const { token } = await run(before, o);
      expect(token).toBe(sampledToken(logits, before, o));
      changed.push(token !== sampledToken(logits, before, { ...draws, seed }));
    }
    expect(changed.filter(Boolean).length).toBeGreaterThan(5);
    testOwner(gpu).dispose();
  });
});

describe('the likeliest four', () => {
  test.each(cases)('$title', async ({ vocabulary, of }) => {
    const logits = of(vocabulary);
    const { run } = await samplerOf(logits);
    const p = softmax(logits);
    const order = [...p.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b).slice(0, 4);
    const draws: Partial<SamplingOptions>[] = [
      {},
      { temperature: 1.5, topK: 0, topP: 1, minP: 0 },
      { temperature: 0.7, topK: 40, topP: 0.9, minP: 0.01 },
      // Penalties change what is sampled, and no probability.
      { temperature: 1, repeatPenalty: 1.5, frequencyPenalty: 1, repeatLastN: -1 },
    ];
    for (const [i, own] of draws.entries()) {
      const before = [...order, ...textOf(vocabulary, 50 + i, i)];
      const { token, ranking } = await run(before, { ...GREEDY, ...own, seed: i }, 4);
      expect(ranking.top.map(({ id }) => id)).toEqual(order);
      const told = [{ id: token, probability: ranking.probability }, ...ranking.top];
      for (const { id, probability } of told) expect(Math.abs(probability / p[id]! - 1)).toBeLessThan(2e-5);
      expect((await run(before, { ...GREEDY, ...own, seed: i })).token).toBe(token);
      const fewer = await run(before, { ...GREEDY, ...own, seed: i }, 2);
      expect(fewer.ranking.top).toEqual(ranking.top.slice(0, 2));
    }
    testOwner(gpu).dispose();
  });
});

test.each<[Partial<SamplingOptions>, number, RegExp]>([
  [{ repeatLastN: -2 }, 0, /repeatLastN is -2, expected a whole number/],
  [{ repeatLastN: 1.5 }, 0, /repeatLastN is 1.5/],
  [{ repeatPenalty: 0 }, 0, /repeatPenalty is 0, expected a number above 0/],
  [{ repeatPenalty: Number.NaN }, 0, /repeatPenalty is NaN/],
  [{ frequencyPenalty: Number.POSITIVE_INFINITY }, 0, /frequencyPenalty is Infinity, expected a number/],
  [{ presencePenalty: Number.NaN }, 0, /presencePenalty is NaN/],
  [{}, 5, /topLogprobs is 5, expected a whole number from 0 to 4/],
  [{}, -1, /topLogprobs is -1/],
])('%j and %i candidates are refused', async (own, top, message) => {
  const { run } = await samplerOf(noise(8, 1));
  await expect(run([1], { ...GREEDY, ...own }, top)).rejects.toThrow(message);
  testOwner(gpu).dispose();
});
