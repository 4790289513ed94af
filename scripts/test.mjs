// npm test: installs what the lanes need and runs them; `npm test -- gpu e2e` only those, `--checks` those of npm run check.
import { tmpdir } from 'node:os';
import { chooseLanes, lanes } from './lanes.mjs';
import {
  installChromium,
  hasNative,
  installNative,
  installNode22,
  installPackages,
  requireNode,
  run,
  softwareVulkan,
} from './setup.mjs';

requireNode();
const wanted = process.argv.slice(2);
const wished = wanted.includes('--checks') ? lanes.filter((l) => l.checks) : chooseLanes(wanted);
/** A lane that this machine has no llama.cpp for is told at the end, and is no pass. */
const left = wished.filter(({ name }) => name === 'native' && !hasNative);
const chosen = wished.filter((lane) => !left.includes(lane));
installPackages();
const has = (name) => chosen.some((l) => l.name === name);
if (has('unit:node22')) installNode22();
if (has('native')) installNative();
const env =
  has('gpu') || has('native') || has('e2e') || has('package') ? softwareVulkan(installChromium()) : {};
env.XDG_RUNTIME_DIR = process.env.XDG_RUNTIME_DIR ?? tmpdir();

const results = chosen.map(({ name, command, args }) => {
  console.log(`\n== ${name}`);
  const started = Date.now();
  const ok = run(command, args, env);
  return { name, ok, seconds: Math.round((Date.now() - started) / 1000) };
});
console.log('\n== lanes');
for (const { name, ok, seconds } of results)
  console.log(`${ok ? 'passed' : 'FAILED'}  ${String(seconds).padStart(4)} s  ${name}`);
for (const { name } of left)
  console.log(
    `NOT RUN        ${name}: there is no llama.cpp for ${process.platform} ${process.arch} in scripts/native`,
  );
const failed = results.filter((r) => !r.ok).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 || results.length === 0 ? 1 : 0);
