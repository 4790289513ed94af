import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { readGguf } from '../files/gguf/read';
import { readImatrix } from '../files/imatrix';
import { imatrixFile } from '../files/imatrix-write';
import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel } from '../quant/file-types';
import { checkpointFiles } from '../testing/checkpoints';
import { testGpu } from '../testing/device';
import { TINY, tinyGguf } from '../../bench/models/tiny-llama';
import { seededRandom } from '../util/random';
import { collectImportance } from './collect-importance';
import { openTestModel } from '../testing/text/sandbox';
import { prepareLevel } from '../pipeline/prepared';

const next = seededRandom(5);
const ids = Array.from({ length: 300 }, () => Math.floor(next() * TINY.vocabulary));

describe('collecting importance', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await testGpu();
  });
  afterAll(() => {
    expect(gpu.memory.currentBytes).toBe(0);
  });
  const collect = async (model: ModelFile, context: number, text: readonly number[]) => {
    const level = await prepareLevel(gpu, model, planQuantization(model, fileTypeByLabel('F32')!));
    const options = { context, kvType: 'F32' as const };
    const collected = await collectImportance(gpu, level, text, 'text.txt', options);
    level.dispose();
    return collected;
  };

  test('sums are those of the rows that go in, and the file reads back as their means', async () => {
    const shape = { ...TINY, layers: 1 };
    const model = await readGguf(memorySource('tiny.gguf', tinyGguf(shape)));
    const context = 140;
    const collected = await collect(model, context, ids);
    expect(collected.chunks).toBe(2);
    const tensor = async (name: string) => {
      const source = model.tensors.find((t) => t.name === name)!;
      return new Float32Array((await source.read(0, source.sizeBytes)).buffer);
    };
    // The input of the first layer's queries is the normalized embedding, which takes no model to compute.
    const [embedding, norm] = [await tensor('token_embd.weight'), await tensor('blk.0.attn_norm.weight')];
    const want = new Float64Array(shape.width);
    for (const id of ids.slice(0, 2 * context)) {
      const row = embedding.subarray(id * shape.width, (id + 1) * shape.width);
      const scale = 1 / (row.reduce((s, v) => s + v * v, 0) / shape.width + 1e-5);
      row.forEach((v, i) => {
        want[i]! += v * v * scale * norm[i]! ** 2;
      });
    }
    const { sums, counts } = collected.entries.get('blk.0.attn_q.weight')!;
    expect([...counts]).toEqual([2 * context]);
    want.forEach((v, i) => {
      expect(Math.abs(sums[i]! - v)).toBeLessThan(1e-4 * v);
    });
    expect(collected.entries.get('blk.0.attn_k.weight')!.sums).toEqual(sums);
    expect([...collected.entries.keys()].every((name) => name.startsWith('blk.'))).toBe(true);
    expect(collected.entries.size).toBe(7);

    // A pass that is found too long before it began takes nothing from the sums of the pass before.
    const { paced } = gpu;
    const run = paced.run.bind(paced);
    let passes = 0;
    paced.run = (...pass) => (pass[1]?.isHopeless && ++passes === 2 ? Promise.resolve(false) : run(...pass));
    const again = await collect(model, context, ids);
    paced.run = run;
    expect(passes).toBeGreaterThan(2);
    expect(again).toEqual(collected);

    const read = await readImatrix(memorySource('made.gguf', imatrixFile(collected)));
    expect(read).toMatchObject({ datasets: ['text.txt'], chunks: 2 });
    const means = read.entries.get('blk.0.ffn_down.weight')!;
    const down = collected.entries.get('blk.0.ffn_down.weight')!;
    expect(means).toEqual(down.sums.map((v) => v / (2 * context)));
    const plan = planQuantization(model, fileTypeByLabel('IQ4_NL')!, { importance: read });
    expect(plan.tensors.some((t) => t.importance)).toBe(true);
  });

  test('experts have sums and counts of their own', async () => {
    const files = checkpointFiles('mixtral', 'tiny').map((f) => memorySource(f.path, f.bytes));
    const model = await openTestModel(files, 'tiny');
    const vocabulary = model.tensors.find((t) => t.name === 'token_embd.weight')!.shape[1]!;
    const text = ids.slice(0, 64).map((id) => id % vocabulary);
    const { entries } = await collect(model, 32, text);
    const used = Number(model.metadata.get('llama.expert_used_count')!.value);
    const experts = Number(model.metadata.get('llama.expert_count')!.value);
    for (const name of ['ffn_gate_exps', 'ffn_up_exps', 'ffn_down_exps']) {
      const { sums, counts } = entries.get(`blk.0.${name}.weight`)!;
      expect(counts).toHaveLength(experts);
      expect(counts.reduce((s, n) => s + n, 0)).toBe(64 * used);
      const cols = sums.length / experts;
      counts.forEach((n, e) => {
        const sum = sums.subarray(e * cols, (e + 1) * cols).reduce((s, v) => s + v, 0);
        expect(sum > 0).toBe(n > 0);
      });
    }
    const [gate, router] = ['ffn_gate_exps', 'ffn_gate_inp'].map((n) => entries.get(`blk.0.${n}.weight`)!);
    const cols = router!.sums.length;
    // Every row went to so many experts: their sums together are so many times the router's.
    for (let c = 0; c < cols; c++) {
      let all = 0;
      for (let e = 0; e < experts; e++) all += gate!.sums[e * cols + c]!;
      expect(Math.abs(all - used * router!.sums[c]!)).toBeLessThan(1e-4 * all);
    }
  });
});
