// Shared by all actions: the state, engine calls, and one job at a time with progress, cancellation and error.
import { whileJob } from '../../browser/site/job-lock';
import { CancelledError, EngineEndedError, NibbleError } from '../../util/errors';
import type { Running } from '../../worker/client';
import type { Calls, EngineEvent } from '../../worker/protocol';
import { applyEvent } from '../apply-event';
import type { Job, Problem, StudioState } from '../state';
import type { Task } from './task';
import { engineClient, studioStore } from '../store';

export const get = studioStore.getState;
export const set = (change: Partial<StudioState>) => studioStore.setState(change);
const onEvent = (event: EngineEvent) => studioStore.setState((state) => applyEvent(state, event));

let current: Running<unknown> | undefined;
/** Set by stop(); also ends sequences of calls. */
let stopped = false;
/** Settles when the running job has ended. */
let ended: Promise<unknown> = Promise.resolve();

export function problemOf(error: unknown, place: Problem['place']): Problem {
  const message = error instanceof Error ? error.message : String(error);
  const name = error instanceof Error ? error.name : 'Error';
  return { place, name, message, hint: error instanceof NibbleError ? error.hint : '' };
}

export async function run<K extends keyof Calls>(
  call: K,
  ...args: Parameters<Calls[K]>
): Promise<ReturnType<Calls[K]>> {
  const running = engineClient().call(call, args, onEvent);
  current = running;
  return running.result;
}

/** A question to the engine beside the running job, which a stop does not end. */
export const ask = <K extends keyof Calls>(
  call: K,
  ...args: Parameters<Calls[K]>
): Promise<ReturnType<Calls[K]>> => engineClient().call(call, args, onEvent).result;

/**
 * Runs a job; errors go to `problem` at `place`. Resolves to true when it completed, false when it failed, was stopped or
 * found another job running.
 */
export async function job(
  kind: Job['kind'],
  task: Task,
  place: Problem['place'],
  work: () => Promise<void>,
): Promise<boolean> {
  if (get().job) return false;
  stopped = false;
  set({
    job: {
      kind,
      task,
      level: null,
      waiting: [],
      progress: null,
      startedMs: performance.now(),
      kernels: null,
      run: null,
    },
    problem: null,
  });
  const working = whileJob(work);
  ended = working.catch(() => {});
  try {
    await working;
    return true;
  } catch (error) {
    // The notice of the engine's end says all.
    const isTold = error instanceof CancelledError || error instanceof EngineEndedError;
    if (!isTold) set({ problem: problemOf(error, place) });
    return false;
  } finally {
    set({ job: null });
    current = undefined;
  }
}

/** The job is at something else now: its progress begins anew. */
export function relabel(task: Task, at: Partial<Pick<Job, 'level' | 'waiting'>> = {}): void {
  const { job: now } = get();
  const anew = { progress: null, kernels: null, run: null, startedMs: performance.now() };
  if (now) set({ job: { ...now, level: null, waiting: [], ...at, task, ...anew } });
}

export function stop(): void {
  stopped = true;
  current?.cancel();
}

/** Stops jobs of a kind, and waits until none runs. */
export async function stopAll(kind: Job['kind']): Promise<void> {
  while (get().job?.kind === kind) {
    stop();
    await ended;
    // The job leaves the state after its work has ended.
    await Promise.resolve();
  }
}

/** Takes a stop back, for what a job tidies up after it; the next stop ends that. */
export function goOnAfterStop(): void {
  stopped = false;
}

/** Throws CancelledError after stop(), between the calls of a sequence. */
export function throwIfStopped(): void {
  if (stopped) throw new CancelledError();
}

/** The engine's worker is gone: what was in GPU memory is gone with it, all else is kept. */
export function tellEngineEnded(reason: string): void {
  const model = get().model
    ? ' The next action opens the model again; levels are prepared when they are used.'
    : '';
  set({ memory: null, engineNotice: `The engine was started anew: ${reason}.${model}` });
}
export const dismissEngineNotice = (): void => set({ engineNotice: null });

export function dismissProblem(): void {
  set({ problem: null });
}
