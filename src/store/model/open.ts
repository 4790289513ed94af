// Actions that open a model: from files or a hub address.
import type { OpenedFrom } from '../../browser/disk/journal';
import type { ModelSummary } from '../../studio/summary';
import { get, job, run, set, stopAll } from '../work/job';
import { noConversation, type Talk } from '../chat/conversation';
import { noteModel } from './known-models';
import { remember } from './library-storage';
import { isText, takeText } from '../work/own-text';
import { planNow } from './plan';
import { recallResults } from '../results/results-storage';
import { addRecipe, isRecipe } from '../work/search';
import { noResults, type StudioState } from '../state';

export interface DroppedFile {
  readonly path: string;
  readonly file: Blob;
}

/** Source of a model, kept to retry with a pre-tokenizer, to store it in the library and to export it. */
export type Opening =
  | {
      readonly kind: 'files' | 'built-in' | 'kept';
      readonly label: string;
      readonly files: readonly DroppedFile[];
      /** Handles that reopen the files in a later visit. */
      readonly handles?: readonly FileSystemHandle[] | undefined;
    }
  | { readonly kind: 'hub'; readonly label: string; readonly handles?: undefined };

/** The last attempt with its access token; in memory only. */
let latest: { opening: Opening; token: string | undefined } | undefined;
/** The open model came from there. */
let current: { opening: Opening; preTokenizer: string | undefined } | undefined;

/** The way in which another visit opens the open model again, with the handles that this takes. */
export function openedFrom(): OpenedFrom & { source: readonly FileSystemHandle[] } {
  const { opening, preTokenizer } = current!;
  const { kind, label, handles = [] } = opening;
  return { kind, label, source: handles, ...(preTokenizer === undefined ? {} : { preTokenizer }) };
}

/** Of a model that is not open, nothing is left. */
const noModel = {
  ...noResults,
  model: null,
  imatrix: null,
  imatrixFile: null,
  plan: [],
  selected: [],
  answer: [],
  timing: null,
  rendered: null,
  fallbackToF16: false,
  strict: false,
} satisfies Partial<StudioState>;

/** A conversation that was read without its model goes on with it. */
function keptTalk({ fingerprint }: ModelSummary): Talk {
  const { talk, model } = get();
  const waited = talk.conversation?.modelId === fingerprint && model?.fingerprint !== fingerprint;
  return waited ? talk : { ...talk, ...noConversation, system: '', stop: [] };
}

function show(model: ModelSummary): void {
  const { selected } = get();
  set({
    ...noModel,
    model,
    selected,
    context: Math.min(model.contextLength ?? 512, 4096),
    talk: keptTalk(model),
    mode: model.hasChatTemplate ? 'chat' : 'completion',
  });
}

/** `preTokenizer` overrides tokenizer.ggml.pre. */
async function open(opening: Opening, token?: string, preTokenizer?: string): Promise<void> {
  // Another model is what the person wants now.
  await stopAll('open');
  if (get().job) {
    const message = `${opening.label} was not opened, because something is running.`;
    const hint = 'Stop it first, then open the model again.';
    set({ problem: { place: 'open', name: 'Busy', message, hint } });
    return;
  }
  latest = { opening, token };
  const options = preTokenizer === undefined ? {} : { preTokenizer };
  let opened: ModelSummary | undefined;
  await job('open', { what: 'read', name: opening.label }, 'open', async () => {
    if (opening.kind === 'hub') opened = await run('openHub', opening.label, token, options);
    else {
      if (get().model && (await run('isImatrix', opening.files))) return applyImatrix(opening.files[0]!);
      opened = await run('open', opening.files, opening.label, options);
    }
    current = { opening, preTokenizer };
    noteModel(opened.fingerprint, { kind: opening.kind, label: opening.label, preTokenizer });
    show(opened);
    await planNow();
    await recallResults();
  });
  // Outside the job, so that the next drop does not wait for storage.
  if (opened && (opening.kind === 'files' || opening.kind === 'hub'))
    await remember({ ...opening, kind: opening.kind }, opened, preTokenizer);
}

export interface OpenOptions {
  readonly kind?: 'files' | 'built-in' | 'kept';
  /** Handles that reopen the files in a later visit. */
  readonly handles?: readonly FileSystemHandle[];
  readonly preTokenizer?: string | undefined;
}

export const openFiles = async (
  files: readonly DroppedFile[],
  label: string,
  how: OpenOptions = {},
): Promise<void> => {
  const [first, ...rest] = files;
  if (first && rest.length === 0 && get().model) {
    const { path, file } = first;
    // A single text is for measurements, a recipe adds a level; neither opens a model.
    if (isText(path)) return takeText(path, file);
    if (await isRecipe(path, file)) return addRecipe(path, file);
  }
  const { kind = 'files', handles, preTokenizer } = how;
  return open({ kind, label, files, handles }, undefined, preTokenizer);
};

export const openAddress = (address: string, token?: string, preTokenizer?: string): Promise<void> =>
  open({ kind: 'hub', label: address.trim() }, token || undefined, preTokenizer);

/** Closes the open model, unless something runs. Its results stay in this browser. */
export async function closeModel(): Promise<void> {
  const { model } = get();
  if (!model) return;
  await job('open', { what: 'close', name: model.label }, 'open', async () => {
    await run('close');
    current = undefined;
    set({ ...noModel });
  });
}

/** Retries the last attempt with a pre-tokenizer name. */
export async function openWithPreTokenizer(name: string): Promise<void> {
  if (latest) await open(latest.opening, latest.token, name);
}

/** Sets or removes the matrix; levels and results without it no longer match the plan. */
async function applyImatrix(file: DroppedFile | null): Promise<void> {
  set({ ...noResults, imatrix: await run('useImatrix', file), imatrixFile: null });
  await planNow();
  await recallResults();
}

export async function removeImatrix(): Promise<void> {
  await job('open', { what: 'takeMatrixOut' }, 'levels', () => applyImatrix(null));
}

/** The model that comes with the page. */
export const BUILT_IN = 'nibble-stories-F16.gguf';

export async function openBuiltIn(): Promise<void> {
  const name = BUILT_IN;
  let file: Blob;
  try {
    const response = await fetch(`${import.meta.env.BASE_URL}models/${name}`);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    file = await response.blob();
  } catch (error) {
    const message = `The built-in model could not be loaded: ${error instanceof Error ? error.message : String(error)}.`;
    const hint = 'Reload the page, or drop a model of your own.';
    set({ problem: { place: 'open', name: 'Network', message, hint } });
    return;
  }
  await openFiles([{ path: name, file }], name, { kind: 'built-in' });
}
