// The package's entries. `.` comes first: the declarations of the others refer to it.
import { resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');
/** Built ESM and declarations: what the tarball holds. */
export const lib = resolve(root, 'lib');
/** Steps on the way there; nothing of it is packed. */
export const build = resolve(root, 'build');

export const entries = [
  { name: 'index', source: 'src/index.ts', specifier: 'nibble-studio' },
  { name: 'node', source: 'src/node/index.ts', specifier: 'nibble-studio/node' },
  { name: 'browser', source: 'src/browser/index.ts', specifier: 'nibble-studio/browser' },
  { name: 'worker', source: 'src/worker/index.ts', specifier: 'nibble-studio/worker' },
];
