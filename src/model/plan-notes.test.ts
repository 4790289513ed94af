import { describe, expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { readGguf } from '../files/gguf/read';
import type { ImportanceMatrix } from '../files/imatrix';
import { fileTypeByLabel } from '../quant/file-types';
import { SMALL, TINY, tinyGguf } from '../../bench/models/tiny-llama';
import { tensorPattern } from './pattern/pattern';
import { planQuantization } from './plan';
import type { QuantizeOptions } from './tensor-choice';

const model = () => readGguf(memorySource('tiny.gguf', tinyGguf(SMALL)));
const notes = async (level: string, options: QuantizeOptions = {}) =>
  planQuantization(await model(), fileTypeByLabel(level)!, options).notes;
const override = (source: string, type = 'Q8_0') => ({
  pattern: tensorPattern(source),
  type,
  source: `${source}=${type}`,
});
const matrix = (entries: readonly (readonly [string, number])[]): ImportanceMatrix => ({
  label: 'other.gguf',
  datasets: [],
  chunks: 1,
  entries: new Map(entries.map(([name, size]) => [name, new Float32Array(size).fill(1)])),
});

describe('what a plan says', () => {
  test('nothing where everything does what it says', async () => {
    expect(await notes('Q8_0')).toEqual([]);
    expect(await notes('Q4_0', { tensorTypes: [override('blk\\.[[:digit:]]+\\.ffn_down')] })).toEqual([]);
  });
  test('a pattern that matches nothing, by its words', async () => {
    expect(await notes('Q4_0', { tensorTypes: [override('layers\\.0'), override('attn_v')] })).toEqual([
      'The tensor type layers\\.0=Q8_0 matches no tensor of this model.',
    ]);
  });
  test('one that comes too late, or matches only what is never quantized', async () => {
    const found = await notes('Q4_0', {
      tensorTypes: [override('attn_[qkv]\\.'), override('attn_q\\.'), override('attn_norm')],
    });
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(
      /attn_q\\\.=Q8_0 has no effect: blk\.0\.attn_q\.weight.* another option comes first/,
    );
    expect(found[1]).toMatch(/attn_norm=Q8_0 has no effect: blk\.0\.attn_norm\.weight/);
  });
  test('types for tensors at a level of full width, as llama-quantize leaves them out', async () => {
    const options = { tensorTypes: [override('ffn_down')] };
    expect(await notes('F16', options)).toEqual([
      'Types for tensors have no effect at F16, as in llama-quantize.',
    ]);
    const plan = planQuantization(await model(), fileTypeByLabel('F16')!, options);
    expect(plan.tensors.some((t) => t.type.label === 'Q8_0')).toBe(false);
  });
  test('an importance matrix of another model, and every tensor that is left without', async () => {
    const found = await notes('Q4_K_M', { importance: matrix([['layers.0.q', 4]]) });
    expect(found[0]).toBe(
      'No name in the importance matrix other.gguf is a tensor of this model: it has layers.0.q.',
    );
    expect(found[1]).toMatch(
      /^Quantized without importance, which the matrix lacks: .*token_embd\.weight, blk\.0\.attn_k\.weight, .*\.$/,
    );
  });
  test('many tensors are summed up', async () => {
    const deep = await readGguf(memorySource('tiny.gguf', tinyGguf({ ...SMALL, layers: 8 })));
    const options = { importance: matrix([['layers.0.q', 4]]) };
    const found = planQuantization(deep, fileTypeByLabel('Q4_K_M')!, options).notes[1]!;
    expect(found).toMatch(/ and \d+ more\.$/);
    expect(found.split(', ').length).toBeLessThan(40);
  });
  test('a matrix that fits in part', async () => {
    const full = (await model()).tensors
      .filter((t) => t.shape.length > 1)
      .map((t) => [t.name, t.shape[0]!] as const);
    expect(await notes('Q4_K_M', { importance: matrix(full) })).toEqual([]);
    const part = [...full.filter(([name]) => name !== 'blk.0.ffn_up.weight'), ['odd', 3] as const];
    expect(await notes('Q4_K_M', { importance: matrix(part) })).toEqual([
      `1 name of the ${part.length} in the importance matrix other.gguf is not in this model: odd.`,
      'Quantized without importance, which the matrix lacks: blk.0.ffn_up.weight.',
    ]);
  });
  test('a matrix stays wide, or as it is', async () => {
    expect(await notes('Q4_0', { leaveOutputTensor: true })).toEqual([
      'Left at full width, 1 tensor: output.weight (F32).',
    ]);
    const f16 = await readGguf(memorySource('tiny.gguf', tinyGguf({ ...TINY, type: 'F16' })));
    const some = f16.tensors.map((t) =>
      t.name === 'blk.0.ffn_up.weight'
        ? { ...t, type: { ...t.type, id: 8, label: 'Q8_0', blockSize: 32, blockBytes: 34 } }
        : t,
    );
    const plan = planQuantization({ ...f16, tensors: some }, fileTypeByLabel('Q8_0')!);
    expect(plan.notes).toEqual(['Left as they are, 1 tensor: blk.0.ffn_up.weight (Q8_0).']);
  });
});
