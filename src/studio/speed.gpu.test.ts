import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Gpu } from '../gpu/gpu';
import { Studio } from './studio';
import { memorySource } from '../files/byte-source';
import { SMALL, tinyGguf } from '../../bench/models/tiny-llama';
import { testGpu } from '../testing/device';
import { testSandbox } from '../testing/text/sandbox';
import { GpuError } from '../util/errors';
import { type ContextBench, speedByContext } from './speed';

const LIMIT = 2048;
const RUN = { promptTokens: 8, generatedTokens: 4, runs: 1 };
const bytes = tinyGguf({ ...SMALL, context: LIMIT, type: 'F16', seed: 5 });
let gpu: Gpu;
let studio: Studio;
beforeAll(async () => {
  gpu = await testGpu();
  studio = new Studio(async () => gpu, testSandbox);
  await studio.open([memorySource('tiny.gguf', bytes)], 'tiny.gguf');
  studio.plan({ context: 256, kvType: 'F16', fallbackToF16: false, strict: false });
});
afterAll(() => {
  studio.releaseAll();
  expect(gpu.memory.currentBytes).toBe(0);
});

test('speed at contexts beyond the chosen one, to where the model ends; the level is as it was', async () => {
  const before = await studio.benchmark('Q8_0', RUN);
  expect(before.speed.byContext).toBeUndefined();
  const contexts = { lengths: [128, 512, LIMIT, 4 * LIMIT], memoryBytes: null };
  const { speed, residentBytes } = await studio.benchmark('Q8_0', { ...RUN, contexts });
  expect(speed.byContext!.endedBy).toBe('model');
  expect(speed.byContext!.speeds.map((s) => s.contextTokens)).toEqual([128, 512, LIMIT]);
  for (const { tokensPerSecond } of speed.byContext!.speeds) {
    expect(tokensPerSecond.runs).toHaveLength(3);
    expect(tokensPerSecond.min).toBeGreaterThan(0);
  }
  expect(speed.elapsedMs).toBeGreaterThan(0);
  // Memory is that of the chosen context, and nothing of the longer one is left.
  expect(residentBytes).toBe(before.residentBytes);
  const [weights] = studio.levels;
  expect(weights).toBe('Q8_0');
  expect(
    gpu.memory
      .byOwner()
      .map((o) => o.owner)
      .some((o) => o.startsWith('runtime')),
  ).toBe(false);
});

test('contexts end where the memory that may be taken does', async () => {
  const { residentBytes } = await studio.benchmark('Q8_0', RUN);
  // Room for twice the cache of 256 tokens, and not for that of 2,048.
  const contexts = { lengths: [128, 256, LIMIT], memoryBytes: residentBytes + 200_000 };
  const { speed } = await studio.benchmark('Q8_0', { ...RUN, contexts });
  expect(speed.byContext).toMatchObject({
    endedBy: 'memory',
    speeds: [{ contextTokens: 128 }, { contextTokens: 256 }],
  });
  const none = await studio.benchmark('Q8_0', { ...RUN, contexts: { lengths: [128], memoryBytes: 1 } });
  expect(none.speed.byContext).toEqual({ endedBy: 'memory', speeds: [] });
});

test('a device that has no room for a context ends the line there; another failure is told', async () => {
  const asked = { lengths: [64, 512], memoryBytes: null };
  const tried: number[] = [];
  const engine = { context: 256 } as ContextBench['engine'];
  const bench = (error: Error): ContextBench => ({
    engine,
    vocabulary: 300,
    contextLength: LIMIT,
    bytesAt: () => 1,
    reopen: (context) => {
      tried.push(context);
      return Promise.reject(error);
    },
  });
  const full = new GpuError('The GPU has no room for it.', 'Take less.');
  expect(await speedByContext(asked, bench(full))).toEqual({ endedBy: 'memory', speeds: [] });
  expect(tried).toEqual([512, 64]);
  await expect(speedByContext(asked, bench(new Error('lost its way')))).rejects.toThrow('lost its way');
});
