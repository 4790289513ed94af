// Results per model and importance matrix (keyed by their fingerprints), in IndexedDB.
import { createStore, del, get as read, update, type UseStore } from 'idb-keyval';
import { get, set } from '../work/job';
import { type Kept, mergeKept } from './merge-kept';
import { type Found, NOTHING, newestVersion, readRecord } from '../versions';

let store: UseStore | undefined;
const database = (): UseStore => {
  store ??= createStore('nibble-results', 'models');
  return store;
};

const keyOf = (): string | undefined => {
  const { model, imatrix } = get();
  return model ? `${model.fingerprint} ${imatrix?.fingerprint ?? ''}` : undefined;
};

const isWhole = ({ runs, qualities }: Partial<Kept>) => Array.isArray(runs) && Array.isArray(qualities);

/** Reads the stored results of a key. Rejects where storage is denied. */
const find = async (key: string): Promise<Found<Kept>> =>
  readRecord('results', await read(key, database()), isWhole);

const NO_RESULTS: Kept = { runs: [], qualities: [], sweep: null, ownText: null };
/** Results of a key when this tab read or stored them last: other tabs have changed nothing but what differs since. */
let known: { readonly key: string; readonly kept: Kept } | undefined;
const shown = (): Kept => {
  const { runs, qualities, sweep } = get();
  const ownText = sweep && get().ownText?.label === sweep.textLabel ? get().ownText : null;
  return { runs, qualities, sweep, ownText };
};

/**
 * Stores the current results beside those that other tabs stored meanwhile, except over those of a newer version. Storage
 * failures are ignored.
 */
export async function keepResults(): Promise<void> {
  const key = keyOf();
  if (!key) return;
  const own = shown();
  const base = known?.key === key ? known.kept : NO_RESULTS;
  try {
    await update<unknown>(
      key,
      (stored) => {
        const found = readRecord('results', stored, isWhole);
        if (found.kind === 'newer') return stored;
        const there = found.kind === 'record' ? found.record : NO_RESULTS;
        // Over a damaged record all is new.
        const since = found.kind === 'record' || stored === undefined ? base : NO_RESULTS;
        return { version: newestVersion('results'), ...mergeKept(since, own, there) };
      },
      database(),
    );
    known = { key, kept: own };
  } catch {
    // Nothing is lost but a sweep of the next visit.
  }
}

/** Restores the stored results of the open model. */
export async function recallResults(): Promise<void> {
  const key = keyOf();
  if (!key) return;
  const found = await find(key).catch(() => NOTHING);
  if (keyOf() !== key) return;
  known = undefined;
  if (found.kind === 'newer') {
    const message = 'What was measured of this model before was kept by a newer version of this page.';
    const hint =
      'It is left as it is, and what is measured now is not kept. Reload to get the newer version.';
    set({ problem: { place: 'compare', name: 'Newer', message, hint } });
  }
  if (found.kind !== 'record') return;
  const kept = found.record;
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
  known = { key, kept: shown() };
}

export async function forgetResults(): Promise<void> {
  const key = keyOf();
  set({ runs: [], qualities: [], sweep: null });
  known = undefined;
  try {
    if (key && (await find(key)).kind !== 'newer') await del(key, database());
  } catch {
    // Storage that is denied holds nothing to forget.
  }
}
