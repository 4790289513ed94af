import { beforeEach, describe, expect, test, vi } from 'vitest';
import { klDivergenceOf } from '../../evaluate/quality-numbers';
import type { QualityRecord, QualityRequest } from '../../evaluate/quality-records';
import { spreadOf } from '../../infer/benchmark';
import type { KvType } from '../../model/kv-cache';
import type { RunRecord } from '../../studio/records';
import type { PlanRow } from '../../studio/summary';
import { EngineClient, type Port } from '../../worker/client';
import type { DeviceCapabilities } from '../../device/capabilities';
import type { ToWorker } from '../../worker/protocol';
import { initialState, type Sweep } from '../state';
import { connectEngine, studioStore } from '../store';
import { stop } from './job';
import { continueSweep, measureMore } from './sweep';
import { stepsLeft, underConditions } from './sweep-steps';

vi.mock('idb-keyval', () => import('../../testing/memory-idb'));

const TYPES = ['F16', 'Q8_0'];
const CHUNKS = 3;
/** The text has no more. */
const MOST_CHUNKS = 12;
const TEXT = { label: 'own.txt', text: 'a text' };
const STARTED = 1000;

const quality = (type: string, adapter: string, kvType: KvType, chunks = CHUNKS): QualityRecord => ({
  type,
  base: 'F16',
  adapter,
  kvType,
  chunks,
  fileBytes: 10,
  textLabel: TEXT.label,
  context: 256,
  elapsedMs: 1,
  measuredMs: STARTED + 1,
  measured: klDivergenceOf([Float32Array.of(1, 1, 0, 1)]),
});
const speed = (type: string, adapter: string, kvType?: KvType): RunRecord => ({
  type,
  adapter,
  ...(kvType ? { kvType } : {}),
  fileBytes: 10,
  residentBytes: 20,
  peakBytes: 30,
  measuredMs: STARTED + 1,
  speed: {
    promptTokens: 1,
    generatedTokens: 1,
    promptTokensPerSecond: spreadOf([1]),
    tokensPerSecond: spreadOf([1]),
  },
  bound: { byBytes: 1, byDispatches: 1, binds: 'bytes', bytesPerToken: 1, dispatchesPerToken: 1 },
});
const sweep: Sweep = {
  types: TYPES,
  quality: true,
  speed: true,
  base: 'F16',
  textLabel: TEXT.label,
  context: 256,
  chunks: CHUNKS,
  budgetMs: 1000,
  startedMs: STARTED,
};

/** Levels on the GPU of the fake engine. */
let onGpu: string[] = [];
/** Calls that fail, and calls during which the person stops: the first so often. */
let fails: string[] = [];
let stops: string[] = [];

/**
 * An engine that measures on these adapters in turn, the last from then on; resolves at once, and notes what it was asked.
 * Measurements take levels off the GPU as the studio's do.
 */
function fakeEngine(...adapters: string[]): string[] {
  const asked: string[] = [];
  let measured = 0;
  const adapter = () => adapters[Math.min(measured, adapters.length - 1)]!;
  const answer = (call: string, [request]: readonly unknown[]): unknown => {
    const { kvType } = studioStore.getState();
    if (call === 'device') return { name: adapter() } as DeviceCapabilities;
    if (call === 'lists') return initialState.lists;
    if (call === 'prepare' || call === 'release') {
      asked.push(`${call} ${request as string}`);
      onGpu = onGpu.filter((type) => type !== request);
      if (call === 'prepare') onGpu.push(request as string);
      return { type: request };
    }
    if (call === 'benchmark') {
      asked.push(`speed ${request as string}`);
      onGpu = [request as string];
      const record = speed(request as string, adapter(), kvType);
      measured++;
      return record;
    }
    const { type, base, chunks } = request as QualityRequest;
    onGpu = [...new Set([base, type])];
    asked.push(`quality ${type} ${chunks}`);
    const record = quality(type, adapter(), kvType, Math.min(chunks ?? 7, MOST_CHUNKS));
    measured++;
    return record;
  };
  const port: Port = { onmessage: null, onerror: null, postMessage: () => {} };
  port.postMessage = (message: ToWorker) => {
    if (!('call' in message)) return;
    const { id } = message;
    const result = answer(message.call, message.args);
    const what = asked.at(-1)!;
    const tell = (data: object) => port.onmessage?.({ data: { id, ...data } } as MessageEvent);
    const ends = (from: string[]) => from.includes(what) && from.splice(from.indexOf(what), 1).length > 0;
    queueMicrotask(() => {
      const memory = { currentBytes: 0, peakBytes: 0, owners: [], levels: [...onGpu] };
      const [isStopped, isFailed] = [ends(stops), ends(fails)];
      if (isStopped) stop();
      tell({ event: { kind: 'memory', memory } });
      if (isStopped) tell({ error: { name: 'CancelledError', message: 'Stopped.', hint: '' } });
      else if (isFailed) tell({ error: { name: 'GpuError', message: `No memory for ${what}.`, hint: '' } });
      else tell({ result });
    });
  };
  connectEngine(new EngineClient(() => port));
  return asked;
}

beforeEach(() => {
  [onGpu, fails, stops] = [[], [], []];
  studioStore.setState({
    ...initialState,
    ownText: TEXT,
    plan: TYPES.map((type) => ({ type, refusal: null }) as PlanRow),
    sweep,
  });
});

describe('a sweep that goes on', () => {
  test('measures only what is left where the conditions are the same', async () => {
    const asked = fakeEngine('one');
    studioStore.setState({ qualities: [quality('F16', 'one', 'F16')], runs: [speed('F16', 'one', 'F16')] });
    await continueSweep();
    expect(asked).toEqual([`quality Q8_0 ${CHUNKS}`, 'speed Q8_0', 'release Q8_0']);
    const { sweep: left, sweepNote, problem } = studioStore.getState();
    expect({ left, sweepNote, problem }).toEqual({ left: null, sweepNote: null, problem: null });
  });

  test.each<[string, KvType, string]>([
    ['another cache type', 'Q8_0', 'one'],
    ['another adapter', 'F16', 'two'],
  ])('with %s measures all anew, and says so', async (_, kvType, adapter) => {
    const asked = fakeEngine(adapter);
    studioStore.setState({
      kvType,
      qualities: [quality('F16', 'one', 'F16')],
      runs: [speed('F16', 'one', 'F16')],
    });
    await continueSweep();
    // The first level finds out anew how many chunks fit.
    expect(asked.slice(0, -1)).toEqual(['quality F16 null', 'quality Q8_0 7', 'speed F16', 'speed Q8_0']);
    const { qualities, runs, sweepNote } = studioStore.getState();
    for (const r of [...qualities, ...runs]) expect(r).toMatchObject({ kvType, adapter });
    expect(sweepNote).toContain(
      `F16 with another or an unknown cache type, or on another adapter, is dropped`,
    );
    expect(sweepNote).toContain(`a cache in ${kvType} on ${adapter}`);
  });

  test('begins again on the adapter that a lost device came back as', async () => {
    const asked = fakeEngine('one', 'two');
    await continueSweep();
    expect(asked).toEqual([
      `quality F16 ${CHUNKS}`,
      `quality Q8_0 ${CHUNKS}`,
      `quality F16 ${CHUNKS}`,
      'speed F16',
      'speed Q8_0',
      'release Q8_0',
    ]);
    for (const r of studioStore.getState().qualities) expect(r.adapter).toBe('two');
  });
});

test('what is too close to call is measured on more text, beside the figures of the others', async () => {
  const asked = fakeEngine('one');
  const qualities = [quality('F16', 'one', 'F16'), quality('Q8_0', 'one', 'F16')];
  studioStore.setState({ qualities, sweep: null });
  await measureMore(['Q8_0'], qualities[1]!, 9);
  expect(asked).toEqual(['quality Q8_0 9', 'release F16', 'release Q8_0']);
  const now = studioStore.getState();
  expect(now.qualities.map((q) => [q.type, q.chunks])).toEqual([
    ['F16', CHUNKS],
    ['Q8_0', 9],
  ]);
  expect([now.sweep, now.problem]).toEqual([null, null]);
});

test('where a text has no more, it is known that it has ended', async () => {
  const asked = fakeEngine('one');
  const qualities = [quality('F16', 'one', 'F16'), quality('Q8_0', 'one', 'F16')];
  studioStore.setState({ qualities, sweep: null, textEnd: null });
  await measureMore(['Q8_0'], qualities[1]!, 9);
  expect(studioStore.getState().textEnd).toBeNull();
  await measureMore(['Q8_0'], qualities[1]!, MOST_CHUNKS + 5);
  expect(asked).toContain(`quality Q8_0 ${MOST_CHUNKS + 5}`);
  const { textLabel, context } = qualities[1]!;
  expect(studioStore.getState().textEnd).toEqual({ textLabel, context, chunks: MOST_CHUNKS });
});

test('a speed that does not state its cache type stays beside a sweep, and does not count in it', () => {
  const runs = [speed('F16', 'one'), speed('Q4_0', 'one')];
  const kept = underConditions(sweep, runs, [], { kvType: 'F16', adapter: 'one' });
  expect(kept.runs.map((r) => r.type)).toEqual(['Q4_0']);
  expect(kept.dropped).toEqual(['F16']);
  expect(stepsLeft(kept.sweep, kept.runs, []).map((s) => s.type)).toEqual(['F16', 'Q8_0', 'F16', 'Q8_0']);
  expect(
    underConditions({ ...sweep, speed: false }, runs, [], { kvType: 'F16', adapter: 'one' }).runs,
  ).toEqual(runs);
});

describe('levels that were on the GPU before a sweep', () => {
  const measured = [`quality F16 ${CHUNKS}`, `quality Q8_0 ${CHUNKS}`, 'speed F16', 'speed Q8_0'];
  const plan = ['F16', 'Q8_0', 'Q4_0', 'Q4_K_M'].map((type) => ({ type, refusal: null }) as PlanRow);
  const start = (...levels: string[]) => {
    onGpu = [...levels];
    const memory = { currentBytes: 0, peakBytes: 0, owners: [], levels };
    studioStore.setState({ plan, memory });
    return fakeEngine('one');
  };
  const now = () => studioStore.getState();

  test('come back by themselves, and the ones of the sweep go', async () => {
    const asked = start('Q4_0', 'Q4_K_M');
    await continueSweep();
    expect(asked).toEqual([...measured, 'release Q8_0', 'prepare Q4_0', 'prepare Q4_K_M']);
    expect(now().memory!.levels).toEqual(['Q4_0', 'Q4_K_M']);
    expect(now().levels).toMatchObject({ Q4_0: { type: 'Q4_0' }, Q4_K_M: { type: 'Q4_K_M' } });
    expect([now().sweep, now().problem, now().job]).toEqual([null, null, null]);
  });
  test('stay where the sweep has left them', async () => {
    const asked = start('Q8_0');
    await continueSweep();
    expect(asked).toEqual(measured);
    expect(now().memory!.levels).toEqual(['Q8_0']);
  });
  test('come back after a stop; what is left of the sweep stays', async () => {
    const asked = start('Q4_0');
    stops = [measured[1]!];
    await continueSweep();
    expect(asked).toEqual([...measured.slice(0, 2), 'release F16', 'release Q8_0', 'prepare Q4_0']);
    expect([onGpu, now().problem, now().job]).toEqual([['Q4_0'], null, null]);
    expect(now().qualities.map((q) => q.type)).toEqual(['F16']);
    expect(now().sweep).not.toBeNull();
  });
  test('come back after a failure, which is told', async () => {
    const asked = start('Q4_0');
    fails = [measured[2]!];
    await continueSweep();
    expect(asked.slice(3)).toEqual(['release F16', 'prepare Q4_0']);
    expect([onGpu, now().problem?.message]).toEqual([['Q4_0'], 'No memory for speed F16.']);
  });
  test('do not come back after a second stop', async () => {
    const asked = start('Q4_0', 'Q4_K_M');
    stops = [measured[0]!, 'prepare Q4_0'];
    await continueSweep();
    expect(asked).toEqual([measured[0], 'release F16', 'prepare Q4_0']);
    expect(now().job).toBeNull();
  });
  test('that find no room are told, and the others come back', async () => {
    start('Q4_0', 'Q4_K_M');
    fails = ['prepare Q4_0'];
    await continueSweep();
    expect(now().problem?.message).toBe('No memory for prepare Q4_0.');
    expect(onGpu).toContain('Q4_K_M');
    expect(now().sweep).toBeNull();
  });
  test('that the plan has no more are left', async () => {
    const asked = start('a mix', 'Q4_0');
    await continueSweep();
    expect(asked.slice(measured.length)).toEqual(['release Q8_0', 'prepare Q4_0']);
  });
});
