// npm run naga: compiles every kernel text with naga, the compiler of Firefox, and runs the engine there. Deno brings naga;
// Mesa's lavapipe is the adapter.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { rolldown } from 'rolldown';
import { must, root } from '../setup.mjs';
import { lavapipe } from './lavapipe.mjs';

const here = join(root, 'e2e/naga');
const deno = join(here, 'node_modules/.bin/deno');
const out = join(root, 'node_modules/.cache/naga');
if (!existsSync(join(here, 'node_modules/deno')))
  must('npm', ['ci', '--prefix', here, '--ignore-scripts', '--no-audit', '--no-fund']);
// By name: another software adapter that the environment names may lack features that Firefox has.
const env = { XDG_RUNTIME_DIR: tmpdir(), ...process.env, VK_ICD_FILENAMES: lavapipe() };
const flags = ['run', '-A', '--no-config', '--no-npm', '--unstable-webgpu'];

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const [texts, shaders, recorded] = ['texts.json', 'shaders.json', 'recorded.json'].map((f) => join(out, f));
must(process.execPath, [join(root, 'node_modules/tsx/dist/cli.mjs'), join(here, 'texts.ts'), texts, shaders]);
const all = JSON.parse(readFileSync(texts, 'utf8'));

/** Compiles every `step`-th text from `from` on. A panic ends the process; the next one starts behind it. */
async function compileFrom(from, step, found) {
  for (let at = from; at < all.length; ) {
    let started;
    const child = spawn(deno, [...flags, join(here, 'compile.js'), texts, at, all.length, step], { env });
    let complaint = '';
    child.stderr.on('data', (chunk) => {
      complaint = `${complaint}${chunk}`.slice(-2000);
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const said = JSON.parse(line);
      if (said.adapter) found.adapter = `${said.adapter}, Deno ${said.deno}`;
      if (said.start !== undefined) started = said.start;
      if (said.done === undefined) continue;
      started = undefined;
      at = said.done + step;
      if (said.lacks) found.lacking.set(said.done, said.lacks);
      else if (said.error) found.errors.set(said.done, said.error);
      else found.compiled.add(said.done);
    }
    if (at >= all.length) return;
    if (started === undefined) throw new Error(`naga: Deno ended between two texts:\n${complaint}`);
    found.errors.set(started, `the compiler ended: ${complaint.trim()}`);
    at = started + step;
  }
}

const found = { adapter: '', compiled: new Set(), lacking: new Map(), errors: new Map() };
const processes = Math.min(2, availableParallelism());
await Promise.all(Array.from({ length: processes }, (_, i) => compileFrom(i, processes, found)));
console.log(`naga on ${found.adapter}`);
for (const [i, error] of found.errors) console.log(`FAILED ${all[i].label}: ${error}`);
const extensions = new Set([...found.lacking.values()].flat());
for (const line of extensions) {
  const count = [...found.lacking.values()].filter((lines) => lines.includes(line)).length;
  console.log(`${count} kernels need "${line}", which naga refuses`);
}

// A text with subgroups has a twin that reduces in workgroup memory, but for matrix units, whose kernels are a choice.
const withoutTwin = [...found.lacking.keys()].filter(
  (i) => all[i].twin !== undefined && !found.compiled.has(all[i].twin),
);
for (const i of withoutTwin)
  console.log(`FAILED ${all[i].label} has no twin without subgroups that compiles`);

const build = await rolldown({
  input: join(here, 'engine.ts'),
  platform: 'neutral',
  resolve: { mainFields: ['module', 'main'], conditionNames: ['import', 'default'] },
  external: (id) => id.startsWith('node:'),
  transform: { define: { 'import.meta.env.MODE': '"production"' } },
  tsconfig: false,
});
const engine = join(out, 'engine.js');
await build.write({ file: engine, format: 'es', codeSplitting: false });
await build.close();
const model = resolve(root, 'public/models/nibble-stories-F16.gguf');
const ran = spawnSync(deno, [...flags, engine, shaders, model, recorded], { env, encoding: 'utf8' });
process.stdout.write(ran.stdout);
process.stderr.write(ran.stderr);
const { failures } =
  ran.status === 0 ? JSON.parse(ran.stdout.trim().split('\n').pop()) : { failures: ['the engine ended'] };
for (const failure of failures) console.log(`FAILED ${failure}`);
const known = new Set(all.map(({ code }) => code));
const unknown = existsSync(recorded)
  ? JSON.parse(readFileSync(recorded, 'utf8')).filter((code) => !known.has(code))
  : [];
for (const code of unknown)
  console.log(`FAILED the engine compiled a text that is not in the sweep:\n${code.slice(0, 400)}`);

const compilable = all.length - found.lacking.size;
console.log(
  `${found.compiled.size} of ${compilable} kernels under naga, ${found.lacking.size} need an extension it lacks`,
);
const isWhole = found.compiled.size === compilable && compilable > 0;
process.exit(isWhole && failures.length === 0 && unknown.length === 0 && withoutTwin.length === 0 ? 0 : 1);
