// Quantizers under a slow device: no dispatch and no submit that a watchdog would end.
import { describe, expect, test } from 'vitest';
import { ggmlTypeByLabel, tensorBytes } from '../../files/ggml-types';
import type { TensorSource } from '../../files/model-file';
import { TensorPipeline } from '../../pipeline/tensor-pipeline';
import { formatByLabel } from '../../quant/registry';
import type { SlowDevice, SlowDeviceOptions } from './slow-device';
import { expectBounds, expectBoundsAfterJump, underSlowDevice } from './slow-gpu';

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

const quantize = (label: string, options: SlowDeviceOptions, isOn = true): Promise<SlowDevice> =>
  underSlowDevice(
    options,
    async (gpu) => {
      const pipeline = await TensorPipeline.create(gpu, ROWS * COLS, [tensor]);
      const importance = new Float32Array(COLS).fill(1);
      for await (const _ of pipeline.convert(tensor, formatByLabel(label), () => {}, { importance }));
      pipeline.dispose();
    },
    isOn,
  );

const labels = ['IQ1_S', 'IQ2_XS', 'IQ3_S', 'Q4_K', 'Q8_0'];

describe.each([1, 5, 20])('%i times slower', (factor) => {
  test.each(labels)('%s', async (label) => {
    const slow = await quantize(label, { factor });
    expectBounds(slow);
    // And most of them as long as they may be.
    const submits = slow.submits.filter((s) => s.kinds.some((kind) => kind.startsWith('ops/quantize')));
    if (label.startsWith('IQ')) expect(submits.length).toBeLessThan((2 * slow.now()) / 60 + 10);
  });
});

test('in mid-run the device becomes 20 times slower: what follows is cut', async () => {
  for (const label of labels.slice(0, 3)) {
    const slow = await quantize(label, { factor: 1, jump: { atMs: 600, factor: 20 } });
    expectBoundsAfterJump(slow);
  }
});

test('without pacing the bound is broken', async () => {
  const slow = await quantize('IQ1_S', { factor: 5 }, false);
  expect(Math.max(...slow.submits.map((s) => s.longestMs))).toBeGreaterThan(2000);
});
