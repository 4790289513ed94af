import { describe, expect, test } from 'vitest';
import { planQuantization } from '../../model/plan';
import { splitPlan } from '../../model/split-plan';
import { fileTypeByLabel } from '../../quant/file-types';
import { openModel } from '../../pipeline/open';
import { planBytes } from '../../testing/codec-hash';
import { tinyGguf } from '../../../bench/models/tiny-llama';
import { type ByteSource, memorySource } from '../byte-source';
import { GgufType, getNumber } from './metadata';
import { joinSplits, splitName } from './split';

const shape = { width: 64, ffn: 64, layers: 2, heads: 2, kvHeads: 1, vocabulary: 280, context: 64 };
const whole = () => openModel([memorySource('tiny.gguf', tinyGguf(shape))], 'tiny');
async function splits(maxBytes = 60_000): Promise<ByteSource[]> {
  const parts = splitPlan(planQuantization(await whole(), fileTypeByLabel('F32')!), maxBytes);
  const files: ByteSource[] = [];
  for (const [i, part] of parts.entries())
    files.push(memorySource(splitName('tiny.gguf', i, parts.length), await planBytes(part)));
  return files;
}

describe('GGUF in several files', () => {
  test('no file has more tensors than fit, and names count from one', async () => {
    const files = await splits();
    expect(files.length).toBeGreaterThan(2);
    expect(files[0]!.name).toBe(`tiny-00001-of-0000${files.length}.gguf`);
    for (const file of files.slice(1)) expect(file.sizeBytes).toBeLessThan(62_000 + 20_000);
  });
  test('in any order they are the model again: tensors, bytes, metadata', async () => {
    const files = await splits();
    const joined = await openModel([...files].reverse(), 'tiny');
    const plan = planQuantization(await whole(), fileTypeByLabel('F32')!);
    expect(joined.tensors.map((t) => t.name)).toEqual(plan.tensors.map((t) => t.name));
    expect(getNumber(joined.metadata, 'split.count')).toBeUndefined();
    const again = planQuantization(joined, fileTypeByLabel('F32')!);
    expect(Buffer.compare(await planBytes(again), await planBytes(plan))).toBe(0);
  });
  test('a whole model that holds a key of splits is the model without it', async () => {
    const model = await whole();
    const metadata = new Map([
      ...model.metadata,
      ['split.no', { type: GgufType.UINT16, value: 11 }] as const,
    ]);
    const joined = joinSplits([{ ...model, metadata }], 'tiny');
    expect([...joined.metadata]).toEqual([...model.metadata]);
    expect(joined.tensors).toBe(model.tensors);
  });
  test('missing files are named', async () => {
    const files = await splits();
    const name = splitName('tiny.gguf', 1, files.length);
    await expect(openModel([files[0]!, ...files.slice(2)], 'tiny')).rejects.toThrow(
      `1 of ${files.length} files are missing: ${name}`,
    );
    await expect(openModel([files[0]!], 'tiny')).rejects.toThrow(/files are missing/);
  });
  test('files twice, of other models, or whole ones among them are refused', async () => {
    const files = await splits();
    await expect(openModel([...files, files[1]!], 'tiny')).rejects.toThrow(/there twice/);
    const others = await splits(100_000);
    await expect(openModel([files[0]!, others[1]!], 'tiny')).rejects.toThrow(/the others are of/);
    const full = memorySource('whole.gguf', tinyGguf(shape));
    await expect(openModel([...files, full], 'tiny')).rejects.toThrow(/whole\.gguf is a whole model/);
  });
});
