// Finds the model of an unfinished export again, in one click where the browser lets the page.
import type { UnfinishedExport } from '../../browser/disk/unfinished';
import { get, problemOf, set } from '../work/job';
import { handlesOf, isPermitted } from '../work/export-record';
import { otherModel, resumeExport } from '../work/exports';
import { openAgain } from './open-again';

type Target = Parameters<typeof resumeExport>[1];

/** The place that was chosen, if it may be written to. */
async function targetOf(id: string): Promise<Target> {
  const { target } = await handlesOf(id);
  if (!target || !(await isPermitted(target, 'readwrite').catch(() => false))) return null;
  return target as NonNullable<Target>;
}

/** Goes on with an export of a tab that is gone. */
export async function goOn(entry: UnfinishedExport): Promise<void> {
  if (get().job) return;
  const target = await targetOf(entry.id);
  const isWritten = entry.files.every(({ state }) => state !== 'begun');
  if (isWritten || get().model?.fingerprint === entry.fingerprint) return resumeExport(entry, target);
  waiting = target;
  set({ awaiting: entry, problem: null });
  const { source } = await handlesOf(entry.id);
  if (await openAgain(entry.opened, source)) return goOnAwaited();
  const message = `${entry.opened.label} is needed to go on with ${entry.files[0]!.name}.`;
  const hint = 'Drop it on this page again, or choose it; the export then goes on by itself.';
  set({ problem: { place: 'open', name: 'Missing', message, hint } });
}

let waiting: Target = null;

/** After a model was opened: goes on with the export that waits for it, or says that it waits for another. */
export async function goOnAwaited(): Promise<void> {
  const { awaiting, model, problem } = get();
  if (!awaiting || problem || !model) return;
  if (model.fingerprint === awaiting.fingerprint) {
    set({ awaiting: null });
    await resumeExport(awaiting, waiting);
  } else set({ problem: problemOf(otherModel(awaiting, model.label), 'open') });
}
