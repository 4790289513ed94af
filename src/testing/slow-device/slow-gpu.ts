import { expect } from 'vitest';
import { syntheticModel } from '../../../bench/models/random-llama';
import type { ModelFile } from '../../files/model-file';
import { Gpu } from '../../gpu/gpu';
import { MAX_DISPATCH_MS, MAX_FIRST_MS, MAX_SUBMIT_MS } from '../../gpu/pacer';
import { shadersFromDisk } from '../../node/gpu';
import { ownUndrivenDevice } from '../device';
import { SlowDevice, type SlowDeviceOptions } from './slow-device';

/** Runs work on a slow device that computes nothing; `isOn` turns pacing off. Returns what the device recorded. */
export async function underSlowDevice(
  options: SlowDeviceOptions,
  work: (gpu: Gpu) => Promise<unknown>,
  isOn = true,
): Promise<SlowDevice> {
  const slow = new SlowDevice(await ownUndrivenDevice(), options);
  const gpu = new Gpu(slow.device, shadersFromDisk());
  gpu.paced.now = slow.now;
  gpu.paced.pacer.isOn = isOn;
  await work(gpu);
  gpu.close();
  return slow;
}

/** Expects of every kind of work that nothing was longer than it may be. */
export function expectBounds(slow: SlowDevice, dispatchMs = MAX_DISPATCH_MS): void {
  for (const [kind, longest] of slow.longest()) {
    expect(longest.firstMs, `first submit with ${kind}`).toBeLessThan(MAX_FIRST_MS);
    expect(longest.dispatchMs, `longest dispatch with ${kind}`).toBeLessThan(dispatchMs);
    expect(longest.submitMs, `longest submit with ${kind}`).toBeLessThan(MAX_SUBMIT_MS);
  }
}

/** The same after a jump: what nobody could have cut must still end before a watchdog of 2 s. */
export function expectBoundsAfterJump(slow: SlowDevice): void {
  // A kind that was seen once or twice may be found slower by a little less than the device is, the first time.
  expectBounds(slow, 1.25 * MAX_DISPATCH_MS);
  const late = slow.submits.filter((s) => s.isUnwarned);
  expect(late.length).toBeGreaterThan(0);
  // As many as are under way, and one that began before.
  expect(late.filter((s) => s.ms > MAX_DISPATCH_MS).length).toBeLessThanOrEqual(9);
  for (const { ms } of late) expect(ms).toBeLessThan(2000);
}

/** The longest dispatch and submit of all, for a table. */
export function longestOf(slow: SlowDevice): { dispatchMs: number; submitMs: number; submits: number } {
  const warned = slow.submits.filter((s) => !s.isUnwarned);
  const most = (ms: readonly number[]) => Math.round(ms.reduce((a, b) => Math.max(a, b), 0));
  return {
    dispatchMs: most(warned.map((s) => s.longestMs)),
    submitMs: most(warned.map((s) => s.ms)),
    submits: slow.submits.length,
  };
}

/** A model of one layer whose weights read as zeros. */
export function oneLayer(context: number): ModelFile {
  const model = syntheticModel('one layer', {
    width: 1024,
    ffn: 2816,
    layers: 1,
    heads: 16,
    kvHeads: 4,
    vocabulary: 2048,
    context,
    tied: false,
  });
  const tensors = model.tensors.map((t) => ({
    ...t,
    read: async (from: number, to: number) => new Uint8Array(to - from),
  }));
  return { ...model, tensors };
}
