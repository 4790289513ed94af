// The bytes of a quantizer and the ids of a model are the same however slow a device is, and so however work is cut.
import { expect, test } from 'vitest';
import { TINY } from '../../../bench/models/tiny-llama';
import { collectImportance } from '../../evaluate/collect-importance';
import { memorySource } from '../../files/byte-source';
import type { ModelFile } from '../../files/model-file';
import { Gpu, type GpuOptions } from '../../gpu/gpu';
import { Engine, GREEDY } from '../../infer/engine';
import { planQuantization } from '../../model/plan';
import { shadersFromDisk } from '../../node/gpu';
import { prepareLevel } from '../../pipeline/prepared';
import { TensorPipeline } from '../../pipeline/tensor-pipeline';
import { fileTypeByLabel } from '../../quant/file-types';
import { formatByLabel } from '../../quant/registry';
import { checkpointFiles } from '../checkpoints';
import { testGpu } from '../device';
import { kernelSpecs } from '../shaders/kernel-texts';
import { openTestModel } from '../text/sandbox';
import { openTiny, tinyIds } from '../tiny-engine';
import { SlowDevice } from './slow-device';

/** The adapter as if it were `factor` times slower than the table of prices; 0 turns pacing off. */
async function slowGpu(factor: number, options: GpuOptions = {}) {
  const slow = new SlowDevice((await testGpu()).device, { factor }, true);
  const gpu = new Gpu(slow.device, shadersFromDisk(), options);
  gpu.paced.now = slow.now;
  gpu.paced.pacer.isOn = factor > 0;
  return { slow, gpu };
}

/** Ids and logits after a prompt and an answer; sums of an importance matrix, if wanted. */
async function answer(
  gpu: Gpu,
  model: ModelFile,
  [tokens, more]: readonly [prompt: number, answer: number],
  hasSums = false,
): Promise<Record<string, unknown>> {
  const prepared = await prepareLevel(gpu, model, planQuantization(model, fileTypeByLabel('Q8_0')!));
  const engine = await Engine.create(gpu, prepared, { context: 256, kvType: 'F16' });
  engine.setSampling(GREEDY);
  const { id } = await engine.prefill(tinyIds(tokens).map((n) => n % 100));
  const ids = [id];
  for await (const next of engine.tokens(id, more)) ids.push(next);
  const found: Record<string, unknown> = { ids, logits: [...(await engine.logits())] };
  engine.dispose();
  if (hasSums) {
    const how = { context: 128, kvType: 'F16' as const };
    const { entries } = await collectImportance(gpu, prepared, tinyIds(256), 'ids', how);
    found.sums = [...entries].map(([name, { sums: all }]) => [name, ...all]);
  }
  prepared.dispose();
  return found;
}

async function bytesOf(gpu: Gpu, model: ModelFile): Promise<Record<string, number[]>> {
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
  return bytes;
}

const experts = () =>
  openTestModel(
    checkpointFiles('mixtral', 'tiny').map((f) => memorySource(f.path, f.bytes)),
    'tiny',
  );
const WALKS: Record<
  string,
  { options: GpuOptions; factors: readonly number[]; run: (gpu: Gpu) => Promise<Record<string, unknown>> }
> = {
  'shaped for a processor': {
    options: {},
    factors: [20, 2000],
    run: async (gpu) => {
      const model = await openTiny(TINY);
      return { ...(await bytesOf(gpu, model)), ...(await answer(gpu, model, [200, 12], true)) };
    },
  },
  'experts, shaped for hardware': {
    options: { hardware: true },
    factors: [50_000],
    run: async (gpu) => answer(gpu, await experts(), [100, 8]),
  },
};
const cut = new Set<string>();

test.each(Object.keys(WALKS))(
  '%s: bytes, ids, logits and sums are the same at every factor',
  async (name) => {
    const { options, factors, run } = WALKS[name]!;
    const resultsOf = async (factor: number) => {
      const { slow, gpu } = await slowGpu(factor, options);
      const found = await run(gpu);
      for (const shader of slow.cut) cut.add(shader);
      return { found, submits: slow.submits.length };
    };
    const whole = await resultsOf(0);
    const counts = [whole.submits];
    for (const factor of factors) {
      const { submits, found } = await resultsOf(factor);
      expect(Object.keys(found)).toEqual(Object.keys(whole.found));
      for (const [key, value] of Object.entries(found))
        expect(value, `${key}, ${factor} times slower`).toEqual(whole.found[key]);
      counts.push(submits);
    }
    process.stdout.write(`${name}: ${counts.join(', ')} submits; cut: ${[...cut].join(', ')}\n`);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.at(-1)!).toBeGreaterThan(2 * counts[0]!);
  },
);

test('and every kernel that may be cut was cut there', () => {
  // The adapter has no matrix units, and a probe has no result.
  const without = ['ops/matmul-matrix', 'ops/probe-read'];
  const may = kernelSpecs.filter((spec) => spec.cut).map(({ shader }) => shader);
  expect([...cut].sort()).toEqual(may.filter((shader) => !without.includes(shader)).sort());
});
