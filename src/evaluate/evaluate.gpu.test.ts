import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { readGguf } from '../files/gguf/read';
import type { Gpu } from '../gpu/gpu';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel } from '../quant/file-types';
import { formatByGgmlType } from '../quant/registry';
import { testGpu } from '../testing/device';
import { referenceLogits } from '../testing/reference-llama';
import { TINY, tinyGguf } from '../../bench/models/tiny-llama';
import { seededRandom } from '../util/random';
import { BaseRows } from './base-rows';
import { klDivergence, perplexity, probabilities } from './evaluate';
import { type Prepared, prepareLevel } from '../pipeline/prepared';

const shape = { ...TINY, ffn: 256, layers: 1 };
const next = seededRandom(3);
const ids = Array.from({ length: 70 }, () => Math.floor(next() * TINY.vocabulary));
const options = { context: 32, kvType: 'F32' as const };

describe('perplexity', () => {
  let gpu: Gpu;
  let prepared: Prepared;
  let weights: Map<string, Float32Array>;
  beforeAll(async () => {
    gpu = await testGpu();
    const model = await readGguf(memorySource('tiny.gguf', tinyGguf(shape)));
    prepared = await prepareLevel(gpu, model, planQuantization(model, fileTypeByLabel('Q5_K_S')!));
    weights = new Map();
    for (const { name, type, source } of prepared.plan.tensors) {
      const x = new Float32Array((await source.read(0, source.sizeBytes)).buffer);
      const format = formatByGgmlType(type.id)!;
      weights.set(name, format.decode(format.encode(x)));
    }
  });
  afterAll(() => {
    prepared.dispose();
    expect(gpu.memory.currentBytes).toBe(0);
  });

  test('is that of the float64 reference: the second half of each chunk, with a first token of its own', async () => {
    const bos = 1;
    let sum = 0;
    let count = 0;
    for (let chunk = 0; chunk < 2; chunk++) {
      const text = [bos, ...ids.slice(32 * chunk + 1, 32 * (chunk + 1))];
      for (let at = 16; at < 31; at++) {
        const logits = referenceLogits(shape, weights, text.slice(0, at + 1));
        const max = Math.max(...logits);
        const total = logits.reduce((s, v) => s + Math.exp(v - max), 0);
        sum += Math.log(total) + max - logits[text[at + 1]!]!;
        count++;
      }
    }
    const got = await perplexity(gpu, prepared, ids, { ...options, bos });
    expect(got.tokens).toBe(count);
    expect(got.chunks).toBe(2);
    expect(Math.abs(Math.log(got.perplexity) - sum / count)).toBeLessThan(1e-5);
    expect(got.standardError).toBeGreaterThan(0);
  });

  test('divergence from a base is that of the float64 reference, token by token', async () => {
    const model = await readGguf(memorySource('tiny.gguf', tinyGguf(shape)));
    const base = await prepareLevel(gpu, model, planQuantization(model, fileTypeByLabel('F32')!));
    const plain = new Map<string, Float32Array>();
    for (const { name, source } of base.plan.tensors)
      plain.set(name, new Float32Array((await source.read(0, source.sizeBytes)).buffer));
    const logProbabilities = (w: Map<string, Float32Array>, text: number[]) => {
      const logits = referenceLogits(shape, w, text);
      const max = Math.max(...logits);
      const total = logits.reduce((s, v) => s + Math.exp(v - max), 0);
      return Array.from(logits, (v) => v - max - Math.log(total));
    };
    const top = (x: readonly number[]) => x.indexOf(Math.max(...x));
    const kl: number[] = [];
    const changes: number[] = [];
    let same = 0;
    for (let chunk = 0; chunk < 2; chunk++) {
      const text = ids.slice(32 * chunk, 32 * (chunk + 1));
      for (let at = 16; at < 31; at++) {
        const p = logProbabilities(plain, text.slice(0, at + 1));
        const q = logProbabilities(weights, text.slice(0, at + 1));
        kl.push(p.reduce((s, v, i) => s + Math.exp(v) * (v - q[i]!), 0));
        changes.push(Math.exp(q[text[at + 1]!]!) - Math.exp(p[text[at + 1]!]!));
        if (top(p) === top(q)) same++;
      }
    }
    const got = await klDivergence(gpu, base, prepared, ids, options);
    const mean = kl.reduce((s, v) => s + v, 0) / kl.length;
    expect(mean).toBeGreaterThan(1e-5);
    expect(Math.abs(got.kl.mean - mean)).toBeLessThan(1e-6 + 1e-3 * mean);
    expect(Math.abs(got.kl.max - Math.max(...kl))).toBeLessThan(1e-6 + 1e-3 * Math.max(...kl));
    expect(got.sameTop.share).toBeCloseTo(same / kl.length, 12);
    const rms = Math.sqrt(changes.reduce((s, v) => s + v * v, 0) / changes.length);
    expect(Math.abs(got.probability.rms - rms)).toBeLessThan(1e-3 * rms);
    const alone = await perplexity(gpu, prepared, ids, options);
    expect(got.level.perplexity).toBeCloseTo(alone.perplexity, 4);
    // Levels compared with kept rows of the base come to the same figures.
    const rows = await BaseRows.create(gpu, base, ids, options);
    expect(await rows.compare(prepared)).toEqual(got);
    expect((await rows.compare(base)).kl.max).toBeLessThan(1e-6);
    rows.dispose();
    const itself = await klDivergence(gpu, base, base, ids, options);
    expect(itself.kl.max).toBeLessThan(1e-6);
    expect(itself.sameTop.share).toBe(1);
    base.dispose();
  });

  test('probabilities of given tokens are those of the float64 reference, from the first after the prompt', async () => {
    const text = ids.slice(0, 20);
    const got = await probabilities(gpu, prepared, text, 5, { context: 32, kvType: 'F32', reference: true });
    expect(got).toHaveLength(15);
    for (const [i, p] of got.entries()) {
      const logits = referenceLogits(shape, weights, text.slice(0, 5 + i));
      const max = Math.max(...logits);
      const total = logits.reduce((s, v) => s + Math.exp(v - max), 0);
      expect(Math.abs(p - Math.exp(logits[text[5 + i]!]! - max) / total)).toBeLessThan(1e-5);
    }
    expect(await probabilities(gpu, prepared, text, 20, { context: 32, kvType: 'F32' })).toEqual([]);
  });

  test('a text shorter than a chunk is said, and a stop gives the memory back', async () => {
    const before = gpu.memory.currentBytes;
    await expect(perplexity(gpu, prepared, ids.slice(0, 20), options)).rejects.toThrow(
      /The text has 20 tokens; a context of 32/,
    );
    const stop = AbortSignal.abort();
    await expect(perplexity(gpu, prepared, ids, options, { signal: stop })).rejects.toThrow('Stopped');
    expect(gpu.memory.currentBytes).toBe(before);
  });
});
