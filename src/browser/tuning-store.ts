import { createStore, get, set, type UseStore } from 'idb-keyval';
import type { Tuning, TuningStore } from '../device/tune';

let opened: UseStore | undefined;
const database = (): UseStore => (opened ??= createStore('nibble-devices', 'tuning'));

/** What was measured of this browser's devices. Where storage is denied it is measured in every visit. */
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
      await set(key, tuning, database());
    } catch {
      // Nothing is lost but a second of the next visit.
    }
  },
};
