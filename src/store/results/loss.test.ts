import { describe, expect, test } from 'vitest';
import { klDivergenceOf, MAX_BATCHES } from '../../evaluate/quality-numbers';
import { simulated, type Truth } from '../../testing/results/simulated-quality';
import { student95, weightedMean } from '../../util/statistics';
import { callOf, differenceOf, lossOf, tokensToCall } from './loss';

/** Numbers of a chunk: KL divergences, each with the same top token or not. */
const chunk = (...kl: number[]) => Float32Array.from(kl.flatMap((v, i) => [1, 1, v, i % 2]));
const quality = (chunks: readonly Float32Array[], change: object = {}) => ({
  ...simulated({ kl: 0.1 }, 1, 1),
  chunks: chunks.length,
  measured: klDivergenceOf(chunks),
  ...change,
});

describe('a loss', () => {
  test('has the standard error of its chunks, by Student', () => {
    const { kl, klInterval, tokens, by } = lossOf(quality([chunk(1, 3), chunk(2, 4), chunk(6, 8)]));
    // Means 2, 3 and 7: their mean 4, standard deviation sqrt(7), standard error sqrt(7 / 3).
    const half = 4.3027 * Math.sqrt(7 / 3);
    expect([kl, tokens, by]).toEqual([4, 6, 'batches']);
    expect(klInterval!.high).toBeCloseTo(4 + half, 3);
    // No loss is below zero.
    expect(klInterval!.low).toBe(0);
  });
  test('of one chunk has no interval, that of the baseline needs none', () => {
    const one = lossOf(quality([chunk(1, 3)]));
    expect([one.klInterval, one.sameTopInterval]).toEqual([null, null]);
    const base = lossOf({ ...simulated({ kl: 0 }, 4, 1), type: 'F16' });
    expect(base).toMatchObject({ by: 'baseline', klInterval: null });
  });
  test('of a record without batches has what the record states', () => {
    const { batches: _, ...measured } = klDivergenceOf([chunk(1, 3), chunk(2, 4)]);
    const loss = lossOf(quality([], { measured }));
    expect(loss.by).toBe('tokens');
    expect(loss.klInterval!.high - loss.kl).toBeCloseTo(1.96 * measured.kl.standardError, 4);
    expect(loss.sameTopInterval).not.toBeNull();
  });
  test('where every token agrees is not taken for certain', () => {
    const all = Float32Array.from(Array.from({ length: 50 }, () => [1, 1, 0.01, 1]).flat());
    const { sameTop, sameTopInterval } = lossOf(quality([all, all]));
    expect(sameTop).toBe(1);
    expect(sameTopInterval!.high).toBe(1);
    expect(sameTopInterval!.low).toBeCloseTo(0.963, 3);
  });
  test('of a long text is kept in few batches, which have its mean', () => {
    const chunks = Array.from({ length: 2 * MAX_BATCHES + 3 }, (_, i) => chunk(i, i + 1));
    const { kl, batches, level } = klDivergenceOf(chunks);
    expect(batches!.tokens).toHaveLength(172);
    expect([batches!.tokens[0], batches!.tokens.at(-1)]).toEqual([6, 4]);
    expect(weightedMean(batches!.kl, batches!.tokens).mean).toBeCloseTo(kl.mean, 3);
    expect(level).toMatchObject({ chunks: chunks.length, tokens: 2 * chunks.length });
  });
});

describe('two levels', () => {
  const [near, far] = [quality([chunk(1, 3), chunk(6, 8)]), quality([chunk(1.1, 3.1), chunk(6.1, 8.1)])];
  test('on the same tokens are compared chunk by chunk', () => {
    const difference = differenceOf(far, near);
    expect(difference.paired).toBe(true);
    expect(difference.kl).toBeCloseTo(0.1, 5);
    expect(callOf(difference)).toBe('farther');
    expect(callOf(differenceOf(near, far))).toBe('closer');
    // Their own intervals are fifty times as wide as what lies between them.
    expect(lossOf(near).klInterval!.high).toBeGreaterThan(lossOf(far).klInterval!.low);
  });
  test.each([
    ['another text', { textLabel: 'other' }],
    ['another baseline', { base: 'F32' }],
    ['another context', { context: 5 }],
    ['no batches', { measured: { ...far.measured, batches: undefined } }],
  ])('with %s are not: too close to call', (_, change) => {
    const difference = differenceOf({ ...far, ...change } as typeof far, near);
    expect(difference.paired).toBe(false);
    expect(callOf(difference)).toBe('tooClose');
  });
  test('of one chunk are too close, and nobody knows for how long', () => {
    const difference = differenceOf(quality([chunk(5, 6)]), quality([chunk(1, 2)]));
    expect([callOf(difference), tokensToCall(difference, 2)]).toEqual(['tooClose', null]);
  });
  test('that are too close say how many tokens would tell them apart', () => {
    const [a, b] = [quality([chunk(1), chunk(2), chunk(3)]), quality([chunk(1.1), chunk(2.3), chunk(3)])];
    const difference = differenceOf(b, a);
    const { standardError, kl } = difference;
    expect(callOf(difference)).toBe('tooClose');
    const wanted = 3 * ((student95(2) * standardError) / kl) ** 2;
    expect(tokensToCall(difference, 3)).toBe(Math.ceil(wanted) - 3);
    expect(tokensToCall({ ...difference, kl: 0 }, 3)).toBeNull();
  });
});

test('95 % intervals hold the truth, of a loss and of a difference, and few calls are false', () => {
  const [a, b]: Truth[] = [{ kl: 0.03 }, { kl: 0.0345 }];
  const lines: string[] = [];
  for (const [chunks, RUNS] of [
    [2, 600],
    [16, 300],
    [79, 60],
  ] as const) {
    let [single, paired, called, wrong, false_] = [0, 0, 0, 0, 0];
    const holds = (i: { low: number; high: number } | null, v: number) => Number(i!.low <= v && v <= i!.high);
    for (let seed = 1; seed <= RUNS; seed++) {
      const [x, y] = [simulated(a!, chunks, seed), simulated(b!, chunks, seed)];
      single += holds(lossOf(x).klInterval, a!.kl);
      const difference = differenceOf(y, x);
      paired += holds(difference.interval, b!.kl - a!.kl);
      called += Number(callOf(difference) === 'farther');
      wrong += Number(callOf(difference) === 'closer');
      // Two levels that differ in nothing but chance.
      const twin = simulated({ ...a!, own: 2 }, chunks, seed);
      false_ += Number(callOf(differenceOf(twin, x)) !== 'tooClose');
    }
    const percent = (n: number) => `${((100 * n) / RUNS).toFixed(1)} %`;
    lines.push(
      `${127 * chunks} tokens: interval of a loss holds it ${percent(single)}, of a difference ${percent(paired)}; a difference of 15 % is called ${percent(called)}, the wrong way ${percent(wrong)}; equal levels are called different ${percent(false_)}`,
    );
    expect(single / RUNS).toBeGreaterThan(0.87);
    expect(paired / RUNS).toBeGreaterThan(0.9);
    if (chunks >= 16) expect(called / RUNS).toBeGreaterThan(0.6);
    expect(wrong / RUNS).toBeLessThan(0.01);
    expect(false_ / RUNS).toBeLessThan(0.09);
  }
  console.info(lines.join('\n'));
});
