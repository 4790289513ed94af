import { expect } from 'vitest';
import { type LlamaShape, syntheticModel } from '../../../bench/models/random-llama';
import type { ModelFile } from '../../files/model-file';
import { Gpu } from '../../gpu/gpu';
import { MAX_DISPATCH_MS, MAX_FIRST_MS, MAX_SUBMIT_MS } from '../../gpu/pacer';
import { shadersFromDisk } from '../../node/gpu';
import { ownUndrivenDevice } from '../device';
import { SlowDevice, type SlowDeviceOptions } from './slow-device';

/** Runs work on a slow device that computes nothing; `isOn` turns pacing off. Returns what the device recorded. */
export async function underSlowDevice(
  options: SlowDeviceOptions,
  work: (gpu: Gpu, slow: SlowDevice) => Promise<unknown>,
  isOn = true,
): Promise<SlowDevice> {
  const slow = new SlowDevice(await ownUndrivenDevice(), options);
  const gpu = new Gpu(slow.device, shadersFromDisk());
  gpu.paced.now = slow.now;
  gpu.paced.pacer.isOn = isOn;
  await work(gpu, slow);
  gpu.close();
  return slow;
}

/** Expects of every kind of work that nothing was longer than it may be. */
export function expectBounds(slow: SlowDevice): void {
  for (const [kind, longest] of slow.longest()) {
    expect(longest.firstMs, `first submit with ${kind}`).toBeLessThan(MAX_FIRST_MS);
    expect(longest.dispatchMs, `longest dispatch with ${kind}`).toBeLessThan(MAX_DISPATCH_MS);
    expect(longest.submitMs, `longest submit with ${kind}`).toBeLessThan(MAX_SUBMIT_MS);
  }
  const copies = slow.submits.filter((s) => !s.isUnwarned).map((s) => s.copiedMs);
  expect(Math.max(...copies), 'copies of a submit').toBeLessThan(MAX_FIRST_MS);
}

/** The same after a jump: what nobody could have cut must still end before a watchdog of 2 s. */
export function expectBoundsAfterJump(slow: SlowDevice): void {
  expectBounds(slow);
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

/** A feed-forward network of 3 x 16.8 M weights, and a head of 131 M. */
export const WIDE = { ffn: 16_384, vocabulary: 128_256, tied: true };

/** A model of one layer whose weights read as zeros. */
export function oneLayer(context: number, shape: Partial<LlamaShape> = {}): ModelFile {
  const model = syntheticModel('one layer', {
    width: 1024,
    ffn: 2816,
    layers: 1,
    heads: 16,
    kvHeads: 4,
    vocabulary: 2048,
    context,
    tied: false,
    ...shape,
  });
  const tensors = model.tensors.map((t) => ({
    ...t,
    read: async (from: number, to: number) => new Uint8Array(to - from),
  }));
  return { ...model, tensors };
}
