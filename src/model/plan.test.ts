import { describe, expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { readGguf } from '../files/gguf/read';
import { stringValue } from '../files/gguf/metadata';
import { fileTypeByLabel, fileTypes } from '../quant/file-types';
import { TINY, tinyGguf } from '../../bench/models/tiny-llama';
import { planSlabs } from './device-tensor';
import { quantFormats } from '../quant/registry';
import { compareTensorNames, planQuantization } from './plan';
import { checkRunnable } from './runnable';

const open = (bytes = tinyGguf()) => readGguf(memorySource('tiny.gguf', bytes));
const level = (label: string) => fileTypeByLabel(label)!;
const typeOf = (plan: ReturnType<typeof planQuantization>, name: string) =>
  plan.tensors.find((t) => t.name === name)!.type.label;

describe('the plan', () => {
  test('keeps norms, gives the output head Q6_K, and Q8_0 where its rows fit no superblock', async () => {
    const plan = planQuantization(await open(), level('Q4_0'));
    expect(typeOf(plan, 'blk.0.attn_norm.weight')).toBe('F32');
    expect(typeOf(plan, 'token_embd.weight')).toBe('Q4_0');
    expect(typeOf(plan, 'output.weight')).toBe('Q6_K');
    const narrow = planQuantization(await open(tinyGguf({ ...TINY, width: 128, ffn: 128 })), level('Q4_0'));
    expect(typeOf(narrow, 'output.weight')).toBe('Q8_0');
    expect(narrow.fallbacks).toHaveLength(1);
    expect(narrow.refusal).toBeNull();
  });
  test('a tied embedding takes the part of the output head', async () => {
    const plan = planQuantization(await open(tinyGguf({ ...TINY, tied: true })), level('Q4_0'));
    expect(typeOf(plan, 'token_embd.weight')).toBe('Q6_K');
  });
  test('rows that fit no block are refused, with F16 on request', async () => {
    const model = await open(tinyGguf({ ...TINY, width: 64, ffn: 172 }));
    const refused = planQuantization(model, level('Q8_0'));
    expect(refused.refusal).toMatch(/blk\.0\.ffn_down\.weight: rows of 172 weights are no multiple of 32/);
    const allowed = planQuantization(model, level('Q8_0'), { fallbackToF16: true });
    expect(allowed.refusal).toBeNull();
    expect(typeOf(allowed, 'blk.0.ffn_down.weight')).toBe('F16');
    expect(planQuantization(model, level('F16')).refusal).toBeNull();
  });
  test('orders tensors as llama-quantize does', () => {
    const names = ['blk.10.a', 'blk.2.b', 'token_embd.weight', 'blk.2.a', 'output.weight'];
    expect(names.sort(compareTensorNames)).toEqual([
      'output.weight',
      'token_embd.weight',
      'blk.2.a',
      'blk.2.b',
      'blk.10.a',
    ]);
  });
  test('metadata ends with the version and the file type', async () => {
    for (const type of fileTypes) {
      const keys = [...planQuantization(await open(), type).metadata.entries()].slice(-2);
      expect(keys.map(([k, v]) => [k, v.value])).toEqual([
        ['general.quantization_version', 2],
        ['general.file_type', type.ftype],
      ]);
    }
  });
  test('an unknown architecture can be planned but not run', async () => {
    const model = await open();
    const other = {
      ...model,
      metadata: new Map([...model.metadata, ['general.architecture', stringValue('novelty')]]),
    };
    expect(planQuantization(other, level('Q8_0')).refusal).toBeNull();
    const runnable = checkRunnable(other);
    expect(runnable.ok ? '' : runnable.reason).toMatch(/novelty/);
  });
});

describe('slabs', () => {
  test.each([128 * 1024 * 1024, 1 << 20, 65536])(
    'no slab exceeds %i bytes, and rows are neither lost nor doubled',
    (limit) => {
      for (const format of quantFormats) {
        const slabs = planSlabs(format, 128256, 4096, limit);
        let next = 0;
        for (const slab of slabs) {
          expect(slab.firstRow).toBe(next);
          expect(slab.layout.sizeBytes).toBeLessThanOrEqual(limit);
          next += slab.rows;
        }
        expect(next).toBe(128256);
        expect(slabs.slice(0, -1).every((s) => s.rows % 4 === 0)).toBe(true);
      }
    },
  );
  test('rows too wide for any slab are refused', () => {
    expect(() => planSlabs(quantFormats[0]!, 8, 1 << 20, 65536)).toThrow(/binds at most 65536/);
  });
});
