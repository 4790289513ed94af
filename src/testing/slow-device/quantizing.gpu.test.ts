// Quantizers under a slow device: no dispatch and no submit that a watchdog would end.
import { describe, expect, test } from 'vitest';
import { ggmlTypeByLabel, tensorBytes } from '../../files/ggml-types';
import type { TensorSource } from '../../files/model-file';
import { Gpu } from '../../gpu/gpu';
import { MAX_DISPATCH_MS, MAX_FIRST_MS, MAX_SUBMIT_MS } from '../../gpu/pacer';
import { shadersFromDisk } from '../../node/gpu';
import { TensorPipeline } from '../../pipeline/tensor-pipeline';
import { formatByLabel } from '../../quant/registry';
import { ownUndrivenDevice } from '../device';
import { SlowDevice, type SlowDeviceOptions } from './slow-device';

const ROWS = 1500;
const COLS = 4096;
const type = ggmlTypeByLabel('F16')!;
const tensor: TensorSource = {
  name: 'blk.0.ffn_up.weight',
  shape: [COLS, ROWS],
  type,
  sizeBytes: tensorBytes(type, [COLS, ROWS])!,
  read: async (from, to) => new Uint8Array(to - from),
};

async function quantize(label: string, options: SlowDeviceOptions, isOn = true): Promise<SlowDevice> {
  const slow = new SlowDevice(await ownUndrivenDevice(), options);
  const gpu = new Gpu(slow.device, shadersFromDisk());
  gpu.paced.now = slow.now;
  gpu.paced.pacer.isOn = isOn;
  const pipeline = await TensorPipeline.create(gpu, ROWS * COLS, [tensor]);
  const importance = new Float32Array(COLS).fill(1);
  for await (const _ of pipeline.convert(tensor, formatByLabel(label), () => {}, { importance }));
  pipeline.dispose();
  gpu.close();
  return slow;
}

const labels = ['IQ1_S', 'IQ2_XS', 'IQ3_S', 'Q4_K', 'Q8_0'];

describe.each([1, 5, 20])('%i times slower', (factor) => {
  test.each(labels)('%s', async (label) => {
    const slow = await quantize(label, { factor });
    for (const [kind, longest] of slow.longest()) {
      expect(longest.firstMs, kind).toBeLessThan(MAX_FIRST_MS);
      expect(longest.dispatchMs, kind).toBeLessThan(MAX_DISPATCH_MS);
      expect(longest.submitMs, kind).toBeLessThan(MAX_SUBMIT_MS);
    }
    // And most of them as long as they may be.
    const submits = slow.submits.filter((s) => s.kinds.some((kind) => kind.startsWith('ops/quantize')));
    if (label.startsWith('IQ')) expect(submits.length).toBeLessThan((2 * slow.now()) / 60 + 10);
  });
});

test('in mid-run the device becomes 20 times slower: what follows is cut', async () => {
  for (const label of labels.slice(0, 3)) {
    const slow = await quantize(label, { factor: 1, jump: { atMs: 600, factor: 20 } });
    const late = slow.submits.filter((s) => s.isUnwarned);
    expect(late.length).toBeLessThanOrEqual(3);
    for (const { longestMs } of late) expect(longestMs).toBeLessThan(2000);
    const [search] = [...slow.longest()].filter(([kind]) => kind.startsWith('ops/quantize'));
    expect(search![1].dispatchMs).toBeLessThan(MAX_DISPATCH_MS);
  }
});

test('without pacing the bound is broken', async () => {
  const slow = await quantize('IQ1_S', { factor: 5 }, false);
  expect(Math.max(...slow.submits.map((s) => s.longestMs))).toBeGreaterThan(2000);
});
