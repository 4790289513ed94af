import { describe, expect, test } from 'vitest';
import { fileTypes } from '../../quant/file-types';
import { simulated } from '../../testing/results/simulated-quality';
import { type ExpectedTable, expectedLoss, expectedTable } from './expected';

const level = (kl: number, sameTop: number) => ({
  kl,
  klLow: kl / 2,
  klHigh: 2 * kl,
  sameTop,
  sameTopLow: sameTop,
  sameTopHigh: sameTop,
  bitsPerWeight: 4.5,
  importance: false,
});
const model = (name: string, parameters: number, levels: Record<string, ReturnType<typeof level>>) => ({
  name,
  architecture: 'llama',
  parameters,
  base: 'F16',
  text: 'text.txt',
  calibration: 'other.txt',
  command: 'a command',
  context: 256,
  chunks: 16,
  tokens: 2032,
  adapter: 'one',
  date: '2026-11-28',
  levels,
});
const table: ExpectedTable = {
  models: [
    model('small', 1e6, { Q4_0: level(0.02, 0.9), Q8_0: level(0.002, 0.98) }),
    model('large', 4e6, { Q4_0: level(0.04, 0.8) }),
  ],
};

describe('an expected loss', () => {
  test('is the median over the models, with who they are', () => {
    expect(expectedLoss('Q4_0', { parameters: 8e6, measured: [], table })).toEqual({
      kl: 0.03,
      klRange: [0.02, 0.04],
      sameTop: expect.closeTo(0.85, 9),
      models: ['small', 'large'],
      parametersRange: [1e6, 4e6],
      timesLarger: 2,
      scaledBy: 0,
      tokens: 4064,
      importance: false,
    });
  });
  test('of a level that no model was measured at is none', () => {
    expect(expectedLoss('Q2_K', { parameters: null, measured: [], table })).toBeNull();
  });
  test('is scaled by what other levels lose on the model at hand', () => {
    const measured = [simulated({ type: 'Q8_0', kl: 0.02 }, 4, 1), simulated({ type: 'F16', kl: 0 }, 4, 1)];
    const scale = measured[0]!.measured.kl.mean / 0.002;
    const scaled = expectedLoss('Q4_0', { parameters: null, measured, table })!;
    expect(scaled.kl).toBeCloseTo(0.03 * scale, 9);
    expect(scaled.klRange[1]).toBeCloseTo(0.04 * scale, 9);
    expect([scaled.scaledBy, scaled.timesLarger]).toEqual([1, null]);
    expect(scaled.sameTop).toBeCloseTo(1 - 0.15 * Math.sqrt(scale), 9);
  });
});

describe('the committed table', () => {
  const known = fileTypes.map((t) => t.label);
  test.each(expectedTable.models.map((m) => [m.name, m] as const))(
    '%s is measured whole and says how',
    (_, m) => {
      expect(m.tokens).toBeGreaterThanOrEqual(2000);
      for (const fact of [m.adapter, m.command, m.text, m.calibration]) expect(fact).not.toBe('');
      expect(m.date).toMatch(/^\d{4}-\d\d-\d\d$/);
      for (const [type, l] of Object.entries(m.levels)) {
        expect(known).toContain(type);
        expect(l.kl).toBeGreaterThanOrEqual(l.klLow ?? 0);
        expect(l.kl).toBeLessThanOrEqual(l.klHigh ?? l.kl);
        expect(l.sameTopLow ?? 0).toBeLessThanOrEqual(l.sameTopHigh ?? 1);
        expect(l.sameTop).toBeLessThanOrEqual(1);
      }
    },
  );
  test('has the built-in model, and the levels that people take', () => {
    expect(expectedTable.models.map((m) => m.name)).toContain('nibble-stories-F16');
    const larger = ['Q8_0', 'Q6_K', 'Q5_K_M', 'Q4_K_M', 'Q3_K_M', 'Q2_K', 'IQ2_XXS', 'IQ1_S'];
    const kl = larger.map((type) => expectedLoss(type)!.kl);
    // Fewer bits lose more.
    expect(kl).toEqual(kl.toSorted((a, b) => a - b));
    for (const type of ['IQ4_XS', 'Q4_0', 'IQ3_M', 'Q4_K_S']) expect(expectedLoss(type), type).not.toBeNull();
  });
});
