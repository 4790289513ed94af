import { describe, expect, test } from 'vitest';
import { spreadOf } from '../../infer/benchmark';
import type { RunRecord } from '../../studio/records';
import type { PlanRow } from '../../studio/summary';
import { simulated } from '../../testing/results/simulated-quality';
import { adviceFor, candidatesOf, roomTokens, type Situation } from './candidates';
import type { ResultRow } from './results';
import { bitsSeries, lossSeries, memoryPartsSeries } from './series';

const planRow = (type: string, fileBytes: number, change: Partial<PlanRow> = {}): PlanRow => ({
  type,
  group: '4-bit',
  alias: null,
  structure: '',
  use: '',
  fileBytes,
  bitsPerWeight: fileBytes / 100,
  weightBytes: fileBytes,
  runtimeBytes: 80,
  cacheBytes: 50,
  fallbacks: [],
  notes: [],
  warning: null,
  refusal: null,
  curedByF16: false,
  ...change,
});
const plan = [
  planRow('F16', 1600),
  planRow('Q8_0', 854),
  planRow('Q5_K_M', 573),
  planRow('Q4_K_M', 492),
  planRow('IQ4_XS', 449),
  planRow('Q4_0', 467),
  planRow('IQ2_XXS', 240, { refusal: 'needs an importance matrix' }),
];
const speed = (type: string, ...runs: number[]): RunRecord => ({
  type,
  adapter: 'simulated',
  fileBytes: 1,
  residentBytes: 1,
  peakBytes: 1,
  measuredMs: 1,
  speed: {
    promptTokens: 8,
    generatedTokens: 4,
    promptTokensPerSecond: spreadOf(runs),
    tokensPerSecond: spreadOf(runs),
  },
  bound: { byBytes: 1, byDispatches: 1, binds: 'bytes', bytesPerToken: 1, dispatchesPerToken: 1 },
});
const row = (type: string, kl: number, run: RunRecord | null = null): ResultRow => {
  const { fileBytes } = plan.find((p) => p.type === type)!;
  return { type, fileBytes, run, quality: simulated({ type, kl, fileBytes }, 32, 2) };
};
const rows = [
  row('F16', 0, speed('F16', 10)),
  row('Q5_K_M', 0.0108, speed('Q5_K_M', 28, 30, 35)),
  row('Q4_K_M', 0.0313),
  row('IQ4_XS', 0.0325),
  row('Q4_0', 0.0719),
];
const situation: Situation = {
  plan,
  rows,
  base: 'F16',
  context: 4096,
  contextLength: 32_768,
  parameters: 8e9,
  memoryBytes: 800,
};

describe('candidates', () => {
  test('are what is not refused, with what is known of each', () => {
    const all = candidatesOf(situation);
    expect(all.map((c) => c.type)).toEqual(['F16', 'Q8_0', 'Q5_K_M', 'Q4_K_M', 'IQ4_XS', 'Q4_0']);
    expect(all[2]).toMatchObject({ fileBytes: 573, memoryBytes: 653, tokensPerSecond: 30 });
    expect([all[1]!.measured, all[2]!.measured?.type]).toEqual([null, 'Q5_K_M']);
  });
  test('of another baseline are not measured', () => {
    expect(candidatesOf({ ...situation, base: 'F32' }).every((c) => c.measured === null)).toBe(true);
  });
  test('of a model that cannot run have no memory', () => {
    const still = plan.map((p) => ({ ...p, runtimeBytes: 0, cacheBytes: 0 }));
    expect(candidatesOf({ ...situation, plan: still }).every((c) => c.memoryBytes === null)).toBe(true);
  });
  test('have room for as much context as memory and model hold', () => {
    // 492 of weights and 30 of work space leave 278 for a cache of 50 at 4,096 tokens.
    expect(roomTokens(plan[3]!, situation)).toBe(16_384);
    expect(roomTokens(plan[3]!, { ...situation, memoryBytes: 1e6 })).toBe(32_768);
    expect(roomTokens(plan[1]!, situation)).toBeNull();
    expect(roomTokens(plan[3]!, { ...situation, memoryBytes: null })).toBeNull();
  });
});

test('advice among what was measured, with speeds and room', () => {
  const { recommended, smallestSafe, smaller } = adviceFor(situation, 'measured');
  expect([recommended?.type, smallestSafe?.type, smaller?.type]).toEqual(['Q5_K_M', 'IQ4_XS', 'Q4_K_M']);
  const reasons = Object.fromEntries(recommended!.reasons.map((r) => [r.code, r]));
  expect(reasons).toMatchObject({ timesFaster: { times: 3 }, room: { contextTokens: 8192 } });
});

describe('series of losses', () => {
  const series = lossSeries(rows, plan);
  test('the front, smallest first, and neighbours on it that are too close to call', () => {
    expect(series.front).toEqual(['IQ4_XS', 'Q4_K_M', 'Q5_K_M', 'F16']);
    expect(series.tooClose).toEqual([['IQ4_XS', 'Q4_K_M']]);
  });
  test('points with bars, speeds and bits', () => {
    const [base, close, , , beaten] = series.points;
    expect(base).toMatchObject({ kl: 0, low: null, high: null, onFront: true, bitsPerWeight: 16 });
    expect(close).toMatchObject({ speed: { median: 30, min: 28, max: 35 }, onFront: true, beaten: false });
    expect(close!.low).toBeLessThan(close!.kl);
    expect(close!.high).toBeGreaterThan(close!.kl);
    expect(beaten).toMatchObject({ type: 'Q4_0', speed: null, onFront: false, beaten: true });
  });
  test('a front of three that cannot be told apart is one group', () => {
    const near = [0.0313, 0.032, 0.0327].map((kl, i) => row(['Q5_K_M', 'Q4_K_M', 'IQ4_XS'][i]!, kl));
    expect(lossSeries(near, plan).tooClose).toEqual([['IQ4_XS', 'Q4_K_M', 'Q5_K_M']]);
  });
});

test('memory comes in parts that add up, and says what fits', () => {
  const parts = memoryPartsSeries(plan, 800);
  expect(parts.map((p) => [p.type, p.fits])).toEqual([
    ['F16', false],
    ['Q8_0', false],
    ['Q5_K_M', true],
    ['Q4_K_M', true],
    ['IQ4_XS', true],
    ['Q4_0', true],
  ]);
  expect(parts[2]).toMatchObject({ weightBytes: 573, cacheBytes: 50, computeBytes: 30, totalBytes: 653 });
  expect(memoryPartsSeries(plan, null)[0]!.fits).toBeNull();
  expect(bitsSeries(plan).at(-1)).toEqual({ type: 'Q4_0', bitsPerWeight: 4.67 });
});
