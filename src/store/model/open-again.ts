import { isPermitted } from '../work/export-record';
import type { KnownModel } from './known-models';
import { filesOf, openKept } from './library';
import { openAddress, openBuiltIn, openFiles } from './open';

/**
 * Opens a model by the way it was opened before, of files by their handles; asks for permission where the browser wants to be
 * asked, so call it in a click. False where its files are gone or may not be read.
 */
export async function openAgain(
  { kind, label, preTokenizer }: KnownModel,
  handles: readonly FileSystemHandle[],
): Promise<boolean> {
  if (kind === 'built-in') await openBuiltIn();
  else if (kind === 'hub') await openAddress(label, undefined, preTokenizer);
  else if (kind === 'kept') await openKept(label);
  else {
    for (const handle of handles) if (!(await isPermitted(handle, 'read').catch(() => false))) return false;
    const files = handles.length > 0 ? await filesOf(handles).catch(() => []) : [];
    if (files.length === 0) return false;
    await openFiles(files, label, { handles, preTokenizer });
  }
  return true;
}
