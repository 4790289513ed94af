// Builds what `npm pack` packs: ESM with the shaders inside and one declaration file for each entry, in lib/.
import { rmSync } from 'node:fs';
import { bundle } from './package/bundle.mjs';
import { emitDeclarations } from './package/declarations.mjs';
import { build, lib } from './package/entries.mjs';
import { rollUp } from './package/rollup.mjs';

rmSync(lib, { recursive: true, force: true });
const files = await bundle();
emitDeclarations();
// The reports of docs/api are `npm run api`'s; these are thrown away.
if (!rollUp(`${build}/reports`)) process.exit(1);
console.log(`lib: ${files.length} modules`);
