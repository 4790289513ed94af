// Results per model and importance matrix (keyed by their fingerprints), in IndexedDB.
import { createStore, del, get as read, set as write, type UseStore } from 'idb-keyval';
import type { QualityRecord } from '../../evaluate/quality-records';
import type { RunRecord } from '../../studio/records';
import { get, set } from '../work/job';
import type { Sweep, StudioState } from '../state';

interface Kept {
  readonly version: 1;
  readonly runs: readonly RunRecord[];
  readonly qualities: readonly QualityRecord[];
  readonly sweep: Sweep | null;
  /** The user's text, if an unfinished sweep needs it. */
  readonly ownText: StudioState['ownText'];
}

let store: UseStore | undefined;
const database = (): UseStore => {
  store ??= createStore('nibble-results', 'models');
  return store;
};

const keyOf = (): string | undefined => {
  const { model, imatrix } = get();
  return model ? `${model.fingerprint} ${imatrix?.fingerprint ?? ''}` : undefined;
};

/** Stores the current results. Storage failures are ignored. */
export async function keepResults(): Promise<void> {
  const key = keyOf();
  if (!key) return;
  const { runs, qualities, sweep } = get();
  const ownText = sweep && get().ownText?.label === sweep.textLabel ? get().ownText : null;
  const kept: Kept = { version: 1, runs, qualities, sweep, ownText };
  await write(key, kept, database()).catch(() => {});
}

/** Restores the stored results of the open model. */
export async function recallResults(): Promise<void> {
  const key = keyOf();
  if (!key) return;
  const kept = await read<Kept>(key, database()).catch(() => undefined);
  if (kept?.version !== 1 || keyOf() !== key) return;
  // Mixes are not stored, so figures of levels that are not in the plan are dropped.
  const { plan } = get();
  const exists = ({ type }: { readonly type: string }) => plan.some((p) => p.type === type);
  const types = kept.sweep?.types.filter((type) => exists({ type })) ?? [];
  set({
    runs: kept.runs.filter(exists),
    qualities: kept.qualities.filter(exists),
    sweep: kept.sweep && types.length > 0 ? { ...kept.sweep, types } : null,
  });
  if (kept.ownText) set({ ownText: kept.ownText, lab: { ...get().lab, text: 'own' } });
}

export async function forgetResults(): Promise<void> {
  const key = keyOf();
  set({ runs: [], qualities: [], sweep: null });
  if (key) await del(key, database()).catch(() => {});
}
