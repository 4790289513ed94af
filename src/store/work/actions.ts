import { ask, get, job, problemOf, relabel, run, set, throwIfStopped } from './job';
import { keepPrepared, recallRates } from './rates';
import { refreshPlan } from '../model/plan';
import type { Sampling, StudioState } from '../state';
import { safeFileName } from '../../util/file-name';

/** Asks the engine for what a person may choose from. */
export async function loadLists(): Promise<void> {
  try {
    set({ lists: await run('lists') });
  } catch (error) {
    set({ problem: problemOf(error, 'open') });
  }
}

export async function findDevice(): Promise<void> {
  try {
    set({ device: await run('device'), noGpu: null });
    await recallRates();
  } catch (error) {
    const { message, hint } = problemOf(error, 'device');
    set({ noGpu: `${message} ${hint}` });
  }
  if (get().model) await refreshPlan();
}

export function toggleLevel(type: string): void {
  const { selected } = get();
  set({ selected: selected.includes(type) ? selected.filter((t) => t !== type) : [...selected, type] });
}

export const chooseLevels = (selected: readonly string[]): void => set({ selected });
export const clearSelection = (): void => chooseLevels([]);

export const inPlanOrder = (types: readonly string[]) =>
  get()
    .plan.map((p) => p.type)
    .filter((t) => types.includes(t));

export async function prepareSelected(): Promise<void> {
  await job('prepare', { what: 'quantize' }, 'levels', async () => {
    const types = inPlanOrder(get().selected);
    for (const [i, type] of types.entries()) {
      throwIfStopped();
      relabel({ what: 'quantizeTo', type }, { level: type, waiting: types.slice(i + 1) });
      const level = await run('prepare', type);
      set({ levels: { ...get().levels, [type]: level }, runType: get().runType });
      await keepPrepared(level);
    }
  });
}

export async function releaseLevel(type: string): Promise<void> {
  await run('release', type);
}

/** File name of a level: the model's name, with the level in place of a trailing float type. */
export function fileName(type: string): string {
  const base = (get().model?.name ?? 'model')
    .replace(/[^\p{L}\p{M}\p{N}_.-]+/gu, '-')
    .replace(/[-.](F32|F16|BF16)$/i, '');
  return safeFileName(`${base}-${type}.gguf`);
}

export function offerDownload(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = safeFileName(name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export const setSampling = (change: Partial<Sampling>) => set({ sampling: { ...get().sampling, ...change } });
export const setRunType = (runType: string) => set({ runType });
export const setMode = (mode: StudioState['mode']) => set({ mode, rendered: null });
export const setCompletion = (completion: string) => set({ completion });

/** Continues the text of the page. */
export async function continueText(): Promise<void> {
  if (get().job) return;
  set({ answer: [], timing: null });
  await job('generate', { what: 'writeAt', type: get().runType }, 'run', async () => {
    const { runType, completion, sampling, talk } = get();
    const { maxTokens, ...rest } = sampling;
    const request = { type: runType, prompt: completion, maxTokens, sampling: rest, stop: talk.stop };
    const rendered = await run('prompt', request);
    set({ rendered });
    const { ids, text: _, answer: __, thoughts, ranked, parts, ...timing } = await run('generate', request);
    set({ answer: parts, timing: { ...timing, tokens: ids.length, promptTokens: rendered.ids.length } });
  });
}

/** Tokens of an answer in a trial. */
const TRY_TOKENS = 120;

/** Answers one message at each of these levels, greedily: every difference comes from the weights. */
export async function writeTry(types: readonly string[], content: string): Promise<void> {
  await job('generate', { what: 'write' }, 'run', async () => {
    set({ side: [] });
    for (const type of types) {
      throwIfStopped();
      relabel({ what: 'writeAt', type }, { level: type });
      const sampling = { ...get().sampling, temperature: 0 };
      const request = {
        type,
        messages: [{ role: 'user' as const, content }],
        maxTokens: TRY_TOKENS,
        sampling,
      };
      const tokens = await run('write', request);
      set({ side: [...get().side, { type, tokens }] });
    }
  });
}

/** Inspects a tensor of a level and one of its blocks. */
export async function inspect(type: string, name: string, row = 0, block = 0): Promise<void> {
  try {
    set({ inspection: await ask('inspect', type, name, row, block), problem: null });
  } catch (error) {
    set({ problem: problemOf(error, 'levels') });
  }
}
export const closeInspection = () => set({ inspection: null });

/** Compares the fast paths of the current level with the reference mode. */
export async function compareWithReference(): Promise<void> {
  const type = get().runType;
  await job('difference', { what: 'compareWithReference', type }, 'device', async () => {
    set({ difference: { type, is: await run('difference', type) } });
  });
}
