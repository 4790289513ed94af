import { createStore, get as read, set as write } from 'idb-keyval';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { DeviceCapabilities } from '../../device/capabilities';
import { spreadOf } from '../../infer/benchmark';
import type { RunRecord } from '../../studio/records';
import type { PlanRow } from '../../studio/summary';
import { simulated } from '../../testing/results/simulated-quality';
import { initialState } from '../state';
import { studioStore } from '../store';
import {
  type Level,
  type MeasureSettings,
  measureEstimate,
  NO_RATES,
  quantizeEstimate,
  type Rates,
  type Setting,
  withPrepared,
  withQuality,
  withRun,
} from './estimate';
import { keepPrepared, keepRates, recallRates } from './rates';
import { measureTime, quantizeTime } from './times';

vi.mock('idb-keyval', () => import('../../testing/memory-idb'));

const LEVELS: readonly Level[] = [
  { type: 'F16', structure: 'half' },
  { type: 'Q8_0', structure: 'eight' },
  { type: 'Q4_K_M', structure: 'k4' },
  { type: 'Q4_K_S', structure: 'k4' },
];
const [F16, Q8_0, Q4_K_M, Q4_K_S] = LEVELS as [Level, Level, Level, Level];
const SOURCE = 2_000_000;
const WEIGHTS = 1_000_000;
const CONTEXT = 256;

/** A device whose work takes known times; no two are quite the same. Its rules are the studio's, its clock is its own. */
class SlowStudio {
  clockMs = 0;
  onGpu: string[] = [];
  #turn = 0;
  readonly quantizeMs: Readonly<Record<string, number>> = { half: 400, eight: 900, k4: 2500 };
  #take(ms: number): number {
    const taken = ms * (1 + 0.05 * Math.sin(this.#turn++));
    this.clockMs += taken;
    return taken;
  }
  prepare({ type, structure }: Level): number {
    if (this.onGpu.includes(type)) return 0;
    this.onGpu.push(type);
    return this.#take(this.quantizeMs[structure]!);
  }
  quality(base: Level, level: Level, chunks: number | null, available: number, budgetMs: number) {
    this.onGpu = this.onGpu.filter((t) => t === base.type || t === level.type);
    this.prepare(base);
    this.prepare(level);
    let count = chunks;
    if (count === null && available > 2) {
      this.#take(300);
      const eachMs = this.#take(300);
      count = Math.max(1, Math.min(available, Math.floor(budgetMs / eachMs)));
    }
    const own = count ?? available;
    let elapsedMs = 0;
    for (let i = 0; i < own; i++) elapsedMs += this.#take(300);
    return { ...simulated({ type: level.type, kl: 0.01 }, own, 1), elapsedMs, chunks: own, context: CONTEXT };
  }
  benchmark(level: Level): RunRecord {
    this.onGpu = [];
    this.prepare(level);
    const seconds = this.#take(1200) / 6000;
    return {
      type: level.type,
      adapter: 'slow',
      fileBytes: 1,
      residentBytes: 1,
      peakBytes: 1,
      measuredMs: 1,
      speed: {
        promptTokens: 64,
        generatedTokens: 16,
        promptTokensPerSecond: spreadOf([64 / (seconds / 2)]),
        tokensPerSecond: spreadOf([16 / (seconds / 2)]),
      },
      bound: { byBytes: 1, byDispatches: 1, binds: 'bytes', bytesPerToken: 1, dispatchesPerToken: 1 },
    };
  }
}

/** Rates after every structure was quantized once, and one level compared and timed. */
function learned(studio: SlowStudio): Rates {
  let rates = NO_RATES;
  for (const level of [F16, Q8_0, Q4_K_M])
    rates = withPrepared(rates, level, { elapsedMs: studio.prepare(level), sourceBytes: SOURCE });
  rates = withQuality(rates, studio.quality(F16, Q8_0, 4, 100, 0), WEIGHTS);
  return withRun(rates, studio.benchmark(Q8_0), WEIGHTS);
}
const setting = (rates: Rates, onGpu: readonly string[] = []): Setting => ({
  rates,
  sourceBytes: SOURCE,
  parameters: WEIGHTS,
  onGpu,
});
const whole: MeasureSettings = {
  levels: LEVELS,
  base: F16,
  quality: true,
  speed: true,
  context: CONTEXT,
  budgetMs: 6000,
  availableChunks: 100,
  chunks: null,
  back: [],
};

describe('before anything was measured', () => {
  test('nobody knows how long it takes, and it says of what', () => {
    expect(measureEstimate(whole, setting(NO_RATES))).toEqual({
      ms: null,
      unknown: ['quantizing', 'comparing', 'speed'],
      unknownLevels: LEVELS.map((l) => l.type),
    });
    const rates = withPrepared(NO_RATES, Q4_K_S, { elapsedMs: 10, sourceBytes: SOURCE });
    expect(quantizeEstimate(LEVELS, setting(rates))).toMatchObject({
      ms: null,
      unknownLevels: ['F16', 'Q8_0'],
    });
  });
  test('levels that are on the GPU take no time', () => {
    expect(quantizeEstimate([F16], setting(NO_RATES, ['F16']))).toEqual({
      ms: 0,
      unknown: [],
      unknownLevels: [],
    });
  });
});

describe('after one of each was made', () => {
  const close = (estimate: number | null, truth: number) => {
    expect(estimate).not.toBeNull();
    expect(Math.abs(estimate! / truth - 1)).toBeLessThan(0.08);
  };
  test('quantizing takes as long as was said, of a level with the same structure, too', () => {
    const studio = new SlowStudio();
    const rates = learned(studio);
    studio.onGpu = ['F16'];
    const { ms } = quantizeEstimate(LEVELS, setting(rates, studio.onGpu));
    const before = studio.clockMs;
    for (const level of LEVELS) studio.prepare(level);
    close(ms, studio.clockMs - before);
  });
  test.each([
    ['a budget', {}, []],
    ['a text shorter than the budget', { availableChunks: 7 }, []],
    ['a text of one chunk', { availableChunks: 1 }, []],
    ['chunks that are decided', { chunks: 11 }, []],
    ['quality alone', { speed: false }, ['F16', 'Q8_0']],
    ['speed alone', { quality: false }, ['Q8_0']],
    ['speed of a level that is there already', { quality: false, levels: [Q4_K_M] }, ['Q4_K_M']],
    ['levels that come back', { back: [Q8_0, Q4_K_M] }, ['Q8_0', 'Q4_K_M']],
    ['another baseline', { base: Q8_0, levels: [F16, Q4_K_M] }, []],
  ] as const)('a sweep takes as long as was said: %s', (_, change, onGpu) => {
    const studio = new SlowStudio();
    const rates = learned(studio);
    studio.onGpu = [...onGpu];
    const settings = { ...whole, ...change };
    const { ms, unknown } = measureEstimate(settings, setting(rates, onGpu));
    expect(unknown).toEqual([]);
    const before = studio.clockMs;
    let { chunks } = settings;
    if (settings.quality)
      for (const level of settings.levels) {
        const { availableChunks, budgetMs } = settings;
        chunks = studio.quality(settings.base, level, chunks, availableChunks!, budgetMs).chunks;
      }
    if (settings.speed) for (const level of settings.levels) studio.benchmark(level);
    for (const level of settings.back) studio.prepare(level);
    close(ms, studio.clockMs - before);
  });
});

describe('rates', () => {
  const store = createStore('nibble-rates', 'adapters');
  const at = (name: string) => studioStore.setState({ device: { name } as DeviceCapabilities });
  beforeEach(() => {
    studioStore.setState({ ...initialState, plan: LEVELS.map((l) => l as PlanRow) });
  });
  const rates = () => studioStore.getState().rates;
  test('are kept by adapter, and come back in another visit', async () => {
    at('one');
    await keepPrepared({ type: 'Q4_K_M', elapsedMs: 20, sourceBytes: 10 } as never);
    await keepRates((r) => ({ ...r, benchmark: 3 }));
    const known = { quantize: { k4: 2 }, compare: null, benchmark: 3 };
    expect(rates()).toEqual(known);
    studioStore.setState({ rates: NO_RATES });
    await recallRates();
    expect(rates()).toEqual(known);
    at('two');
    await recallRates();
    expect(rates()).toEqual(NO_RATES);
  });
  test('that are damaged are none; those of a newer version stay as they are', async () => {
    at('three');
    await write('three', { version: 1, quantize: { k4: -1 }, compare: null, benchmark: null }, store);
    await recallRates();
    expect(rates()).toEqual(NO_RATES);
    const newer = { version: 99, quantize: 'in another form' };
    await write('three', newer, store);
    await keepRates((r) => ({ ...r, compare: 1 }));
    expect(await read('three', store)).toEqual(newer);
    expect(rates().compare).toBe(1);
  });
});

test('the page asks for what is chosen, as the laboratory is set', () => {
  const rates: Rates = { quantize: { half: 1e-3, eight: 2e-3, k4: 3e-3 }, compare: 1e-6, benchmark: 1e-3 };
  const state = {
    ...initialState,
    rates,
    plan: LEVELS.map((l) => l as PlanRow),
    selected: ['Q8_0', 'Q4_K_S'],
    model: {
      parameters: WEIGHTS,
      sizeBytes: SOURCE,
      hasTokenizer: true,
      sourceTypes: ['F16'],
      contextLength: 512,
    },
    memory: { currentBytes: 0, peakBytes: 0, owners: [], levels: ['Q8_0'] },
  } as unknown as typeof initialState;
  expect(quantizeTime(state).ms).toBeCloseTo(6000, 6);
  // A chunk of 256 takes 256 ms: 58 of them fit 15 s, and the first level tries two more.
  const quality = { ms: (2 * 58 + 2) * 256 + 2000 + 6000 };
  // And speed: both levels again, a second each; Q8_0 back at the end.
  expect(measureTime(state).ms).toBeCloseTo(quality.ms + 4000 + 6000 + 2 * 1000 + 4000, 6);
  expect(measureTime({ ...state, rates: NO_RATES }).unknown).toEqual(['quantizing', 'comparing', 'speed']);
});
