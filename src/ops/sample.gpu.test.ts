// The sampler against a CPU reference, for vocabularies from tiny to 128 k.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Gpu } from '../gpu/gpu';
import type { SamplingOptions } from '../infer/sampling';
import { encode } from '../gpu/kernel';
import { sampleClasses } from '../model/runtime';
import { empty, testGpu, testOwner, upload } from '../testing/device';
import { gumbel, support } from '../testing/reference/sampler';
import { noise } from '../util/random';
import { sample, survey } from './kernels';

const POSITION = 17;

describe('the sampler', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await testGpu();
  });

  async function sampler(logits: Float32Array, capacity: number) {
    const vocabulary = logits.length;
    const classes = sampleClasses(vocabulary);
    const arena = await gpu.arena(testOwner(gpu), 2);
    const sampling = await empty(gpu, 48);
    const state = await empty(gpu, 16);
    const tokens = await empty(gpu, 16);
    const history = await empty(gpu, 4 * (POSITION + capacity + 1));
    const look = {
      logits: await upload(gpu, logits),
      sampling,
      state,
      classes: await empty(gpu, classes * 16),
    };
    const buffers = { ...look, tokens, history };
    const params = { vocabulary, classes, capacity: POSITION + capacity };
    const steps = [
      gpu.kernel(survey).dispatch(look, { vocabulary, classes }, [classes / 64], arena),
      gpu.kernel(sample).dispatch(buffers, params, [1], arena),
    ];
    const run = async ({ temperature, topK, topP, minP, seed }: SamplingOptions, draws: number) => {
      const data = new DataView(new ArrayBuffer(20));
      for (const [at, v] of [
        [0, temperature],
        [8, topP],
        [12, minP],
      ] as const)
        data.setFloat32(at, v, true);
      data.setUint32(4, topK, true);
      data.setUint32(16, seed, true);
      gpu.device.queue.writeBuffer(sampling, 0, data.buffer);
      gpu.device.queue.writeBuffer(state, 0, Uint32Array.of(POSITION - 3, 3, 0, 0));
      gpu.submit((pass) => {
        for (let i = 0; i < draws; i++) encode(pass, steps);
      });
      const token = new Uint32Array(await gpu.read(tokens, 0, 4))[0]!;
      const moved = new Uint32Array(await gpu.read(state, 0, 12));
      expect([...moved]).toEqual([POSITION + draws - 1, 1, token]);
      return token;
    };
    return { run, history };
  }

  const settings: SamplingOptions[] = [
    { temperature: 0, topK: 40, topP: 0.9, minP: 0.1, seed: 1 },
    { temperature: 1, topK: 0, topP: 1, minP: 0, seed: 2 },
    { temperature: 0.8, topK: 1, topP: 1, minP: 0, seed: 3 },
    { temperature: 0.8, topK: 40, topP: 1, minP: 0, seed: 4 },
    { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, seed: 5 },
    { temperature: 2, topK: 2000, topP: 1, minP: 0, seed: 6 },
    { temperature: 1, topK: 0, topP: 0.6, minP: 0, seed: 7 },
    { temperature: 1, topK: 0, topP: 0.999, minP: 0, seed: 8 },
    { temperature: 1.5, topK: 0, topP: 1, minP: 0.02, seed: 9 },
    { temperature: 1.5, topK: 100, topP: 1, minP: 0.3, seed: 10 },
  ];
  const shapes = [
    { name: 'as a model gives them', of: (n: number) => noise(n, n, 3) },
    { name: 'one token far ahead', of: (n: number) => noise(n, n).map((v, i) => (i === n >> 1 ? 30 : v)) },
    { name: 'almost flat', of: (n: number) => noise(n, n, 0.01) },
    { name: 'many equal', of: (n: number) => noise(n, n, 2).map(Math.round) },
    { name: 'the best in one class', of: (n: number) => noise(n, n).map((v, i) => v + (i % 1024 ? 0 : 20)) },
    { name: 'all far below zero', of: (n: number) => noise(n, n, 3).map((v) => v - 1000) },
  ];
  const cases = [5, 512, 32_000, 128_256].flatMap((vocabulary) =>
    shapes.map((shape) => ({ vocabulary, ...shape, title: `${vocabulary} tokens, ${shape.name}` })),
  );
  test.each(cases)('$title', async ({ vocabulary, of }) => {
    const logits = of(vocabulary);
    const { run } = await sampler(logits, 4);
    const chosen: number[] = [];
    for (const o of settings) chosen.push(await run(o, 1));
    testOwner(gpu).dispose();
    for (const [i, o] of settings.entries()) {
      const kept = support(logits, o);
      if (o.temperature === 0) {
        expect(chosen[i]).toBe(kept[0]);
        continue;
      }
      const value = (t: number) => logits[t]! / o.temperature + gumbel(t, POSITION, o.seed);
      const best = kept.reduce((m, t) => Math.max(m, value(t)), Number.NEGATIVE_INFINITY);
      const note = `top-k ${o.topK}, top-p ${o.topP}, min-p ${o.minP}`;
      expect(kept.includes(chosen[i]!), note).toBe(true);
      // float32 may order almost equal values differently.
      expect(best - value(chosen[i]!), note).toBeLessThan(1e-4 * Math.max(1, Math.abs(best)));
    }
  });

  test('draws have the distribution of the softmax, each at a position of its own', async () => {
    const logits = Float32Array.of(0, 1, 2, 0.5, -1);
    const draws = 2000;
    const { run, history } = await sampler(logits, draws);
    await run({ temperature: 1, topK: 0, topP: 1, minP: 0, seed: 3 }, draws);
    const counts = [0, 0, 0, 0, 0];
    for (const token of new Uint32Array(await gpu.read(history, 4 * POSITION, 4 * draws))) counts[token]!++;
    const total = logits.reduce((sum, v) => sum + Math.exp(v), 0);
    for (const [t, v] of logits.entries()) {
      const p = Math.exp(v) / total;
      expect(Math.abs(counts[t]! - draws * p)).toBeLessThan(4 * Math.sqrt(draws * p * (1 - p)));
    }
    testOwner(gpu).dispose();
  });
});
