// Opening a model: dropped files, the built-in one, an address on a hub, or one that was open before.
import type { ModelSummary } from '../../studio/summary';
import { get, job, run, set } from '../work/job';
import { remember } from './library-storage';
import { isText, takeText } from '../work/own-text';
import { planNow } from './plan';
import { recallResults } from '../results/results-storage';
import { addRecipe, isRecipe } from '../work/search';
import { noResults } from '../state';

export interface DroppedFile {
  readonly path: string;
  readonly file: Blob;
}

/** What is being opened, so that it can be tried again with more knowledge and found again another day. */
export type Opening =
  | {
      readonly kind: 'files';
      readonly label: string;
      readonly files: readonly DroppedFile[];
      /** Where the browser can find the files again. */
      readonly handles?: readonly FileSystemHandle[] | undefined;
    }
  | { readonly kind: 'hub'; readonly label: string; readonly handles?: undefined };

/** The newest that was tried, and the token that went with it; neither is kept. */
let latest: { opening: Opening; token: string | undefined } | undefined;

function show(model: ModelSummary): void {
  set({
    ...noResults,
    model,
    imatrix: null,
    imatrixFile: null,
    context: Math.min(model.contextLength ?? 512, 4096),
    plan: [],
    chat: [],
    answer: '',
    timing: null,
    rendered: null,
    fallbackToF16: false,
    strict: false,
    mode: model.hasChatTemplate ? 'chat' : 'completion',
  });
}

/** `preTokenizer` is tokenizer.ggml.pre on the person's word. */
async function open(opening: Opening, token?: string, preTokenizer?: string): Promise<void> {
  const running = get().job;
  if (running) {
    const message = `${opening.label} was not opened, because something is running: ${running.label}.`;
    const hint = 'Stop it first, then open the model again.';
    set({ problem: { place: 'open', name: 'Busy', message, hint } });
    return;
  }
  latest = { opening, token };
  const options = preTokenizer === undefined ? {} : { preTokenizer };
  let opened: ModelSummary | undefined;
  await job('open', `Reading ${opening.label}`, 'open', async () => {
    if (opening.kind === 'hub') opened = await run('openHub', opening.label, token, options);
    else {
      if (get().model && (await run('isImatrix', opening.files))) return applyImatrix(opening.files[0]!);
      opened = await run('open', opening.files, opening.label, options);
    }
    show(opened);
    await planNow();
    await recallResults();
  });
  // After the job: what is dropped next need not wait for the browser's storage.
  if (opened) await remember(opening, opened, preTokenizer);
}

export const openFiles = async (
  files: readonly DroppedFile[],
  label: string,
  handles?: readonly FileSystemHandle[],
  preTokenizer?: string,
): Promise<void> => {
  const [first, ...rest] = files;
  if (first && rest.length === 0 && get().model) {
    const { path, file } = first;
    // A text alone is what the open model is measured on, a recipe a level of it.
    if (isText(path)) return takeText(path, file);
    if (await isRecipe(path, file)) return addRecipe(path, file);
  }
  return open({ kind: 'files', label, files, handles }, undefined, preTokenizer);
};

export const openAddress = (address: string, token?: string, preTokenizer?: string): Promise<void> =>
  open({ kind: 'hub', label: address.trim() }, token || undefined, preTokenizer);

/** Tries the newest again, with the name of its pre-tokenizer. */
export async function openWithPreTokenizer(name: string): Promise<void> {
  if (latest) await open(latest.opening, latest.token, name);
}

/** What was made without the matrix, or with another one, is no longer what the plan says. */
async function applyImatrix(file: DroppedFile | null): Promise<void> {
  set({ ...noResults, imatrix: await run('useImatrix', file), imatrixFile: null });
  await planNow();
  await recallResults();
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
    const hint = 'Reload the page, or drop a model of your own.';
    set({ problem: { place: 'open', name: 'Network', message, hint } });
    return;
  }
  await openFiles([{ path: name, file }], name);
}
