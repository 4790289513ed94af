// npm test: installs what is missing and runs every lane. `npm test -- unit e2e` runs only those.
import { installChromium, installPackages, requireNode, run, softwareVulkan } from './setup.mjs';

requireNode();
installPackages();
const env = softwareVulkan(installChromium());
env.XDG_RUNTIME_DIR = process.env.XDG_RUNTIME_DIR ?? (await import('node:os')).tmpdir();

const lanes = [
  ['types (engine, without DOM)', 'npx', ['tsc', '-p', 'tsconfig.engine.json']],
  ['types', 'npx', ['tsc', '-p', 'tsconfig.json']],
  ['lint', 'npx', ['biome', 'lint', '--error-on-warnings', '.']],
  ['format', 'npx', ['biome', 'format', '.']],
  ['build', 'npx', ['vite', 'build', '--logLevel', 'warn']],
  ['unit and gpu', 'npx', ['vitest', 'run']],
  ['e2e', 'npx', ['playwright', 'test']],
];
const wanted = process.argv.slice(2);
const chosen = lanes.filter(([name]) => wanted.length === 0 || wanted.some((w) => name.includes(w)));
const results = chosen.map(([name, command, args]) => {
  console.log(`\n== ${name}`);
  const started = Date.now();
  const ok = run(command, args, env);
  return { name, ok, seconds: Math.round((Date.now() - started) / 1000) };
});
console.log('\n== lanes');
for (const { name, ok, seconds } of results)
  console.log(`${ok ? 'passed' : 'FAILED'}  ${seconds} s  ${name}`);
const failed = results.filter((r) => !r.ok).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 || results.length === 0 ? 1 : 0);
