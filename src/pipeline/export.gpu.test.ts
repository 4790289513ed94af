import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { MemorySink } from '../files/byte-sink';
import { type ByteSource, memorySource } from '../files/byte-source';
import { readGguf } from '../files/gguf/read';
import { stringValue } from '../files/gguf/metadata';
import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel, fileTypes } from '../quant/file-types';
import { formatByLabel } from '../quant/registry';
import { builtInModel } from '../testing/built-in';
import { codecHash } from '../testing/codec-hash';
import { testImatrix } from '../testing/importance';
import { testGpu } from '../testing/device';
import { goldenJson } from '../testing/golden';
import { SMALL, TINY, tinyGguf } from '../../bench/models/tiny-llama';
import { type Checkpoint, writeGguf } from './export';
import { prepareLevel } from './prepared';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await testGpu();
});

const tiny = (): Promise<ModelFile> => readGguf(memorySource('tiny.gguf', tinyGguf(SMALL)));
/** Whole files of the seeded model as llama.cpp makes them, by level; with -imat, with the seeded importance matrix. */
const { files: hashes, requantized } =
  goldenJson<Record<'files' | 'requantized', Record<string, string>>>('tiny-llama-sha256.json');
const oneOfEachType = fileTypes.filter((t, i) => fileTypes.findIndex((u) => u.type === t.type) === i);

describe('exported files', () => {
  const planOf = async (tag: string) => {
    const model = await tiny();
    const importance = tag.endsWith('-imat') ? testImatrix(model) : undefined;
    return planQuantization(model, fileTypeByLabel(tag.replace('-imat', ''))!, { importance });
  };
  const isOfFirst = (tag: string) => oneOfEachType.some((t) => t.label === tag.replace('-imat', ''));
  const tags = Object.keys(hashes);
  test.each(tags.filter(isOfFirst))('%s of the seeded model has its known hash', async (tag) => {
    const plan = await planOf(tag);
    const sink = new MemorySink();
    const report = await writeGguf(gpu, plan, sink);
    expect(report.sha256).toBe(hashes[tag]);
    expect(report.sizeBytes).toBe(plan.fileBytes);
    expect(createHash('sha256').update(sink.bytes()).digest('hex')).toBe(report.sha256);
    expect(sink.closed).toBe(true);
  });
  // The other mixes of a type put the same blocks together otherwise: the codec makes them, whose bytes the GPU's equal.
  test.each(tags.filter((tag) => !isOfFirst(tag)))('%s, another mix of its type, too', async (tag) => {
    expect(await codecHash(await planOf(tag))).toBe(hashes[tag]);
  });
  test('every level has a known hash, or is refused without an importance matrix', async () => {
    const model = await tiny();
    for (const type of fileTypes) {
      expect(hashes[`${type.label}-imat`] ?? hashes[type.label], type.label).toBeDefined();
      const { refusal } = planQuantization(model, type);
      expect(refusal === null, type.label).toBe(hashes[type.label] !== undefined);
    }
  });
  // The codebook types are shown on the seeded model; their searches are slow on a software adapter.
  const quick = oneOfEachType.filter((t) => !formatByLabel(t.type).codebook).map((t) => t.label);
  test.each(quick)('%s of trained weights is what the codec makes', async (label) => {
    const plan = planQuantization(await builtInModel(1), fileTypeByLabel(label)!);
    if (plan.refusal) expect(plan.refusal).toMatch(/requires an importance matrix/);
    else expect((await writeGguf(gpu, plan, new MemorySink())).sha256).toBe(await codecHash(plan));
  });
  test.each(Object.entries(requantized))('%s: a quantized source gives the known file', async (way, want) => {
    const [from, to] = way.split(' to ') as [string, string];
    const first = new MemorySink();
    await writeGguf(gpu, planQuantization(await tiny(), fileTypeByLabel(from)!), first);
    const plan = planQuantization(await readGguf(memorySource(from, first.bytes())), fileTypeByLabel(to)!);
    expect(plan.warning).toContain(`quantized already (`);
    expect((await writeGguf(gpu, plan, new MemorySink())).sha256).toBe(want);
  });
  test('a resident level gives the same file as a streamed one', async () => {
    const model = await tiny();
    const plan = planQuantization(model, fileTypeByLabel('Q5_0')!);
    const prepared = await prepareLevel(gpu, model, plan);
    const report = await writeGguf(gpu, plan, new MemorySink(), { resident: prepared.tensors });
    prepared.dispose();
    expect(report.sha256).toBe(hashes.Q5_0);
    expect(report.errors.length).toBe(0);
  });
  test('gone on with after any tensor, the file and the report are those of one run', async () => {
    const plan = planQuantization(await tiny(), fileTypeByLabel('Q5_0')!);
    const points: Checkpoint[] = [];
    const checkpoint = (at: Checkpoint) => {
      points.push(structuredClone(at));
      return Promise.resolve();
    };
    const whole = new MemorySink();
    const want = await writeGguf(gpu, plan, whole, { checkpoint });
    expect(points).toHaveLength(plan.tensors.length + 1);
    for (const resume of points.filter((_, i) => i % 4 === 0)) {
      const rest = new MemorySink();
      expect(await writeGguf(gpu, plan, rest, { resume })).toEqual(want);
      expect(Buffer.compare(rest.bytes(), whole.bytes().subarray(resume.sizeBytes))).toBe(0);
    }
  });
  test('an architecture that cannot run is quantized all the same', async () => {
    const model = await tiny();
    const metadata = new Map([...model.metadata, ['general.architecture', stringValue('novelty')] as const]);
    const plan = planQuantization({ ...model, metadata }, fileTypeByLabel('Q8_0')!);
    const sink = new MemorySink();
    await writeGguf(gpu, plan, sink);
    const back = await readGguf(memorySource('back', sink.bytes()));
    expect(back.tensors.map((t) => t.type.label)).toContain('Q8_0');
  });
  test('a failed write aborts the sink and gives the memory back', async () => {
    const plan = planQuantization(await tiny(), fileTypeByLabel('Q8_0')!);
    let aborted = false;
    const sink = {
      write: () => Promise.reject(new Error('disk full')),
      close: () => Promise.resolve(),
      abort: () => {
        aborted = true;
        return Promise.resolve();
      },
    };
    await expect(writeGguf(gpu, plan, sink)).rejects.toThrow('disk full');
    expect(aborted).toBe(true);
    expect(gpu.memory.currentBytes).toBe(0);
  });
});

test('opening reads the header only, and a large tensor passes in slices of 16 MiB', async () => {
  const small = tinyGguf({ ...TINY, layers: 1, vocabulary: 40960, width: 256 });
  let max = 0;
  let total = 0;
  const memory = memorySource('big.gguf', small);
  const counted: ByteSource = {
    ...memory,
    read: (start, end) => {
      max = Math.max(max, end - start);
      total += end - start;
      return memory.read(start, end);
    },
  };
  const model = await readGguf(counted);
  expect(total).toBeLessThan(4 * 1024 * 1024);
  const plan = planQuantization(model, fileTypeByLabel('Q4_0')!);
  const embedding = plan.tensors.find((t) => t.name === 'token_embd.weight')!;
  expect(embedding.source.sizeBytes).toBe(40 * 1024 * 1024);
  gpu.memory.resetPeak();
  await writeGguf(gpu, plan, new MemorySink());
  expect(max).toBeLessThanOrEqual(16 * 1024 * 1024);
  expect(gpu.memory.peakBytes).toBeLessThan(9 * 17 * 1024 * 1024);
});
