import { createStore, get as read } from 'idb-keyval';
import { beforeEach, expect, test, vi } from 'vitest';
import type { QualityRecord } from '../../evaluate/quality-records';
import type { ModelSummary, PlanRow } from '../../studio/summary';
import type { RunRecord } from '../../studio/records';
import { initialState, type StudioState, type Sweep } from '../state';
import { studioStore } from '../store';
import { type Kept, mergeKept } from './merge-kept';
import { forgetResults, keepResults, recallResults } from './results-storage';

vi.mock('idb-keyval', () => import('../../testing/memory-idb'));

const run = (type: string, measuredMs: number) => ({ type, measuredMs }) as RunRecord;
const quality = (type: string, measuredMs: number, textLabel = 'a.txt') =>
  ({ type, measuredMs, base: 'F16', textLabel, context: 256, chunks: 2 }) as QualityRecord;
const sweep = (startedMs: number) => ({ types: ['Q8_0'], textLabel: 'a.txt', startedMs }) as unknown as Sweep;
const kept = (change: Partial<Kept> = {}): Kept => ({
  runs: [],
  qualities: [],
  sweep: null,
  ownText: null,
  ...change,
});
const types = (list: readonly { type: string; measuredMs: number }[]) =>
  list.map((r) => `${r.type} ${r.measuredMs}`).sort();

test('levels of both tabs stay; of one level the newer measurement; a level that this tab dropped goes', () => {
  const base = kept({ runs: [run('F16', 1), run('Q8_0', 1), run('Q4_0', 1)] });
  const own = kept({ runs: [run('F16', 1), run('Q8_0', 5), run('Q5_0', 5)] });
  const stored = kept({ runs: [run('F16', 7), run('Q8_0', 4), run('Q4_0', 1), run('Q6_K', 4)] });
  expect(types(mergeKept(base, own, stored).runs)).toEqual(['F16 7', 'Q5_0 5', 'Q6_K 4', 'Q8_0 5']);
});
test('figures over another text give way to those of the newest sweep', () => {
  const own = kept({ qualities: [quality('Q8_0', 9, 'b.txt')] });
  const stored = kept({ qualities: [quality('Q4_0', 8, 'a.txt'), quality('Q5_0', 8, 'b.txt')] });
  expect(types(mergeKept(kept(), own, stored).qualities)).toEqual(['Q5_0 8', 'Q8_0 9']);
});
test('the end of a sweep does not end the sweep of another tab', () => {
  const [one, two] = [sweep(1), sweep(2)];
  expect(mergeKept(kept({ sweep: one }), kept(), kept({ sweep: two })).sweep).toEqual(two);
  expect(mergeKept(kept({ sweep: one }), kept(), kept({ sweep: one })).sweep).toBeNull();
  expect(mergeKept(kept(), kept({ sweep: one }), kept({ sweep: two })).sweep).toEqual(one);
});

const model = { fingerprint: 'two-tabs' } as ModelSummary;
const plan = ['F16', 'Q8_0', 'Q4_0'].map((type) => ({ type }) as PlanRow);
const store = createStore('nibble-results', 'models');
/** A tab is a copy of the module with its state. */
async function tab() {
  vi.resetModules();
  const results = await import('./results-storage');
  const { studioStore: own } = await import('../store');
  own.setState({ ...initialState, model, plan });
  const put = async (change: Partial<StudioState>) => {
    own.setState(change);
    await results.keepResults();
  };
  await results.recallResults();
  return { ...results, put, state: own.getState };
}
beforeEach(() => studioStore.setState({ ...initialState, model, plan }));

test('two tabs that measure one model keep both their figures, and forgetting is for both', async () => {
  const [a, b] = [await tab(), await tab()];
  await a.put({ runs: [run('F16', 1)] });
  await b.put({ runs: [run('Q8_0', 2)] });
  await a.put({ runs: [run('F16', 1), run('Q4_0', 3)] });
  await recallResults();
  expect(types(studioStore.getState().runs)).toEqual(['F16 1', 'Q4_0 3', 'Q8_0 2']);
  await forgetResults();
  await b.put({ runs: [run('Q8_0', 2), run('F16', 9)] });
  expect(types(((await read('two-tabs ', store)) as unknown as Kept).runs)).toEqual(['F16 9']);
  await keepResults();
});
