import { describe, expect, test } from 'vitest';
import { spreadOf } from '../infer/benchmark';
import type { RunRecord } from '../studio/records';
import { applyEvent, rateOf } from './apply-event';
import { firstDifference, mergeRun } from './results/series';
import { initialState } from './state';

const MIB = 1024 * 1024;
const run = (type: string, speeds: number[]): RunRecord => ({
  type,
  adapter: 'test',
  fileBytes: 2 * MIB,
  residentBytes: 3 * MIB,
  peakBytes: 5 * MIB,
  measuredMs: 1,
  speed: {
    promptTokens: 8,
    generatedTokens: 4,
    promptTokensPerSecond: spreadOf(speeds.map((s) => 10 * s)),
    tokensPerSecond: spreadOf(speeds),
  },
  bound: { byBytes: 9, byDispatches: 8, binds: 'dispatches', bytesPerToken: 1, dispatchesPerToken: 1 },
});

describe('events', () => {
  const job = {
    kind: 'prepare' as const,
    level: null,
    waiting: [],
    task: { what: 'quantize' as const },
    progress: null,
    startedMs: 0,
    kernels: null,
    run: null,
  };
  const progress = { tensor: 't', index: 0, count: 2, doneBytes: 1, totalBytes: 4 };
  test('progress belongs to a job, tokens to the answer', () => {
    expect(applyEvent(initialState, { kind: 'progress', progress })).toBe(initialState);
    expect(applyEvent({ ...initialState, job }, { kind: 'progress', progress }).job?.progress).toBe(progress);
    const token = (part: 'answer' | 'thoughts', text: string) => ({ kind: 'token', part, text }) as const;
    const said = [token('thoughts', 'x'), token('answer', 'a'), token('answer', 'b')].reduce(
      applyEvent,
      initialState,
    );
    expect(said.answer).toEqual([
      { kind: 'thoughts', text: 'x' },
      { kind: 'answer', text: 'ab' },
    ]);
    expect(applyEvent(said, { kind: 'restart' }).answer).toEqual([]);
  });
  test('kernels that are compiled show until all are', () => {
    const busy = { ...initialState, job: { ...job, progress } };
    const half = applyEvent(busy, { kind: 'kernels', done: 3, total: 28 });
    expect(half.job).toMatchObject({ kernels: { done: 3, total: 28 }, progress: null });
    expect(applyEvent(half, { kind: 'kernels', done: 28, total: 28 }).job?.kernels).toBeNull();
  });
  test('rate and time left', () => {
    expect(rateOf(progress, 500)).toEqual({ share: 0.25, bytesPerSecond: 2, leftMs: 1500 });
    expect(rateOf({ doneBytes: 0, totalBytes: 0 }, 0)).toEqual({ share: 0, bytesPerSecond: 0, leftMs: 0 });
  });
});

describe('charts', () => {
  test('median and spread of runs, odd and even', () => {
    expect(spreadOf([3, 1, 2])).toMatchObject({ median: 2, min: 1, max: 3 });
    expect(spreadOf([4, 1, 2, 3])).toMatchObject({ median: 2.5, min: 1, max: 4 });
  });
  test('a new run replaces its level and keeps the order of the plan', () => {
    const order = ['F16', 'Q8_0', 'Q4_0'];
    const runs = [run('Q4_0', [1]), run('F16', [1])];
    expect(mergeRun(runs, run('Q8_0', [2]), order).map((r) => r.type)).toEqual(order);
    expect(mergeRun(runs, run('F16', [7]), order)[0]!.speed.tokensPerSecond.median).toBe(7);
  });
});

test('texts part where not all have the same token, or where one ends', () => {
  const text = (...ids: number[]) => ids.map((id) => ({ id }));
  expect(firstDifference([text(1, 2, 3), text(1, 2, 4)])).toBe(2);
  expect(firstDifference([text(1, 2), text(1, 2, 3)])).toBe(2);
  expect(firstDifference([text(1, 2), text(1, 2), text(1, 2)])).toBe(2);
  expect(firstDifference([text(5), text(1)])).toBe(0);
  expect(firstDifference([])).toBe(0);
});
