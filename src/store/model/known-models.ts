// Names of models that were open in this browser, by fingerprint: an address of the page can be of any of them.
const KEY = 'nibble-models';
const MAX_KNOWN = 100;

/** A model that was open before. */
export interface KnownModel {
  readonly kind: 'files' | 'built-in' | 'kept' | 'hub';
  /** The name by which it was opened. */
  readonly label: string;
  readonly preTokenizer?: string | undefined;
}
const KINDS: readonly unknown[] = ['files', 'built-in', 'kept', 'hub'] satisfies KnownModel['kind'][];

const isKnown = (stored: unknown): stored is KnownModel => {
  const { kind, label, preTokenizer } = (stored ?? {}) as Partial<KnownModel>;
  return (
    KINDS.includes(kind) &&
    typeof label === 'string' &&
    (preTokenizer === undefined || typeof preTokenizer === 'string')
  );
};

function readAll(): [string, KnownModel][] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    if (!Array.isArray(stored)) return [];
    return stored.filter(
      (entry): entry is [string, KnownModel] =>
        Array.isArray(entry) && typeof entry[0] === 'string' && isKnown(entry[1]),
    );
  } catch {
    // Storage is denied, or holds something else: no model is known.
    return [];
  }
}

export function noteModel(fingerprint: string, model: KnownModel): void {
  const others = readAll().filter(([id]) => id !== fingerprint);
  try {
    localStorage.setItem(KEY, JSON.stringify([[fingerprint, model], ...others].slice(0, MAX_KNOWN)));
  } catch {
    // Without storage an address finds its model only while it is open.
  }
}

export const knownModel = (fingerprint: string): KnownModel | undefined =>
  readAll().find(([id]) => id === fingerprint)?.[1];
