import { beforeAll, expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import type { Gpu } from '../gpu/gpu';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel } from '../quant/file-types';
import { testGpu } from '../testing/device';
import { openTiny, tinyIds } from '../testing/tiny-engine';
import { TINY, type TinyShape, tinyGguf } from '../../bench/models/tiny-llama';
import { klDivergencePaged } from './kl-divergence-paged';
import { klDivergence } from './evaluate';
import { prepareLevel } from '../pipeline/prepared';
import { Studio } from '../studio/studio';
import type { RunProgress } from '../util/work';
import { testSandbox } from '../testing/text/sandbox';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await testGpu();
});

const plansOf = async (shape: TinyShape) => {
  const model = await openTiny(shape);
  const [base, level] = ['F16', 'Q4_K_S'].map((label) => planQuantization(model, fileTypeByLabel(label)!));
  return { model, base: base!, level: level! };
};

test.each([
  { name: 'an output of its own', shape: TINY, context: 32 },
  {
    name: 'a tied embedding, passages longer than a chunk',
    shape: { ...TINY, tied: true, layers: 1 },
    context: 150,
  },
])('$name: layer by layer gives the bits that resident levels give', async ({ shape, context }) => {
  const { model, base, level } = await plansOf({ ...shape, context: 256 });
  const options = { context, kvType: 'F16' as const, bos: 1 };
  const ids = tinyIds(2 * context);
  const resident = [await prepareLevel(gpu, model, base), await prepareLevel(gpu, model, level)];
  const want = await klDivergence(gpu, resident[0]!, resident[1]!, ids, options);
  for (const level of resident) level.dispose();
  expect(gpu.memory.currentBytes).toBe(0);
  const steps: number[] = [];
  const progress = ({ done, total }: RunProgress) => void steps.push(done / total);
  expect(await klDivergencePaged(gpu, model, { base, level }, ids, options, { progress })).toEqual(want);
  expect(want.kl.mean).toBeGreaterThan(0);
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
  expect(steps.at(-1)).toBe(1);
  expect(gpu.memory.currentBytes).toBe(0);
});

test('a budget drops passages, one stays; a stop gives the memory back', async () => {
  const { model, base, level } = await plansOf({ ...TINY, layers: 2 });
  const options = { context: 32, kvType: 'F16' as const };
  const short = await klDivergencePaged(gpu, model, { base, level }, tinyIds(96), {
    ...options,
    budgetMs: 0,
  });
  expect(short.level.chunks).toBe(1);
  const want = await klDivergencePaged(gpu, model, { base, level }, tinyIds(96), { ...options, chunks: 1 });
  expect(short).toEqual(want);
  const stop = new AbortController();
  const work = klDivergencePaged(gpu, model, { base, level }, tinyIds(96), options, {
    progress: ({ done }) => void (done === 4 && stop.abort()),
    signal: stop.signal,
  });
  await expect(work).rejects.toThrow('Stopped');
  expect(gpu.memory.currentBytes).toBe(0);
});

test('levels that do not fit beside each other are measured all the same, and the record says so', async () => {
  const shape = { ...TINY, width: 256, ffn: 512, layers: 4, vocabulary: 259 };
  const file = () => memorySource('tiny.gguf', tinyGguf(shape));
  const request = {
    type: 'Q4_0',
    base: 'F16',
    textLabel: 'a text',
    text: 'The quick brown fox jumps over the lazy dog. '.repeat(8),
    context: 128,
    chunks: 2,
    budgetMs: 1000,
  };
  const on = { progress: () => {}, run: () => {} };
  const measureIn = async (maxMemoryBytes?: number) => {
    const device = await testGpu(maxMemoryBytes === undefined ? {} : { maxMemoryBytes });
    const studio = new Studio(async () => device, testSandbox);
    await studio.open([file()], 'tiny.gguf');
    const record = await studio.lab.quality(request, on);
    const { peakBytes } = device.memory;
    studio.releaseAll();
    expect(device.memory.currentBytes).toBe(0);
    return { record, peakBytes };
  };
  const roomy = await measureIn();
  expect(roomy.record.paged).toBeUndefined();
  const tight = await measureIn(Math.floor(0.8 * roomy.peakBytes));
  expect(tight.record.paged).toBe(true);
  expect(tight.record.measured).toEqual(roomy.record.measured);
});
