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
import { continueSweep } from './sweep';
import { stepsLeft, underConditions } from './sweep-steps';

vi.mock('idb-keyval', () => import('../../testing/memory-idb'));

const TYPES = ['F16', 'Q8_0'];
const CHUNKS = 3;
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

/** An engine that measures on these adapters in turn, the last from then on; resolves at once, and notes what it was asked. */
function fakeEngine(...adapters: string[]): string[] {
  const asked: string[] = [];
  let measured = 0;
  const adapter = () => adapters[Math.min(measured, adapters.length - 1)]!;
  const answer = (call: string, [request]: readonly unknown[]): unknown => {
    const { kvType } = studioStore.getState();
    if (call === 'device') return { name: adapter() } as DeviceCapabilities;
    if (call === 'benchmark') {
      asked.push(`speed ${request as string}`);
      const record = speed(request as string, adapter(), kvType);
      measured++;
      return record;
    }
    const { type, chunks } = request as QualityRequest;
    asked.push(`quality ${type} ${chunks}`);
    const record = quality(type, adapter(), kvType, chunks ?? 7);
    measured++;
    return record;
  };
  const port: Port = { onmessage: null, onerror: null, postMessage: () => {} };
  port.postMessage = (message: ToWorker) => {
    if (!('call' in message)) return;
    const result = answer(message.call, message.args);
    queueMicrotask(() => port.onmessage?.({ data: { id: message.id, result } } as MessageEvent));
  };
  connectEngine(new EngineClient(() => port));
  return asked;
}

beforeEach(() =>
  studioStore.setState({
    ...initialState,
    ownText: TEXT,
    plan: TYPES.map((type) => ({ type }) as PlanRow),
    sweep,
  }),
);

describe('a sweep that goes on', () => {
  test('measures only what is left where the conditions are the same', async () => {
    const asked = fakeEngine('one');
    studioStore.setState({ qualities: [quality('F16', 'one', 'F16')], runs: [speed('F16', 'one', 'F16')] });
    await continueSweep();
    expect(asked).toEqual([`quality Q8_0 ${CHUNKS}`, 'speed Q8_0']);
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
    expect(asked).toEqual(['quality F16 null', 'quality Q8_0 7', 'speed F16', 'speed Q8_0']);
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
    ]);
    for (const r of studioStore.getState().qualities) expect(r.adapter).toBe('two');
  });
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
