// The lanes of npm test, in order: the cheap ones first. `npm run check` is those that need no adapter and no browser.
// Those of CI that leave half of two cores idle run in two tracks, side by side, after the others; apt and lavapipe are one
// track's.
import { join } from 'node:path';
import { node22, root } from './setup.mjs';

const vitest = join(root, 'node_modules/vitest/vitest.mjs');
/** Tests of the sources themselves, which are the same on every Node. */
const HOUSE = 'src/testing/house/**';
const unit = [vitest, 'run', '--project', 'pure', '--project', 'page'];

export const lanes = [
  { name: 'types', command: 'npx', args: ['tsc', '-p', 'tsconfig.json'], checks: true },
  {
    name: 'types of the engine, without DOM',
    command: 'npx',
    args: ['tsc', '-p', 'tsconfig.engine.json'],
    checks: true,
  },
  { name: 'lint', command: 'npx', args: ['biome', 'lint', '--error-on-warnings', '.'], checks: true },
  {
    name: 'lint of promises',
    command: 'npx',
    args: ['oxlint', '--type-aware', '--deny-warnings'],
    checks: true,
  },
  { name: 'format', command: 'npx', args: ['biome', 'format', '.'], checks: true },
  { name: 'api', command: process.execPath, args: ['scripts/api.mjs', '--check'], checks: true },
  { name: 'unit', command: process.execPath, args: unit, checks: true },
  { name: 'unit:node22', command: node22, args: [...unit, '--exclude', HOUSE], onlyInCi: true },
  { name: 'gpu', command: process.execPath, args: [vitest, 'run', '--project', 'gpu'] },
  { name: 'build', command: 'npx', args: ['vite', 'build', '--logLevel', 'warn'] },
  {
    name: 'e2e',
    command: 'npx',
    args: ['playwright', 'test', '--project', 'webgpu', '--project', 'no-webgpu'],
  },
  { name: 'e2e:long', command: 'npx', args: ['playwright', 'test', '--project', 'long'], onlyInCi: true },
  {
    name: 'package',
    command: process.execPath,
    args: ['scripts/test-package.mjs'],
    onlyInCi: true,
    track: 1,
  },
  {
    name: 'native',
    command: process.execPath,
    args: [vitest, 'run', '--project', 'native'],
    onlyInCi: true,
    track: 1,
  },
  { name: 'naga', command: process.execPath, args: ['scripts/naga/run.mjs'], onlyInCi: true, track: 2 },
  {
    name: 'e2e:firefox',
    command: process.execPath,
    args: ['scripts/firefox/run.mjs'],
    onlyInCi: true,
    track: 2,
  },
  {
    name: 'faults',
    command: process.execPath,
    args: ['--import', 'tsx', 'src/testing/fuzz/main.ts', '--faults', '--threads', '2'],
    onlyInCi: true,
    track: 2,
  },
  {
    name: 'fuzz',
    command: process.execPath,
    args: ['--import', 'tsx', 'src/testing/fuzz/main.ts', '--inputs', '2000'],
    onlyInCi: true,
    track: 2,
  },
];

/** The lanes that are asked for: by name, by the name's first word, all with `--all`; without a word those of every day. */
export function chooseLanes(wanted) {
  if (wanted.includes('--all')) return lanes;
  if (wanted.length === 0) return lanes.filter((l) => !l.onlyInCi);
  const isAsked = (name, asked) => name === asked || name.startsWith(`${asked} `);
  const unknown = wanted.filter((asked) => !lanes.some(({ name }) => isAsked(name, asked)));
  if (unknown.length > 0) {
    console.error(`no such lane: ${unknown.join(', ')}; there are ${lanes.map((l) => l.name).join(', ')}`);
    process.exit(2);
  }
  return lanes.filter(({ name }) => wanted.some((asked) => isAsked(name, asked)));
}
