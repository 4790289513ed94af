import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { readGguf } from '../files/gguf/read';
import type { Gpu } from '../gpu/gpu';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel } from '../quant/file-types';
import { formatByGgmlType } from '../quant/registry';
import { testGpu } from '../testing/device';
import { referenceLogits } from '../testing/reference-llama';
import { TINY, tinyGguf } from '../testing/tiny-llama';
import { seededRandom } from '../util/random';
import { perplexity } from './evaluate';
import { type Prepared, prepareLevel } from './prepared';

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
    gpu.memory.release(prepared.owner);
    expect(gpu.memory.currentBytes).toBe(0);
    gpu.close();
  });

  test('is that of the float64 reference: the second half of each chunk, with a first token of its own', async () => {
    const bos = 1;
    let sum = 0;
    let count = 0;
    for (let chunk = 0; chunk < 2; chunk++) {
      const text = [bos, ...ids.slice(32 * chunk + 1, 32 * (chunk + 1))];
      for (let at = 16; at < 31; at++) {
        const logits = referenceLogits(shape, weights, text.slice(0, at + 1));
        const most = Math.max(...logits);
        const total = logits.reduce((s, v) => s + Math.exp(v - most), 0);
        sum += Math.log(total) + most - logits[text[at + 1]!]!;
        count++;
      }
    }
    const got = await perplexity(gpu, prepared, ids, { ...options, bos });
    expect(got.tokens).toBe(count);
    expect(got.chunks).toBe(2);
    expect(Math.abs(Math.log(got.perplexity) - sum / count)).toBeLessThan(1e-5);
    expect(got.standardError).toBeGreaterThan(0);
  });
  test('a text shorter than a chunk is said, and a stop gives the memory back', async () => {
    const before = gpu.memory.currentBytes;
    await expect(perplexity(gpu, prepared, ids.slice(0, 20), options)).rejects.toThrow(
      /The text has 20 tokens; a context of 32/,
    );
    const stop = AbortSignal.abort();
    await expect(perplexity(gpu, prepared, ids, options, () => {}, stop)).rejects.toThrow('Stopped');
    expect(gpu.memory.currentBytes).toBe(before);
  });
});
