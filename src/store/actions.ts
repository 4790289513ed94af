import { CancelledError, NibbleError } from '../util/errors';
import type { Running } from '../worker/client';
import type { Calls, Event, ExportTarget } from '../worker/protocol';
import { applyEvent } from './apply-event';
import { mergeRun } from './series';
import type { Job, Problem, Sampling, StudioState } from './state';
import { engineClient, studioStore } from './store';

const get = studioStore.getState;
const set = (change: Partial<StudioState>) => studioStore.setState(change);
const onEvent = (event: Event) => studioStore.setState((state) => applyEvent(state, event));

let current: Running<unknown> | undefined;
/** Raised by stop(): ends a sequence of calls, too. */
let stopped = false;

function problemOf(error: unknown, place: Problem['place']): Problem {
  const message = error instanceof Error ? error.message : String(error);
  return { place, message, hint: error instanceof NibbleError ? error.hint : '' };
}

async function run<K extends keyof Calls>(
  call: K,
  ...args: Parameters<Calls[K]>
): Promise<ReturnType<Calls[K]>> {
  const running = engineClient().call(call, args, onEvent);
  current = running;
  return running.result;
}

/** Runs a job with its bar, stop button and error in its own place. Resolves to whether it came to its end. */
async function job(
  kind: Job['kind'],
  label: string,
  place: Problem['place'],
  work: () => Promise<void>,
): Promise<boolean> {
  if (get().job) return false;
  stopped = false;
  set({ job: { kind, label, progress: null, startedMs: performance.now(), run: null }, problem: null });
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof CancelledError)) set({ problem: problemOf(error, place) });
    return false;
  } finally {
    set({ job: null });
    current = undefined;
  }
}

const relabel = (label: string) => {
  const { job: now } = get();
  if (now) set({ job: { ...now, label, progress: null, run: null, startedMs: performance.now() } });
};

export function stop(): void {
  stopped = true;
  current?.cancel();
}

export function dismissProblem(): void {
  set({ problem: null });
}

export async function findDevice(): Promise<void> {
  try {
    set({ device: await run('device'), noGpu: null });
  } catch (error) {
    const { message, hint } = problemOf(error, 'device');
    set({ noGpu: `${message} ${hint}` });
  }
  if (get().model) await refreshPlan();
}

export interface DroppedFile {
  readonly path: string;
  readonly file: Blob;
}

export async function openFiles(files: readonly DroppedFile[], label: string): Promise<void> {
  const running = get().job;
  if (running) {
    const message = `${label} was not opened, because something is running: ${running.label}.`;
    set({ problem: { place: 'open', message, hint: 'Stop it first, then open the model again.' } });
    return;
  }
  await job('open', `Reading ${label}`, 'open', async () => {
    if (get().model && (await run('isImatrix', files))) return applyImatrix(files[0]!);
    const model = await run('open', files, label);
    const context = Math.min(model.contextLength ?? 512, 4096);
    set({
      model,
      imatrix: null,
      context,
      levels: {},
      exports: {},
      runs: [],
      plan: [],
      chat: [],
      answer: '',
      timing: null,
      rendered: null,
      fallbackToF16: false,
      strict: false,
      mode: model.hasChatTemplate ? 'chat' : 'completion',
    });
    await planNow();
  });
}

/** What was made without the matrix, or with another one, is no longer what the plan says. */
async function applyImatrix(file: DroppedFile | null): Promise<void> {
  set({ imatrix: await run('useImatrix', file), levels: {}, exports: {}, runs: [] });
  await planNow();
}

export async function removeImatrix(): Promise<void> {
  await job('open', 'Taking the importance matrix out', 'levels', () => applyImatrix(null));
}

export async function openBuiltIn(): Promise<void> {
  const name = 'nibble-stories-F16.gguf';
  let file: Blob;
  try {
    const response = await fetch(`${import.meta.env.BASE_URL}models/${name}`);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    file = await response.blob();
  } catch (error) {
    const message = `The built-in model could not be loaded: ${error instanceof Error ? error.message : String(error)}.`;
    set({ problem: { place: 'open', message, hint: 'Reload the page, or drop a model of your own.' } });
    return;
  }
  await openFiles([{ path: name, file }], name);
}

async function planNow(): Promise<void> {
  const { context, kvType, fallbackToF16, strict, selected, runType } = get();
  const plan = await run('plan', { context, kvType, fallbackToF16, strict });
  const allowed = plan.filter((p) => p.refusal === null).map((p) => p.type);
  const kept = selected.filter((t) => allowed.includes(t));
  set({
    plan,
    selected: kept.length > 0 ? kept : allowed.slice(0, 1),
    runType: allowed.includes(runType) ? runType : (allowed[0] ?? 'F16'),
  });
}

export async function refreshPlan(): Promise<void> {
  try {
    await planNow();
  } catch (error) {
    set({ problem: problemOf(error, 'levels') });
  }
}

export async function changePlan(
  change: Partial<Pick<StudioState, 'context' | 'kvType' | 'fallbackToF16' | 'strict'>>,
): Promise<void> {
  set(change);
  await refreshPlan();
}

export function toggleLevel(type: string): void {
  const { selected } = get();
  set({ selected: selected.includes(type) ? selected.filter((t) => t !== type) : [...selected, type] });
}

const inPlanOrder = (types: readonly string[]) =>
  get()
    .plan.map((p) => p.type)
    .filter((t) => types.includes(t));

export async function prepareSelected(): Promise<void> {
  await job('prepare', 'Quantizing', 'levels', async () => {
    for (const type of inPlanOrder(get().selected)) {
      if (stopped) throw new CancelledError();
      relabel(`Quantizing to ${type}`);
      const level = await run('prepare', type);
      set({ levels: { ...get().levels, [type]: level }, runType: get().runType });
    }
  });
}

export async function releaseLevel(type: string): Promise<void> {
  await run('release', type);
}

export async function exportLevel(type: string): Promise<void> {
  const base = (get().model?.name ?? 'model').replace(/[^\w.-]+/g, '-').replace(/[-.](F32|F16|BF16)$/i, '');
  const name = `${base}-${type}.gguf`;
  let target: ExportTarget = { download: name };
  if ('showSaveFilePicker' in window) {
    const picker = (window as unknown as { showSaveFilePicker(o: object): Promise<FileSystemFileHandle> })
      .showSaveFilePicker;
    try {
      target = { handle: await picker.call(window, { suggestedName: name }) };
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return;
    }
  }
  await job('export', `Writing ${name}`, 'levels', async () => {
    const { sha256, sizeBytes, checkedBlocks, file } = await run('export', type, target);
    set({ exports: { ...get().exports, [type]: { type, sha256, sizeBytes, checkedBlocks } } });
    if (file) offerDownload(file, name);
  });
}

function offerDownload(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export const setSampling = (change: Partial<Sampling>) => set({ sampling: { ...get().sampling, ...change } });
export const setRunType = (runType: string) => set({ runType });
export const setMode = (mode: StudioState['mode']) => set({ mode, rendered: null });
export const setCompletion = (completion: string) => set({ completion });
export const clearChat = () => set({ chat: [], answer: '', timing: null, rendered: null });

function request() {
  const { runType, mode, chat, completion, sampling } = get();
  const { maxTokens, ...rest } = sampling;
  const what = mode === 'chat' ? { messages: chat } : { prompt: completion };
  return { type: runType, maxTokens, sampling: rest, ...what };
}

/** Continues the text, or answers the newest message. What was said stays, whatever happens to the device. */
export async function generate(message?: string): Promise<void> {
  if (get().job) return;
  const { mode } = get();
  if (mode === 'chat' && message !== undefined)
    set({ chat: [...get().chat, { role: 'user', content: message }] });
  set({ answer: '', timing: null });
  await job('generate', `Writing at ${get().runType}`, 'run', async () => {
    set({ rendered: await run('prompt', request()) });
    const r = await run('generate', request());
    set({
      timing: {
        timeToFirstTokenMs: r.timeToFirstTokenMs,
        promptTokensPerSecond: r.promptTokensPerSecond,
        tokensPerSecond: r.tokensPerSecond,
        tokens: r.ids.length,
        evaluated: r.evaluated,
        stopped: r.stopped,
      },
    });
    if (mode === 'chat') set({ chat: [...get().chat, { role: 'assistant', content: r.text }], answer: '' });
    else set({ answer: r.text });
  });
}

/** Measures every selected level, one after the other. */
export async function benchmarkSelected(): Promise<void> {
  await job('benchmark', 'Measuring', 'compare', async () => {
    for (const type of inPlanOrder(get().selected)) {
      if (stopped) throw new CancelledError();
      relabel(`Measuring ${type}`);
      const record = await run('benchmark', type);
      set({
        runs: mergeRun(
          get().runs,
          record,
          get().plan.map((p) => p.type),
        ),
      });
    }
  });
}

/** Takes the device away under a running job; the engine rebuilds what it needs. */
export function loseDevice(): void {
  void engineClient().call('loseDevice', []).result;
}
