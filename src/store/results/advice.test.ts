import { describe, expect, test } from 'vitest';
import { simulated, type Truth } from '../../testing/results/simulated-quality';
import { adviceOf, CLOSE_KL, MIN_TOKENS, SAFE_KL } from './advice';
import type { Candidate, Choice, Reason } from './advice-types';
import type { ExpectedLoss } from './expected';

/** An 8 G llama's levels as they are: bytes in units of 10 MB. */
const LEVELS: readonly Required<Pick<Truth, 'type' | 'kl' | 'fileBytes'>>[] = [
  { type: 'Q8_0', kl: 0.0014, fileBytes: 854 },
  { type: 'Q6_K', kl: 0.0055, fileBytes: 660 },
  { type: 'Q5_K_M', kl: 0.0108, fileBytes: 573 },
  { type: 'Q4_K_M', kl: 0.0313, fileBytes: 492 },
  { type: 'IQ4_XS', kl: 0.032, fileBytes: 449 },
  { type: 'Q4_0', kl: 0.0719, fileBytes: 467 },
  { type: 'Q3_K_M', kl: 0.102, fileBytes: 402 },
];
const candidate = (truth: Truth, chunks: number, seed: number, more: Partial<Candidate> = {}): Candidate => ({
  type: truth.type!,
  fileBytes: truth.fileBytes!,
  memoryBytes: truth.fileBytes! + 80,
  measured: simulated(truth, chunks, seed),
  expected: null,
  tokensPerSecond: 20_000 / truth.fileBytes!,
  roomTokens: null,
  ...more,
});
const run = (chunks: number, seed: number) => LEVELS.map((level) => candidate(level, chunks, seed));
const options = { base: 'F16', baseBytes: 1607, memoryBytes: 800 };
const codes = (choice: Choice | null) => choice?.reasons.map((r) => r.code);
const reason = <C extends Reason['code']>(choice: Choice | null, code: C) =>
  choice?.reasons.find((r): r is Extract<Reason, { code: C }> => r.code === code);

/** 20,066 tokens. */
const LONG = run(158, 2);

describe('on 20,000 tokens', () => {
  const advice = adviceOf(LONG, options);
  test('three levels, each with its reasons', () => {
    expect(advice.tokens).toEqual({ scored: 20_066, minimum: MIN_TOKENS, more: 0 });
    const { smallestSafe, recommended, closest } = advice;
    expect([smallestSafe?.type, recommended?.type, closest?.type]).toEqual(['IQ4_XS', 'Q5_K_M', 'Q6_K']);
    for (const choice of [smallestSafe, recommended, closest])
      expect(choice).toMatchObject({ basis: 'measured', sure: true });
    expect(codes(smallestSafe)).toEqual(['smallestUnder', 'lessLosesMore', 'timesSmaller']);
    expect(reason(smallestSafe, 'smallestUnder')).toEqual({ code: 'smallestUnder', limitKl: SAFE_KL });
    expect(reason(smallestSafe, 'lessLosesMore')!.type).toBe('Q3_K_M');
    expect(reason(smallestSafe, 'lessLosesMore')!.times).toBeGreaterThan(2.5);
    expect(reason(recommended, 'smallestUnder')!.limitKl).toBe(CLOSE_KL);
    expect(reason(recommended, 'timesSmaller')!.times).toBeCloseTo(1607 / 573, 6);
    // Q8_0 needs 934 of 800.
    expect(reason(closest, 'closerTooLarge')).toEqual({
      code: 'closerTooLarge',
      type: 'Q8_0',
      overBytes: 134,
    });
  });
  test('says what cannot be told apart, and how many tokens it would take', () => {
    const ties = advice.smallestSafe!.tooClose;
    expect(ties.map((t) => [t.type, t.moreBytes])).toEqual([['Q4_K_M', 43]]);
    const { interval, paired } = ties[0]!.difference;
    expect([paired, interval!.low < 0, interval!.high > 0]).toEqual([true, true, true]);
    expect(advice.recommended!.tooClose).toEqual([]);
  });
  test('says what is clearly closer and clearly farther than the recommended, and at which price', () => {
    const { closer, smaller } = advice;
    expect([closer!.type, closer!.bytes]).toEqual(['Q6_K', 87]);
    expect(closer!.difference.interval!.high).toBeLessThan(0);
    expect(closer!.speedRatio).toBeCloseTo(573 / 660, 6);
    expect([smaller!.type, smaller!.bytes]).toEqual(['Q4_K_M', 81]);
    expect(smaller!.difference.interval!.low).toBeGreaterThan(0);
  });
});

describe('on 254 tokens', () => {
  const advice = adviceOf(run(2, 2), options);
  test('nothing is sure, and it says how many tokens are missing', () => {
    expect(advice.tokens).toEqual({ scored: 254, minimum: 2000, more: 1746 });
    for (const choice of [advice.smallestSafe, advice.recommended, advice.closest]) {
      expect(choice!.sure).toBe(false);
      expect(reason(choice, 'fewTokens')).toEqual({ code: 'fewTokens', tokens: 254, moreTokens: 1746 });
    }
    expect([advice.closer, advice.smaller]).toEqual([null, null]);
    for (const { moreTokens } of advice.recommended!.tooClose)
      if (moreTokens !== null) expect(moreTokens).toBeGreaterThanOrEqual(1746);
  });
  test('a smaller level that may do is named', () => {
    expect(reason(advice.smallestSafe, 'smallerUnsure')).toBeDefined();
  });
});

test('one chunk has no interval, and says so', () => {
  const advice = adviceOf(run(1, 2), options);
  expect(advice.recommended!.sure).toBe(false);
  expect(codes(advice.recommended)).toContain('noInterval');
  expect(advice.recommended!.tooClose.length).toBeGreaterThan(1);
});

describe('memory', () => {
  test('where nothing close fits, the closest safe level is recommended', () => {
    const advice = adviceOf(LONG, { ...options, memoryBytes: 575 });
    expect([advice.recommended!.type, codes(advice.recommended)![0]]).toEqual(['Q4_K_M', 'closestSafe']);
    expect(advice.recommended!.tooClose.map((t) => t.type)).toEqual(['IQ4_XS']);
  });
  test('where nothing safe fits, nothing is recommended, and the smallest safe says by how much it is too large', () => {
    const advice = adviceOf(LONG, { ...options, memoryBytes: 500 });
    expect([advice.recommended, advice.closest!.type]).toEqual([null, 'Q3_K_M']);
    expect(reason(advice.smallestSafe, 'tooLarge')).toEqual({ code: 'tooLarge', overBytes: 29 });
  });
  test('that is not known holds everything', () => {
    expect(adviceOf(LONG, { ...options, memoryBytes: null }).closest!.type).toBe('Q8_0');
  });
  test('where nothing fits, nothing is advised but what is safe', () => {
    const advice = adviceOf(LONG, { ...options, memoryBytes: 10 });
    expect([advice.recommended, advice.closest, advice.smallestSafe!.type]).toEqual([null, null, 'IQ4_XS']);
  });
});

const expectedOf = (kl: number): ExpectedLoss => ({
  kl,
  klRange: [kl / 2, 2 * kl],
  sameTop: 0.9,
  models: ['a', 'b'],
  parametersRange: [1e6, 2e6],
  timesLarger: null,
  scaledBy: 0,
  tokens: 4000,
  importance: false,
});
test('expected losses advise, and are never sure', () => {
  const all = LEVELS.map((l) => candidate(l, 1, 1, { measured: null, expected: expectedOf(l.kl) }));
  const advice = adviceOf(all, options);
  expect([advice.smallestSafe!.type, advice.recommended!.type, advice.closest!.type]).toEqual([
    'IQ4_XS',
    'Q5_K_M',
    'Q6_K',
  ]);
  expect(advice.recommended).toMatchObject({ basis: 'expected', sure: false, tooClose: [] });
  expect(reason(advice.recommended, 'expected')!.expected.models).toEqual(['a', 'b']);
  expect([advice.closer, advice.tokens]).toEqual([null, null]);
});

test('the baseline, larger files and unknown losses are no levels to take; speeds are compared with the baseline', () => {
  const base = candidate({ type: 'F16', kl: 0, fileBytes: 1607 }, 20, 1);
  const wide = candidate({ type: 'F32', kl: 0, fileBytes: 3214 }, 20, 1);
  const unknown = candidate({ type: 'Q2_K', kl: 0, fileBytes: 100 }, 1, 1, { measured: null });
  const one = candidate(LEVELS[1]!, 20, 1);
  const advice = adviceOf([base, wide, unknown, one], { ...options, memoryBytes: null });
  expect([advice.smallestSafe!.type, advice.closest!.type]).toEqual(['Q6_K', 'Q6_K']);
  expect(reason(advice.closest, 'timesFaster')!.times).toBeCloseTo(1607 / 660, 6);
  expect(adviceOf([base, wide, unknown], options)).toEqual({
    smallestSafe: null,
    recommended: null,
    closest: null,
    closer: null,
    smaller: null,
    tokens: null,
  });
});

test('a level that is beaten never changes the answer', () => {
  for (const chunks of [1, 2, 16]) {
    for (let seed = 1; seed <= 30; seed++) {
      const levels = run(chunks, seed);
      const before = adviceOf(levels, options);
      const of = levels[seed % levels.length]!;
      const q = of.measured!;
      const factor = 1 + (seed % 5) / 2;
      const measured = {
        ...q,
        type: 'worse',
        measured: {
          ...q.measured,
          kl: { ...q.measured.kl, mean: factor * q.measured.kl.mean },
          batches: { ...q.measured.batches!, kl: q.measured.batches!.kl.map((v) => factor * v) },
        },
      };
      const more = 1 + (seed % 3) * 40;
      const worse: Candidate = {
        ...of,
        type: 'worse',
        fileBytes: of.fileBytes + more,
        memoryBytes: of.memoryBytes! + more,
        measured,
      };
      for (const place of [0, 3, levels.length])
        expect(adviceOf(levels.toSpliced(place, 0, worse), options)).toEqual(before);
    }
  }
});

test('more tokens turn no clear call into a false one', () => {
  const RUNS = 120;
  const [near, far]: Truth[] = [
    { type: 'near', kl: 0.012, fileBytes: 600 },
    { type: 'far', kl: 0.016, fileBytes: 550 },
  ];
  let [called, wrong, taken] = [0, 0, 0];
  for (let seed = 1; seed <= RUNS; seed++) {
    let wasCalled = false;
    for (const chunks of [2, 16, 40]) {
      const advice = adviceOf([candidate(near!, chunks, seed), candidate(far!, chunks, seed)], options);
      const { recommended, closer, smaller } = advice;
      // `far` is the smaller and truly farther; nothing may ever call it closer.
      const isCalled = closer?.type === 'near' || smaller?.type === 'far';
      if (smaller?.type === 'near' || closer?.type === 'far') wrong++;
      if (wasCalled && !isCalled && recommended!.tooClose.length === 0) wrong++;
      wasCalled ||= isCalled;
      if (chunks === 40) {
        called += Number(isCalled);
        taken += Number(recommended!.type === 'far');
      }
    }
  }
  console.info(
    `${RUNS} runs at 254, 2,032 and 5,080 tokens: ${wrong} false calls; at 5,080 a third more loss is called in ${called}, and the smaller of two close levels is taken in ${taken}`,
  );
  expect(wrong).toBe(0);
  expect(called).toBeGreaterThan(0.9 * RUNS);
});
