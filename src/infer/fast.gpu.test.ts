// The fast paths: how far they are from the reference mode, what a token costs in dispatches, and every kind of cache.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { readGguf } from '../files/gguf/read';
import type { ModelFile } from '../files/model-file';
import type { Gpu, GpuOptions } from '../gpu/gpu';
import type { KvType } from '../model/kv-cache';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel } from '../quant/file-types';
import { builtInModel } from '../testing/built-in';
import { checkpointFiles } from '../testing/checkpoints';
import { relativeError } from '../testing/compare';
import { testGpu, undrivenGpu } from '../testing/device';
import { referenceLogits } from '../testing/reference-llama';
import { decodedWeights } from '../testing/tiny-engine';
import { syntheticLevel } from '../../bench/models/random-llama';
import { TINY, type TinyShape, tinyGguf } from '../../bench/models/tiny-llama';
import { createTokenizer } from '../text/tokenizer';
import { seededRandom } from '../util/random';
import { comparePaths, writeText } from './compare-paths';
import { Engine } from './engine';
import { openTestModel } from '../testing/text/sandbox';
import { type Prepared, prepareLevel } from '../pipeline/prepared';

const prepare = (gpu: Gpu, model: ModelFile, label: string): Promise<Prepared> =>
  prepareLevel(gpu, model, planQuantization(model, fileTypeByLabel(label)!));

describe('against the reference mode', () => {
  let gpu: Gpu;
  let model: ModelFile;
  beforeAll(async () => {
    gpu = await testGpu();
    model = await builtInModel();
  });
  afterAll(() => {
    expect(gpu.memory.currentBytes).toBe(0);
  });

  /** 96 tokens of a story: what the model itself writes, so that every position is one it knows. */
  async function story(prepared: Prepared): Promise<number[]> {
    const engine = await Engine.create(gpu, prepared, { context: 128, kvType: 'F16' });
    const start = createTokenizer('', model.metadata).encode('Once upon a time', { addBos: true });
    const ids = await writeText(engine, start, 96);
    engine.dispose();
    return ids;
  }

  const levels = process.env.NIBBLE_REFERENCE === 'all' ? ['Q8_0', 'Q4_0', 'Q4_K_M'] : ['Q4_K_M'];
  test.each(levels)('%s: distributions over 96 positions', async (label) => {
    const prepared = await prepare(gpu, model, label);
    const ids = await story(prepared);
    const options = { context: 128, kvType: 'F16' as const };
    const one = await comparePaths(gpu, prepared, ids, options);
    const many = await comparePaths(gpu, prepared, ids, options, 16);
    process.stdout.write(
      `${label}: KL ${one.meanKl.toExponential(1)}, at most ${one.largestKl.toExponential(1)}, same top ${one.sameTop}; many ${many.meanKl.toExponential(1)}, ${many.sameTop}\n`,
    );
    expect(one.positions).toBe(ids.length);
    expect(ids.length).toBe(96);
    for (const { meanKl, sameTop } of [one, many]) {
      expect(meanKl).toBeLessThan(1e-3);
      expect(sameTop).toBeGreaterThanOrEqual(0.95);
    }
    // They are other paths: a comparison of something with itself would be worth nothing.
    expect(one.meanKl).toBeGreaterThan(0);
    prepared.dispose();
  });
});

const prompt = (count: number): number[] => {
  const next = seededRandom(9);
  return Array.from({ length: count }, () => Math.floor(next() * TINY.vocabulary));
};

describe.each<{ name: string; options: GpuOptions }>([
  { name: 'as the adapter is', options: {} },
  { name: 'with subgroups of any size', options: { subgroup: 'mixed' } },
  { name: 'shaped for hardware, without subgroups', options: { subgroup: 'shared', hardware: true } },
])('the cache, $name', ({ options }) => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await testGpu(options);
  });
  afterAll(() => {
    expect(gpu.memory.currentBytes).toBe(0);
  });
  const pairs = { name: 'heads in pairs', shape: TINY };
  const seven = { name: 'one key head for seven', shape: { ...TINY, width: 224, heads: 7, kvHeads: 1 } };
  const single = { name: 'a key head for each', shape: { ...TINY, kvHeads: TINY.heads } };
  const shapes: { name: string; shape: TinyShape }[] = options.subgroup ? [seven] : [pairs, single];
  // The sum over a subgroup has nothing to do with the storage of a cache: one kind that is floats, one that is not.
  const kvTypes: KvType[] = options.subgroup ? ['F32', 'Q8_0'] : ['F32', 'F16', 'Q8_0', 'Q4_0'];
  const bounds: Record<KvType, number> = { F32: 1e-5, F16: 1e-3, Q8_0: 2e-2, Q4_0: 0.4 };

  test.each(shapes)('$name: long contexts, in every type', async ({ shape }) => {
    const long = { ...shape, layers: 1, context: 600 };
    const model = await readGguf(memorySource('tiny.gguf', tinyGguf(long)));
    const prepared = await prepare(gpu, model, 'F16');
    // Two splits of a cache, or three.
    const ids = prompt(options.subgroup ? 300 : 560);
    const want = referenceLogits(long, await decodedWeights(prepared), ids);
    for (const kvType of kvTypes) {
      const engine = await Engine.create(gpu, prepared, { context: 600, kvType, reference: true });
      await engine.prefill(ids);
      const many = await engine.logits();
      expect(relativeError(many, want), kvType).toBeLessThan(bounds[kvType]);
      // One token after the other reads what the many wrote, and writes what they would have written.
      engine.rollback(ids.length - 20);
      for (let n = ids.length - 19; n <= ids.length; n++) await engine.prefill(ids.slice(0, n));
      expect(relativeError(await engine.logits(), many), kvType).toBeLessThan(1e-5);
      engine.dispose();
    }
    prepared.dispose();
  });
});

describe('experts', () => {
  test.each<{ name: string; options: GpuOptions }>([
    { name: 'mixtral', options: {} },
    { name: 'phi-3.5-moe', options: {} },
    { name: 'qwen3-moe', options: { hardware: true } },
  ])(
    '$name: one token and many, whole stacks and stacks in pieces, fast and reference',
    async ({ name, options }) => {
      const files = checkpointFiles(name, 'tiny').map((f) => memorySource(f.path, f.bytes));
      const model = await openTestModel(files, 'tiny');
      const ids = prompt(40).map((id) => id % 100);
      const found: Record<string, Float32Array> = {};
      for (const maxBindingBytes of [undefined, 2304]) {
        const gpu = await testGpu({ ...options, ...(maxBindingBytes ? { maxBindingBytes } : {}) });
        const prepared = await prepare(gpu, model, 'Q8_0');
        const { slabs } = prepared.tensors.get('blk.0.ffn_down_exps.weight')!;
        const isWhole = maxBindingBytes === undefined;
        if (isWhole) expect(slabs.length).toBe(1);
        else expect(slabs.length).toBeGreaterThan(3);
        for (const reference of [true, false]) {
          const engine = await Engine.create(gpu, prepared, { context: 64, kvType: 'F32', reference });
          const key = `${isWhole ? 'whole' : 'pieces'} ${reference ? 'reference' : 'fast'}`;
          await engine.prefill(ids);
          found[`${key}, many`] = await engine.logits();
          engine.rollback(ids.length - 4);
          for (let n = ids.length - 3; n <= ids.length; n++) await engine.prefill(ids.slice(0, n));
          found[`${key}, the last four one by one`] = await engine.logits();
          engine.dispose();
        }
        prepared.dispose();
        expect(gpu.memory.currentBytes).toBe(0);
      }
      const want = found['whole reference, many']!;
      for (const [key, logits] of Object.entries(found)) {
        // Rounded to int8, the best of two nearly equal experts may be the other one.
        const error = relativeError(logits, want);
        expect(error, key).toBeLessThan(key.includes('fast') ? 8e-2 : 1e-5);
        if (key.includes('fast')) expect(error, key).toBeGreaterThan(1e-6);
      }
    },
  );
});

describe('what a token costs', () => {
  test.each([
    { name: 'llama', perLayer: 5 },
    { name: 'qwen3', perLayer: 5 },
    { name: 'phi-3', perLayer: 5 },
    { name: 'gemma 2', perLayer: 7 },
    { name: 'gemma 3', perLayer: 7 },
    { name: 'mixtral', perLayer: 7 },
    { name: 'qwen3-moe', perLayer: 7 },
  ])(
    '$name: $perLayer dispatches a layer, one more in a long context, and four',
    async ({ name, perLayer }) => {
      const files = checkpointFiles(name, 'tiny').map((f) => memorySource(f.path, f.bytes));
      const model = await openTestModel(files, 'tiny');
      // Dispatches are counted; nothing needs to be computed.
      const gpu = await undrivenGpu();
      const prepared = await syntheticLevel(gpu, model, 'F16');
      const engine = await Engine.create(gpu, prepared, { context: 600, kvType: 'F16' });
      const layers = Number(
        model.metadata.get(`${model.metadata.get('general.architecture')!.value}.block_count`)!.value,
      );
      // A context of 100 is in several splits where workgroups are shaped for hardware.
      expect(engine.dispatchesPerToken(16)).toBe(perLayer * layers + 4);
      expect(engine.dispatchesPerToken(600)).toBeLessThanOrEqual((perLayer + 1) * layers + 4);
      engine.dispose();
      prepared.dispose();
    },
  );
});
