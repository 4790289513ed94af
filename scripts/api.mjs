// npm run api: writes docs/api. `--check` writes nothing, and fails where docs/api is not what the sources say.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { emitDeclarations } from './package/declarations.mjs';
import { build, root } from './package/entries.mjs';
import { pages, undocumented } from './package/pages.mjs';
import { models, rollUp } from './package/rollup.mjs';

const docs = join(root, 'docs/api');
const fresh = join(build, 'reports');
rmSync(fresh, { recursive: true, force: true });
emitDeclarations();
if (!rollUp(fresh)) process.exit(1);
const silent = undocumented(models);
if (silent.length > 0) {
  console.error(`Nothing is said of these exports:\n  ${silent.join('\n  ')}`);
  process.exit(1);
}

const reports = readdirSync(fresh).map((name) => [
  `reports/${basename(name)}`,
  readFileSync(join(fresh, name), 'utf8'),
]);
const wanted = new Map([...pages(models), ...reports]);
const present = existsSync(docs)
  ? readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'))
  : [];
const stale = present.filter((name) => !wanted.has(name.replaceAll('\\', '/')));
const changed = [...wanted].filter(([name, text]) => {
  const path = join(docs, name);
  return !existsSync(path) || readFileSync(path, 'utf8') !== text;
});
if (process.argv.includes('--check')) {
  const bad = [...stale, ...changed.map(([name]) => name)];
  if (bad.length > 0) {
    console.error(
      `docs/api is not what the sources say: ${bad.join(', ')}. Run \`npm run api\` and look at the difference.`,
    );
    process.exit(1);
  }
  console.log(`docs/api: ${wanted.size} files are what the sources say`);
} else {
  mkdirSync(join(docs, 'reports'), { recursive: true });
  for (const name of stale) rmSync(join(docs, name));
  for (const [name, text] of changed) writeFileSync(join(docs, name), text);
  console.log(`docs/api: ${changed.length} files written, ${stale.length} removed`);
}
