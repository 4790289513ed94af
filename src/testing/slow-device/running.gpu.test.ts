// Prompts, importance, search and quality under a slow device: no dispatch and no submit that a watchdog would end.
import { describe, expect, test } from 'vitest';
import { type LlamaShape, syntheticLevel } from '../../../bench/models/random-llama';
import { collectImportance } from '../../evaluate/collect-importance';
import { klDivergence, perplexity } from '../../evaluate/evaluate';
import { measureSensitivities } from '../../evaluate/search';
import type { Gpu } from '../../gpu/gpu';
import { Engine, GREEDY } from '../../infer/engine';
import type { SlowDeviceOptions } from './slow-device';
import { expectBounds, expectBoundsAfterJump, longestOf, oneLayer, underSlowDevice, WIDE } from './slow-gpu';

const ids = (count: number) => Array.from({ length: count }, (_, i) => (i * 7919 + 13) % 2048);
const how = { context: 512, kvType: 'F16' as const };

async function prompt(gpu: Gpu, tokens = 16_000, shape: Partial<LlamaShape> = {}): Promise<void> {
  const level = await syntheticLevel(gpu, oneLayer(16_384, shape), 'Q4_0');
  const engine = await Engine.create(gpu, level, { context: 16_384, kvType: 'F16', chunk: 512 });
  engine.setSampling(GREEDY);
  const { id } = await engine.prefill(ids(tokens));
  for await (const _ of engine.tokens(id, 20));
  expect(engine.cached.length).toBe(tokens + 20);
  engine.dispose();
  level.dispose();
}

const walks: Record<string, (gpu: Gpu) => Promise<unknown>> = {
  'a prompt of 16,000 tokens and an answer of 20': (gpu) => prompt(gpu),
  'a prompt of 200 tokens and an answer of 20, products of 17 M and 131 M weights': (gpu) =>
    prompt(gpu, 200, WIDE),
  'a measurement with a head of 131 M weights': async (gpu) => {
    const level = await syntheticLevel(gpu, oneLayer(512, WIDE), 'Q4_0');
    await perplexity(gpu, level, ids(512), how);
    level.dispose();
  },
  'an importance matrix': async (gpu) => {
    const level = await syntheticLevel(gpu, oneLayer(512), 'Q8_0');
    await collectImportance(gpu, level, ids(1024), 'ids', how);
    level.dispose();
  },
  'a measurement': async (gpu) => {
    const base = await syntheticLevel(gpu, oneLayer(512), 'F16');
    const level = await syntheticLevel(gpu, oneLayer(512), 'Q4_K_M');
    await klDivergence(gpu, base, level, ids(1024), how);
    level.dispose();
    base.dispose();
  },
  'a search': (gpu) => measureSensitivities(gpu, oneLayer(512), ids(512), { ...how, base: 'Q8_0' }),
};

describe.each(Object.keys(walks))('%s', (name) => {
  const run = (options: SlowDeviceOptions, isOn?: boolean) => underSlowDevice(options, walks[name]!, isOn);
  test.each([1, 5, 20])('%i times slower', async (factor) => {
    const slow = await run({ factor });
    const { dispatchMs, submitMs, submits } = longestOf(slow);
    const seconds = Math.round(slow.now() / 1000);
    process.stdout.write(
      `${name}, ${factor} times slower: ${seconds} s in ${submits} submits; longest dispatch ${dispatchMs} ms, submit ${submitMs} ms\n`,
    );
    expectBounds(slow);
  });
  test('a device that becomes 20 times slower in mid-run', async () => {
    const { now } = await run({ factor: 1 });
    expectBoundsAfterJump(await run({ factor: 1, jump: { atMs: now() / 2, factor: 20 } }));
  });
  test('without pacing the bound is broken', async () => {
    const { submitMs } = longestOf(await run({ factor: 20 }, false));
    expect(submitMs).toBeGreaterThan(500);
  });
});

test('on a fast device a steady answer has the dispatches of its tokens, and none is cut', async () => {
  let perToken = 0;
  let before = 0;
  const slow = await underSlowDevice({ factor: 0.2 }, async (gpu, { submits }) => {
    const level = await syntheticLevel(gpu, oneLayer(512, WIDE), 'Q4_0');
    const engine = await Engine.create(gpu, level, { context: 512, kvType: 'F16' });
    engine.setSampling(GREEDY);
    const { id } = await engine.prefill(ids(20));
    for await (const _ of engine.tokens(id, 40));
    [before, perToken] = [submits.length, engine.dispatchesPerToken(70)];
    for await (const _ of engine.tokens(id, 40));
    engine.dispose();
    level.dispose();
  });
  const steady = slow.submits.slice(before);
  expect(steady.reduce((n, s) => n + s.dispatches, 0)).toBe(40 * perToken);
  // One, two, four, then eight tokens a submit.
  expect(steady.length).toBeLessThanOrEqual(8);
});
