import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { MemorySink } from '../files/byte-sink';
import { shadersFromDisk } from '../node/gpu';
import { readGguf } from '../files/gguf/read';
import type { Gpu } from '../gpu/gpu';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel } from '../quant/file-types';
import { formatByLabel } from '../quant/registry';
import { ownGpu, testGpu } from '../testing/device';
import { testImatrix } from '../testing/importance';
import { goldenJson } from '../testing/golden';
import { SMALL, tinyGguf } from '../../bench/models/tiny-llama';
import { writeGguf } from '../pipeline/export';
import { testSubgroup } from './subgroup-test';
import { testNumerics } from './numerics';
import { SpotCheck } from '../pipeline/spot-check';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await testGpu();
});
afterAll(() => {
  expect(gpu.memory.currentBytes).toBe(0);
});

const { files: hashes } = goldenJson<{ files: Record<string, string> }>('tiny-llama-sha256.json');
const tiny = () => readGguf(memorySource('tiny.gguf', tinyGguf(SMALL)));

describe('the self-test', () => {
  test('knows the arithmetic of this device, and the integer one is right', async () => {
    const facts = await testNumerics(gpu);
    process.stdout.write(`numerics: ${JSON.stringify(facts)}\n`);
    expect(facts.integerArithmetic).toBe('exact');
    expect(gpu.arithmetic).toBe(
      facts.division === 'exact' && facts.squareRoot === 'exact' ? 'native' : 'integer',
    );
  });
  test.each(['subgroup', 'pinned', 'mixed', 'shared'] as const)('subgroups reduce: %s', async (subgroup) => {
    const own = await testGpu({ subgroup });
    expect(await testSubgroup(own)).toBe(own.facts.features.includes('subgroups') ? subgroup : 'shared');
  });
  test('subgroups that do not reduce correctly are not used', async () => {
    // Breaks the assumption that invocations are assigned to hardware subgroups in order.
    const sources = new Map(shadersFromDisk());
    const name = 'lib/subgroup/mixed';
    sources.set(
      name,
      sources.get(name)!.replace('invocation % size == 0u', 'invocation % size == 1u && invocation > size'),
    );
    const own = await ownGpu({ subgroup: 'mixed' }, sources);
    expect(await testSubgroup(own)).toBe('shared');
    expect(own.subgroupsPerWorkgroup).toBe(1);
    own.close();
  });
  // The integer variant, which every device starts with, gives all known files in export.gpu.test.ts.
  test('where division and roots are exact, the native variant gives the known files', async () => {
    if (gpu.arithmetic !== 'native') {
      process.stdout.write(`native arithmetic did not run: ${gpu.adapterName} rounds its own way\n`);
      return;
    }
    const model = await tiny();
    for (const tag of ['Q4_0', 'Q4_K_M', 'Q2_K-imat', 'Q3_K_S', 'IQ4_XS', 'IQ3_XXS-imat']) {
      const importance = tag.endsWith('-imat') ? testImatrix(model) : undefined;
      const plan = planQuantization(model, fileTypeByLabel(tag.replace('-imat', ''))!, { importance });
      expect((await writeGguf(gpu, plan, new MemorySink())).sha256, tag).toBe(hashes[tag]);
    }
  });
});

describe('the spot check', () => {
  test('looks at both ends and a sample of every tensor', async () => {
    const plan = planQuantization(await tiny(), fileTypeByLabel('Q8_0')!);
    const { checkedBlocks } = await writeGguf(gpu, plan, new MemorySink());
    const quantized = plan.tensors.filter((t) => t.type.label === 'Q8_0').length;
    expect(checkedBlocks).toBeGreaterThanOrEqual(quantized * (64 + 64 + 64));
  });
  test.each([
    ['Q8_0', 3],
    ['Q4_K', 143],
    ['Q4_0', 0],
  ])('a wrong byte in the last block of %s is named', async (label, byte) => {
    const model = await tiny();
    const source = model.tensors.find((t) => t.name === 'blk.0.ffn_down.weight')!;
    const format = formatByLabel(label);
    const bytes = format.encode(new Float32Array((await source.read(0, source.sizeBytes)).buffer));
    const blocks = bytes.length / format.block.bytes;
    const right = new SpotCheck(source, format, undefined, false);
    right.feed(bytes.subarray(0, 1000));
    right.feed(bytes.subarray(1000));
    expect(await right.verify()).toBeGreaterThan(128);
    bytes[bytes.length - format.block.bytes + byte]! ^= 1;
    const wrong = new SpotCheck(source, format, undefined, false);
    wrong.feed(bytes);
    await expect(wrong.verify()).rejects.toThrow(
      new RegExp(`blk\\.0\\.ffn_down\\.weight: block ${blocks - 1} of ${label} has \\d+ at byte ${byte}`),
    );
  });
  test('a device that computes wrongly stops the export, and nothing is offered', async () => {
    const plan = planQuantization(await tiny(), fileTypeByLabel('Q8_0')!);
    let closed = false;
    let aborted = false;
    const sink = {
      write: () => Promise.resolve(),
      close: () => {
        closed = true;
        return Promise.resolve();
      },
      abort: () => {
        aborted = true;
        return Promise.resolve();
      },
    };
    // The second read returns other weights, as if the GPU had computed something else.
    const reads = new Map<string, number>();
    const tensors = plan.tensors.map((t) => ({
      ...t,
      source: {
        ...t.source,
        async read(start: number, end: number) {
          const bytes = await t.source.read(start, end);
          const count = (reads.get(t.name) ?? 0) + 1;
          reads.set(t.name, count);
          if (count > 1 && t.name === 'blk.0.attn_q.weight') bytes[3]! ^= 0x80;
          return bytes;
        },
      },
    }));
    await expect(writeGguf(gpu, { ...plan, tensors }, sink)).rejects.toThrow(
      /blk\.0\.attn_q\.weight: block 0 of Q8_0 has/,
    );
    expect({ closed, aborted }).toEqual({ closed: false, aborted: true });
  });
});
