// Opens the model that an address is about, as far as the browser lets the page do it by itself.
import { handlesPermitted } from '../work/export-record';
import { get, set } from '../work/job';
import { readEntries } from './library-storage';
import { knownModel } from './known-models';
import { openAgain } from './open-again';

/** The way to the model of an address. */
export type Recall =
  | { readonly kind: 'unknown' }
  /** It is read again without a word. */
  | { readonly kind: 'opening'; readonly label: string }
  /** One click allows it. */
  | { readonly kind: 'ask'; readonly label: string }
  /** Its file must be dropped or chosen again. */
  | { readonly kind: 'drop'; readonly label: string };

const handlesOf = async (label: string): Promise<readonly FileSystemHandle[]> => {
  const { found } = await readEntries().catch(() => ({ found: [] }));
  return found.find((entry) => entry.kind === 'files' && entry.label === label)?.handles ?? [];
};

/** The way to a model. Nothing is opened and nobody is asked. */
export async function wayTo(fingerprint: string): Promise<Recall> {
  const known = knownModel(fingerprint);
  if (!known) return { kind: 'unknown' };
  const { kind, label } = known;
  if (kind !== 'files') return { kind: 'opening', label };
  const handles = await handlesOf(label);
  if (handles.length === 0) return { kind: 'drop', label };
  return { kind: (await handlesPermitted(handles, 'read')) ? 'opening' : 'ask', label };
}

/** Opens a model that was open before, as `openAgain` does. False where its files cannot be read: they are asked for. */
export async function recall(fingerprint: string): Promise<boolean> {
  const known = knownModel(fingerprint);
  if (!known) return false;
  if (await openAgain(known, await handlesOf(known.label)))
    return known.kind !== 'files' || isOpen(fingerprint);
  const message = `${known.label} could not be read again.`;
  const hint = 'It was moved or deleted, or the browser may not read it. Drop it again.';
  set({ problem: { place: 'open', name: 'Missing', message, hint } });
  return false;
}
const isOpen = (fingerprint: string): boolean => get().model?.fingerprint === fingerprint;
