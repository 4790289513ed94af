// The self-test, the tuner and the probe under a slow device: nothing that a watchdog would end, and times that are right.
import { describe, expect, test } from 'vitest';
import { checkPaths } from '../../device/check-paths';
import { testNumerics } from '../../device/numerics';
import { probeDevice, type Roofline } from '../../device/probe';
import { pathsOf } from '../../device/product';
import { measurePaths } from '../../device/tune';
import type { Gpu } from '../../gpu/gpu';
import { MAX_DISPATCH_MS } from '../../gpu/pacer';
import type { SlowDevice } from './slow-device';
import { expectBounds, longestOf, underSlowDevice } from './slow-gpu';

interface Found {
  readonly slow: SlowDevice;
  readonly decodeMs: number;
  readonly prefillMs: number;
  readonly probed: Roofline;
}

/** All that is done to a device before it is used. A device without a driver gives no right product: all are measured. */
async function measured(factor: number, isOn = true): Promise<Found> {
  let found: Omit<Found, 'slow'> | undefined;
  const work = async (gpu: Gpu, slow: SlowDevice) => {
    gpu.answers.now = slow.now;
    await testNumerics(gpu);
    await checkPaths(gpu);
    const { decodeMs, prefillMs } = await measurePaths(gpu, pathsOf(gpu), { maxMs: 600_000 });
    const probed = await probeDevice(gpu);
    found = { decodeMs: decodeMs.int8!, prefillMs: prefillMs.float32!, probed };
  };
  const slow = await underSlowDevice({ factor }, work, isOn);
  return { slow, ...found! };
}

describe.each([0.1, 1, 5, 20])('%d times slower', (factor) => {
  test('is measured as it is, in pieces that are short', async () => {
    const { slow, decodeMs, prefillMs, probed } = await measured(factor);
    const { dispatchMs, submitMs, submits } = longestOf(slow);
    process.stdout.write(
      `tuning, ${factor} times slower: ${Math.round(slow.now() / 1000)} s in ${submits} submits; longest dispatch ${dispatchMs} ms, submit ${submitMs} ms\n`,
    );
    expectBounds(slow);
    // 4.19 M weights of Q4_0 at 30 GB/s; 128 tokens of them at 0.1 TFLOPS.
    const weights = 2048 * 2048;
    const ratios = [
      decodeMs / ((weights * 18) / 32 / 3e7),
      prefillMs / ((2 * weights * 128) / 1e8),
      3e10 / probed.readBytesPerSecond,
    ].map((ratio) => ratio / factor);
    for (const ratio of ratios) {
      expect(ratio).toBeGreaterThan(0.95);
      expect(ratio).toBeLessThan(1.2);
    }
  });
});

test('without pacing the bounds are broken', async () => {
  const { slow } = await measured(20, false);
  expect(() => expectBounds(slow)).toThrow();
  expect(longestOf(slow).dispatchMs).toBeGreaterThan(MAX_DISPATCH_MS);
});
