// Opens the model that an address is about, as far as the browser lets the page do it by itself.
import { handlesPermitted, isPermitted } from '../work/export-record';
import { readEntries } from './library-storage';
import { filesOf, openKept } from './library';
import { type KnownModel, knownModel } from './known-models';
import { openAddress, openBuiltIn, openFiles } from './open';

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

async function openKnown({ kind, label, preTokenizer }: KnownModel): Promise<void> {
  if (kind === 'built-in') return openBuiltIn();
  if (kind === 'hub') return openAddress(label, undefined, preTokenizer);
  if (kind === 'kept') return openKept(label);
  const handles = await handlesOf(label);
  for (const handle of handles) if (!(await isPermitted(handle, 'read').catch(() => false))) return;
  const files = await filesOf(handles).catch(() => []);
  if (files.length > 0) await openFiles(files, label, { handles, preTokenizer });
}

/** Opens a model that was open before; asks for permission where the browser wants to be asked, so call it in a click. */
export async function recall(fingerprint: string): Promise<void> {
  const known = knownModel(fingerprint);
  if (known) await openKnown(known);
}
