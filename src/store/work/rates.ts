// Measured speeds by adapter, in IndexedDB: what estimates of later visits are made of.
import { createStore, get as read, update, type UseStore } from 'idb-keyval';
import type { LevelSummary } from '../../studio/records';
import { newestVersion, readRecord } from '../versions';
import { NO_RATES, type Rates, withPrepared } from './estimate';
import { get, set } from './job';

let store: UseStore | undefined;
const database = (): UseStore => {
  store ??= createStore('nibble-rates', 'adapters');
  return store;
};

const isRate = (v: unknown): boolean => typeof v === 'number' && Number.isFinite(v) && v > 0;
const isWhole = ({ quantize, compare, benchmark }: Partial<Rates>): boolean =>
  typeof quantize === 'object' &&
  quantize !== null &&
  Object.values(quantize).every(isRate) &&
  [compare, benchmark].every((v) => v === null || isRate(v));

/** Takes what was measured on the adapter at hand, and leaves what another one measured. */
export async function recallRates(): Promise<void> {
  const adapter = get().device?.name;
  if (adapter === undefined) return;
  let stored: unknown;
  try {
    stored = await read<unknown>(adapter, database());
  } catch {
    // Storage that is denied holds nothing; what this visit measured stays.
    return;
  }
  const found = readRecord<Rates>('rates', stored, isWhole);
  if (get().device?.name !== adapter) return;
  set({ rates: found.kind === 'record' ? found.record : NO_RATES });
}

/** Takes a measured speed, and stores it beside those that other tabs measured. */
export async function keepRates(change: (rates: Rates) => Rates): Promise<void> {
  const adapter = get().device?.name;
  set({ rates: change(get().rates) });
  if (adapter === undefined) return;
  try {
    await update<unknown>(
      adapter,
      (stored) => {
        const found = readRecord<Rates>('rates', stored, isWhole);
        if (found.kind === 'newer') return stored;
        const there = found.kind === 'record' ? found.record : NO_RATES;
        return { version: newestVersion('rates'), ...change(there) };
      },
      database(),
    );
  } catch {
    // The next visit measures again.
  }
}

/** Takes the speed at which a level was quantized; one that was on the GPU already was not. */
export async function keepPrepared(level: LevelSummary): Promise<void> {
  const row = get().plan.find((p) => p.type === level.type);
  if (row) await keepRates((rates) => withPrepared(rates, row, level));
}
