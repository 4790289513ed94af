// The bytes of a quantizer and the ids of a model are the same however slow a device is, and so however work is cut.
import { expect, test } from 'vitest';
import { TINY } from '../../../bench/models/tiny-llama';
import { collectImportance } from '../../evaluate/collect-importance';
import { Gpu } from '../../gpu/gpu';
import { shadersFromDisk } from '../../node/gpu';
import { TensorPipeline } from '../../pipeline/tensor-pipeline';
import { formatByLabel } from '../../quant/registry';
import { testGpu } from '../device';
import { openTiny, tinyEngine, tinyIds } from '../tiny-engine';
import { SlowDevice } from './slow-device';

/** Everything that a small model gives on the adapter, as if it were `factor` times slower than the table of prices. */
async function resultsOf(factor: number) {
  const slow = new SlowDevice((await testGpu()).device, { factor }, true);
  const gpu = new Gpu(slow.device, shadersFromDisk());
  gpu.paced.now = slow.now;
  gpu.paced.pacer.isOn = factor > 0;
  const model = await openTiny(TINY);
  const tensor = model.tensors.find((t) => t.name === 'blk.0.ffn_up.weight')!;
  const pipeline = await TensorPipeline.create(gpu, TINY.width * TINY.ffn);
  const importance = Float32Array.from({ length: TINY.width }, (_, i) => 1 + (i % 7));
  const bytes: Record<string, number[]> = {};
  for (const label of ['Q4_K', 'IQ2_XS']) {
    bytes[label] = [];
    for await (const part of pipeline.convert(tensor, formatByLabel(label), () => {}, { importance }))
      bytes[label].push(...part);
  }
  pipeline.dispose();
  const { engine, prepared, free } = await tinyEngine(gpu, TINY, 'Q8_0', 'F16', false);
  const { id } = await engine.prefill(tinyIds(200));
  const ids = [id];
  for await (const next of engine.tokens(id, 12)) ids.push(next);
  const logits = [...(await engine.logits())];
  const how = { context: 128, kvType: 'F16' as const };
  const { entries } = await collectImportance(gpu, prepared, tinyIds(256), 'ids', how);
  const sums = [...entries].map(([name, { sums: all }]) => [name, ...all]);
  free();
  return { submits: slow.submits.length, found: { bytes, ids, logits, sums } };
}

test('bytes, ids, logits and sums are the same at every factor', async () => {
  const whole = await resultsOf(0);
  const counts = [whole.submits];
  for (const factor of [20, 2000]) {
    const { submits, found } = await resultsOf(factor);
    for (const key of ['bytes', 'ids', 'logits', 'sums'] as const)
      expect(found[key], `${key}, ${factor} times slower`).toEqual(whole.found[key]);
    counts.push(submits);
  }
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect(counts[2]!).toBeGreaterThan(2 * counts[0]!);
});
