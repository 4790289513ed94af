// In-memory stand-in for idb-keyval, for tests of the storage. Values are cloned, as IndexedDB clones them.
type Records = Map<string, unknown>;
const databases = new Map<string, Records>();

export function createStore(database: string, store: string): Records {
  const name = `${database}/${store}`;
  const records = databases.get(name) ?? new Map<string, unknown>();
  databases.set(name, records);
  return records;
}
export const get = async (key: string, records: Records): Promise<unknown> =>
  structuredClone(records.get(key));
export const set = async (key: string, value: unknown, records: Records): Promise<void> => {
  records.set(key, structuredClone(value));
};
export const update = async (
  key: string,
  updater: (stored: unknown) => unknown,
  records: Records,
): Promise<void> => {
  records.set(key, structuredClone(updater(structuredClone(records.get(key)))));
};
export const del = async (key: string, records: Records): Promise<void> => {
  records.delete(key);
};
export const entries = async (records: Records): Promise<[string, unknown][]> =>
  structuredClone([...records]);
export const delMany = async (keys: readonly string[], records: Records): Promise<void> => {
  for (const key of keys) records.delete(key);
};
export const keys = async (records: Records): Promise<string[]> => [...records.keys()];
export const getMany = async (keys: readonly string[], records: Records): Promise<unknown[]> =>
  structuredClone(keys.map((key) => records.get(key)));
