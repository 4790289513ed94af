// Versions of stored records. Records of other versions of the page are in the same browser: each states the version of
// its fields, and one without a version has version 1. Migrations of all stores are here.
type Fields = Readonly<Record<string, unknown>>;
export type Step = (record: Fields) => Fields;

/** Migrations by store; index i turns version i + 1 into version i + 2. */
const steps: Readonly<
  Record<'library' | 'results' | 'rates' | 'conversations' | 'messages', readonly Step[]>
> = {
  library: [],
  results: [],
  rates: [],
  conversations: [],
  messages: [],
};
export type StoreName = keyof typeof steps;

/** Version of newly written records. */
export const newestVersion = (store: StoreName): number => steps[store].length + 1;

/** A record of the newest version; one of a version that this page does not know, which must stay untouched; or nothing readable. */
export type Found<T> =
  | { readonly kind: 'record'; readonly record: T }
  | { readonly kind: 'newer'; readonly version: number }
  | { readonly kind: 'nothing' };
export const NOTHING = { kind: 'nothing' } as const;

/** Applies the missing steps to a record. */
export function migrate(stored: unknown, by: readonly Step[]): Found<Fields> {
  if (typeof stored !== 'object' || stored === null) return NOTHING;
  const { version = 1, ...record } = stored as Fields;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) return NOTHING;
  if (version > by.length + 1) return { kind: 'newer', version };
  return { kind: 'record', record: by.slice(version - 1).reduce((r: Fields, step) => step(r), record) };
}

/** Migrates and checks a stored record. */
export function readRecord<T extends object>(
  store: StoreName,
  stored: unknown,
  isWhole: (record: Partial<T>) => boolean,
): Found<T> {
  const found = migrate(stored, steps[store]);
  if (found.kind !== 'record') return found;
  const record = found.record as T;
  return isWhole(record) ? { kind: 'record', record } : NOTHING;
}
