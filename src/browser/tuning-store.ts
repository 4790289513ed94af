import { createStore, get, set, type UseStore } from 'idb-keyval';
import type { Tuning, TuningStore } from '../device/tune';

let opened: UseStore | undefined;
const database = (): UseStore => (opened ??= createStore('nibble-devices', 'tuning'));

/** Measured tunings of this browser's devices. Without storage, every visit measures again. */
export const tuningStore: TuningStore = {
  load: async (key) => {
    try {
      return await get<Tuning>(key, database());
    } catch {
      return undefined;
    }
  },
  save: async (key, tuning) => {
    try {
      // A tuning of a newer version must stay.
      const there = await get<Tuning>(key, database());
      if (there && there.version > tuning.version) return;
      await set(key, tuning, database());
    } catch {
      // The next visit measures again, which takes about a second.
    }
  },
};
