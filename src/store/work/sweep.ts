// Measurements of many levels: quality first, with the base kept on the device, then speed. Every result is stored at
// once, so a sweep that was stopped or cut off by a reload can be continued.
import { get, job, relabel, run, set, throwIfStopped } from './job';
import { withLevelsBack } from './levels-back';
import { benchmarkMs, type Rates, TRIAL_CHUNKS, withPrepared, withQuality, withRun } from './estimate';
import { keepRates, recallRates } from './rates';
import { baseOf, HELD_OUT, textOf } from './own-text';
import { keepResults } from '../results/results-storage';
import { mergeRun } from '../results/series';
import { settingsStore } from '../settings';
import type { QualityRecord } from '../../evaluate/quality-records';
import type { StudioState, Sweep } from '../state';
import {
  droppedSentence,
  type Conditions,
  conditionsOf,
  type Step,
  stepsLeft,
  underConditions,
} from './sweep-steps';

/** Contexts whose speed is measured, as far as the model and the memory go. */
export const CONTEXT_LENGTHS: readonly number[] = [128, 256, 512, 2048, 8192, 32_768];

/** Drops figures of other conditions, and notes which. */
function takeConditions(now: Conditions): void {
  const { sweep, runs, qualities } = get();
  if (!sweep) return;
  const { dropped, ...kept } = underConditions(sweep, runs, qualities, now);
  set({ ...kept, ...(dropped.length > 0 ? { sweepNote: droppedSentence(dropped, now) } : {}) });
}

/** Resolves to the adapter that was measured. */
async function measure(step: Step, sweep: Sweep, text: string): Promise<string> {
  const { plan, model, memory } = get();
  const order = plan.map((p) => p.type);
  const row = plan.find((p) => p.type === step.type);
  const [weights, sourceBytes] = [model?.parameters ?? 0, model?.sizeBytes ?? 0];
  const started = performance.now();
  /** Takes the speed of a measurement, and of the quantizing before it, which is what it did not take itself. */
  const keep = (change: (rates: Rates) => Rates, ownMs: number | null) => {
    const elapsedMs = ownMs === null ? 0 : performance.now() - started - ownMs;
    return keepRates((rates) => withPrepared(change(rates), row ?? {}, { elapsedMs, sourceBytes }));
  };
  if (step.kind === 'speed') {
    const memoryBytes = settingsStore.getState().gpuMemoryBytes;
    const contexts = sweep.byContext ? { lengths: CONTEXT_LENGTHS, memoryBytes } : undefined;
    const record = await run('benchmark', step.type, contexts);
    set({ runs: mergeRun(get().runs, record, order) });
    await keep((rates) => withRun(rates, record, weights), benchmarkMs(record));
    return record.adapter;
  }
  const { type } = step;
  const { base, textLabel, context, chunks, budgetMs } = sweep;
  const record = await run('quality', { type, base, textLabel, text, context, chunks, budgetMs });
  const hasEnded = chunks !== null && record.chunks < chunks;
  set({
    ...(hasEnded ? { textEnd: { textLabel, context: record.context, chunks: record.chunks } } : {}),
    qualities: mergeRun(get().qualities, record, order),
    // The first level decides the chunks of all levels.
    sweep: { ...sweep, chunks: record.chunks, context: record.context },
  });
  const held = memory?.levels ?? [];
  // The first call has tried how long a chunk takes, too; if it is not the baseline's, it has quantized two levels.
  const isAlone = type === base ? !held.includes(base) : chunks !== null && held.includes(base);
  const tried = chunks === null && record.chunks > TRIAL_CHUNKS ? TRIAL_CHUNKS : 0;
  const ownMs = record.elapsedMs * (1 + tried / record.chunks);
  await keep((rates) => withQuality(rates, record, weights), isAlone && !record.paged ? ownMs : null);
  return record.adapter;
}

/** Measures what is left of a sweep. */
async function measureAll(initial: Sweep): Promise<void> {
  set({ device: await run('device') });
  await recallRates();
  takeConditions(conditionsOf(get()));
  const text = initial.quality ? await textOf(initial.textLabel) : '';
  const started = performance.now();
  let done = 0;
  for (;;) {
    throwIfStopped();
    const { sweep, runs, qualities } = get();
    const left = stepsLeft(sweep!, runs, qualities);
    const [step] = left;
    if (!step) break;
    const { kind: figure, type } = step;
    const leftMs = done > 0 ? ((performance.now() - started) / done) * left.length : null;
    relabel({ what: 'measureOf', figure, type, at: done + 1, of: done + left.length, leftMs });
    // A device that was lost may come back as another adapter.
    takeConditions({ ...conditionsOf(get()), adapter: await measure(step, sweep!, text) });
    await keepResults();
    done++;
  }
  set({ sweep: null });
  await keepResults();
}

/** Continues the unfinished sweep. The levels that it takes off the GPU come back. */
export async function continueSweep(): Promise<void> {
  const initial = get().sweep;
  if (!initial) return;
  await job('benchmark', { what: 'measure' }, 'compare', () => withLevelsBack(() => measureAll(initial)));
}

/** Starts a new sweep over the selected levels. */
export async function startSweep(): Promise<void> {
  const { selected, plan, lab, model, ownText } = get();
  const types = plan.map((p) => p.type).filter((t) => selected.includes(t));
  const quality = lab.quality && model?.hasTokenizer === true;
  const base = lab.base ?? baseOf(get());
  const sweep: Sweep = {
    types,
    quality,
    speed: lab.speed,
    byContext: lab.byContext,
    base,
    textLabel: lab.text === 'own' && ownText ? ownText.label : HELD_OUT,
    context: lab.context,
    chunks: null,
    budgetMs: 1000 * lab.budgetSeconds,
    startedMs: Date.now(),
  };
  set({
    sweep,
    sweepNote: null,
    runs: sweep.speed ? get().runs.filter((r) => !types.includes(r.type)) : get().runs,
    // Figures for another text or base are not comparable.
    qualities: quality ? [] : get().qualities,
  });
  await continueSweep();
}

/**
 * Measures levels again over more of the text, so many chunks, beside what was measured of the others. `of` says what they were
 * compared with.
 */
export async function measureMore(
  types: readonly string[],
  of: QualityRecord,
  chunks: number,
): Promise<void> {
  const { base, textLabel, context } = of;
  const startedMs = Date.now();
  const what = {
    types,
    quality: true,
    speed: false,
    base,
    textLabel,
    context,
    chunks,
    budgetMs: 0,
    startedMs,
  };
  set({ sweep: what, sweepNote: null });
  await continueSweep();
}

export async function dropSweep(): Promise<void> {
  set({ sweep: null, sweepNote: null });
  await keepResults();
}

export const setLab = (change: Partial<StudioState['lab']>): void =>
  set({ lab: { ...get().lab, ...change } });
