import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { fileTypeByLabel, fileTypes } from '../quant/file-types';
import { goldenJson } from '../testing/golden';
import { testImatrix } from '../testing/importance';
import { ruleModel, ruleShapes } from '../testing/rule-models';
import { type Plan, planQuantization } from './plan';
import type { QuantizeOptions } from './tensor-choice';

interface Extra {
  readonly out?: number;
  readonly emb?: number;
  readonly leave?: boolean;
  readonly pure?: boolean;
  readonly tt?: readonly (readonly [string, number])[];
}
const golden = goldenJson<{
  types: Record<string, Record<string, string>>;
  options: [string, Extra, string][];
}>('rules.json');

const lines = (plan: Plan): string[] => plan.tensors.map((t) => `${t.name} ${t.type.label}`).sort();
const hashOf = (plan: Plan): string =>
  createHash('sha256').update(lines(plan).join('\n')).digest('hex').slice(0, 12);

describe("llama-quantize's choice of types", () => {
  test.each(Object.keys(ruleShapes))('%s: every level, with and without an importance matrix', (name) => {
    const model = ruleModel(name);
    const wanted = golden.types[name]!;
    for (const [tag, want] of Object.entries(wanted)) {
      const importance = tag.endsWith('-imat') ? testImatrix(model) : undefined;
      const plan = planQuantization(model, fileTypeByLabel(tag.replace('-imat', ''))!, { importance });
      expect(hashOf(plan), `${tag}\n${lines(plan).join('\n')}`).toBe(want.replace('!', ''));
      if (want.endsWith('!')) expect(plan.refusal, tag).toMatch(/requires an importance matrix/);
      else expect(plan.refusal, tag).toBeNull();
    }
    expect(new Set(Object.keys(wanted).map((t) => t.replace('-imat', ''))).size).toBeGreaterThan(
      fileTypes.length - 4,
    );
  });

  const typeLabels: Readonly<Record<number, string>> = {
    0: 'F32',
    1: 'F16',
    8: 'Q8_0',
    10: 'Q2_K',
    13: 'Q5_K',
    14: 'Q6_K',
  };
  test.each(golden.options)('%s with %j', (name, extra, want) => {
    const options: QuantizeOptions = {
      pure: extra.pure === true,
      leaveOutputTensor: extra.leave === true,
      ...(extra.out === undefined ? {} : { outputTensorType: typeLabels[extra.out]! }),
      ...(extra.emb === undefined ? {} : { tokenEmbeddingType: typeLabels[extra.emb]! }),
      tensorTypes: (extra.tt ?? []).map(([pattern, type]) => ({
        pattern: new RegExp(pattern),
        type: typeLabels[type]!,
      })),
    };
    const plan = planQuantization(ruleModel(name), fileTypeByLabel('Q4_K_M')!, options);
    expect(hashOf(plan), lines(plan).join('\n')).toBe(want);
  });

  test('strict refuses instead of falling back; a type named for a tensor must fit it', () => {
    const level = fileTypeByLabel('Q4_K_M')!;
    const fallen = planQuantization(ruleModel('odd'), level);
    expect(fallen.fallbacks.length).toBeGreaterThan(0);
    expect(fallen.refusal).toBeNull();
    const strict = planQuantization(ruleModel('odd'), level, { strict: true });
    expect(strict.refusal).toMatch(/rows of 64 weights are no multiple of 256 \(Q4_K\), and no other type/);
    const named = planQuantization(ruleModel('odd'), level, { outputTensorType: 'Q6_K' });
    expect(named.refusal).toMatch(/output\.weight: rows of 64 weights .* \(Q6_K\); choose another type/);
  });
  test('an importance matrix of other widths, or without a tensor that needs it, is refused by name', () => {
    const model = ruleModel('llama8');
    const level = fileTypeByLabel('IQ2_XS')!;
    const matrix = testImatrix(model);
    const change = (key: string, value: Float32Array<ArrayBuffer> | undefined) => {
      const entries = new Map(matrix.entries);
      if (value) entries.set(key, value);
      else entries.delete(key);
      return planQuantization(model, level, { importance: { ...matrix, entries } }).refusal;
    };
    expect(change('blk.3.attn_q.weight', undefined)).toMatch(
      /blk\.3\.attn_q\.weight: the importance matrix has nothing for it, and IQ2_XS requires one/,
    );
    expect(change('blk.3.attn_q.weight', new Float32Array(5))).toMatch(
      /blk\.3\.attn_q\.weight: the importance matrix has 5 numbers for it, expected 256/,
    );
  });
});
