// npm test: installs what the lanes need and runs them; `npm test -- gpu e2e` only those, `--checks` those of npm run check.
import { tmpdir } from 'node:os';
import { installNginx } from './site/nginx.mjs';
import { chooseLanes, lanes } from './lanes.mjs';
import {
  installChromium,
  hasNative,
  installNative,
  installNode22,
  installPackages,
  requireNode,
  run,
  runQuietly,
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
if (has('e2e:long')) installNginx();
const env =
  has('gpu') || has('native') || has('e2e') || has('e2e:long') || has('package')
    ? softwareVulkan(installChromium())
    : {};
env.XDG_RUNTIME_DIR = process.env.XDG_RUNTIME_DIR ?? tmpdir();

const timed = async ({ name }, work) => {
  const started = Date.now();
  const ok = await work();
  return { name, ok, seconds: Math.round((Date.now() - started) / 1000) };
};
const inTurn = async (some, run) => {
  const done = [];
  for (const lane of some) done.push(await run(lane));
  return done;
};
const shown = (lane) => {
  console.log(`\n== ${lane.name}`);
  return timed(lane, () => run(lane.command, lane.args, env));
};
/** What it prints comes when it ends: another track prints, too. */
const quiet = (lane) =>
  timed(lane, async () => {
    const { ok, output } = await runQuietly(lane.command, lane.args, env);
    console.log(`\n== ${lane.name}\n${output}`);
    return ok;
  });
const tracks = [1, 2].map((n) => chosen.filter(({ track }) => track === n));
const isOneTrack = tracks.some((lanes) => lanes.length === 0);
const results = await inTurn(
  chosen.filter(({ track }) => track === undefined || isOneTrack),
  shown,
);
if (!isOneTrack) results.push(...(await Promise.all(tracks.map((lanes) => inTurn(lanes, quiet)))).flat());
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
