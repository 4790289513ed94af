// Records and files of older versions of the page are readable; records of newer versions stay untouched.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createStore, entries, get as read, set as write } from 'idb-keyval';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { TINY } from '../../bench/models/tiny-llama';
import { tuningStore } from '../browser/tuning-store';
import type { Tuning } from '../device/tune';
import { Mixes } from '../studio/mixes';
import type { ModelSummary, PlanRow } from '../studio/summary';
import { openTiny } from '../testing/tiny-engine';
import { loadLibrary, remember } from './model/library-storage';
import { parseReport } from './results/report';
import { columns, resultRows } from './results/results';
import { forgetResults, keepResults, recallResults } from './results/results-storage';
import { initialState } from './state';
import { studioStore } from './store';
import { migrate } from './versions';
import { stepsLeft } from './work/sweep-steps';

vi.mock('idb-keyval', () => import('../testing/memory-idb'));

const golden = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../testing/golden/stores', name), 'utf8');
type Entries = [key: string, value: Record<string, unknown>][];
const results = createStore('nibble-results', 'models');
const library = createStore('nibble-library', 'models');
const state = () => studioStore.getState();

const [[key, kept]] = JSON.parse(golden('results.json')) as [Entries[number]];
const [fingerprint] = key.split(' ');
const model = { fingerprint, architecture: 'llama', parameters: 1, sizeBytes: 2 } as ModelSummary;
const plan = ['F16', 'Q8_0'].map((type) => ({ type }) as PlanRow);

beforeEach(() => {
  const nothing = { getDirectoryHandle: async () => ({ async *[Symbol.asyncIterator]() {} }) };
  const storage = { estimate: async () => ({ usage: 1, quota: 2 }), getDirectory: async () => nothing };
  vi.stubGlobal('navigator', { storage });
  studioStore.setState({ ...initialState, model, plan });
});

describe('results', () => {
  test('of efa6191 are shown, with the sweep that goes on', async () => {
    await write(key, kept, results);
    await recallResults();
    const { runs, qualities, sweep, ownText, lab, problem } = state();
    expect({ runs, qualities, sweep, ownText }).toEqual({
      runs: kept.runs,
      qualities: kept.qualities,
      sweep: kept.sweep,
      ownText: kept.ownText,
    });
    expect([problem, lab.text]).toEqual([null, 'own']);
    expect(stepsLeft(sweep!, runs, qualities)).toEqual([{ kind: 'speed', type: 'Q8_0' }]);
    // Every figure of the table is there.
    const [f16] = resultRows(runs, qualities, ['F16', 'Q8_0']);
    const missing = columns.filter((c) => !Number.isFinite(c.value(f16!))).map((c) => c.id);
    // The baseline's loss is none of which there is an error.
    expect(missing).toEqual(['klLow', 'klHigh', 'sameLow', 'sameHigh']);
  });

  test('that are kept now are of the newest version, and come back', async () => {
    await write(key, kept, results);
    await recallResults();
    const before = state();
    await keepResults();
    expect(await read(key, results)).toMatchObject({ version: 1, runs: kept.runs });
    studioStore.setState({ ...initialState, model, plan });
    await recallResults();
    expect(state()).toEqual(before);
  });

  test('of a newer version are said, and neither shown nor written over nor deleted', async () => {
    const newer = { version: 99, figures: 'in another form' };
    await write(key, newer, results);
    await recallResults();
    expect(state().runs).toEqual([]);
    expect(state().problem).toMatchObject({ place: 'compare', name: 'Newer' });
    await keepResults();
    expect(await read(key, results)).toEqual(newer);
    await forgetResults();
    expect(await read(key, results)).toEqual(newer);
  });

  test('that are damaged are no results, and are written over', async () => {
    await write(key, { version: 1, runs: 5 }, results);
    await recallResults();
    expect([state().runs, state().problem]).toEqual([[], null]);
    await keepResults();
    expect(await read(key, results)).toMatchObject({ version: 1, runs: [] });
  });
});

describe('the library', () => {
  beforeEach(async () => {
    for (const [id, entry] of JSON.parse(golden('library.json')) as Entries) await write(id, entry, library);
  });

  test('of efa6191 is listed, newest first', async () => {
    await loadLibrary();
    const { entries: listed, newer, denied } = state().library;
    expect(listed.map(({ id, kind, architecture }) => [id, kind, architecture])).toEqual([
      ['files:tiny.gguf', 'files', 'llama'],
      ['hub:someone/tiny', 'hub', 'llama'],
    ]);
    expect(listed[1]).toMatchObject({ label: 'someone/tiny', preTokenizer: 'llama-bpe' });
    expect([newer, denied]).toEqual([0, false]);
  });

  test('writes the version, and leaves entries of a newer one as they are', async () => {
    const newer = { version: 99, id: 'hub:a/newer', name: 'in another form' };
    await write('hub:a/newer', newer, library);
    await remember({ kind: 'hub', label: 'a/newer' }, model, undefined);
    await remember({ kind: 'hub', label: 'a/new' }, model, undefined);
    const all = new Map(await entries<string, unknown>(library));
    expect(all.get('hub:a/newer')).toEqual(newer);
    expect(all.get('hub:a/new')).toMatchObject({ version: 1, label: 'a/new' });
    const { entries: listed, newer: count } = state().library;
    expect(listed.map((e) => e.id)).toEqual(['hub:a/new', 'files:tiny.gguf', 'hub:someone/tiny']);
    expect(count).toBe(1);
  });
});

describe('files', () => {
  test('a report of efa6191 is read', () => {
    const report = parseReport('report.json', golden('report.json'));
    expect(report).toMatchObject({
      fingerprint,
      runs: kept.runs as object[],
      qualities: kept.qualities as object[],
    });
  });

  test('a recipe of efa6191 makes a level of its size', async () => {
    const tiny = await openTiny({ ...TINY, layers: 1 });
    const mixes = new Mixes(() => [tiny, undefined]);
    const label = mixes.addRecipe('recipe.json', golden('recipe.json'));
    expect(mixes.plan(label)!.fileBytes).toBe(
      (JSON.parse(golden('recipe.json')) as { fileBytes: number }).fileBytes,
    );
  });
});

test('what a newer page measured of a device is left alone', async () => {
  const tuning = (version: number) => ({ version }) as Tuning;
  await tuningStore.save('a device', tuning(4));
  await tuningStore.save('a device', tuning(5));
  await tuningStore.save('a device', tuning(4));
  expect(await tuningStore.load('a device')).toEqual(tuning(5));
});

test('steps bring a record to the newest form; one without a version is of the first', () => {
  const steps = [
    ({ ms, ...rest }: Record<string, unknown>) => ({ ...rest, elapsedMs: ms }),
    (record: Record<string, unknown>) => ({ ...record, adapter: 'unknown' }),
  ];
  const newest = { kind: 'record', record: { elapsedMs: 7, adapter: 'unknown' } };
  expect(migrate({ ms: 7 }, steps)).toEqual(newest);
  expect(migrate({ version: 1, ms: 7 }, steps)).toEqual(newest);
  expect(migrate({ version: 2, elapsedMs: 7 }, steps)).toEqual(newest);
  expect(migrate({ version: 3, elapsedMs: 7, adapter: 'unknown' }, steps)).toEqual(newest);
  expect(migrate({ version: 4 }, steps)).toEqual({ kind: 'newer', version: 4 });
  for (const stored of [undefined, null, 'text', { version: 'x' }, { version: 0 }])
    expect(migrate(stored, steps)).toEqual({ kind: 'nothing' });
});
