// npm run package: packs the package, installs the tarball in a new project and uses it there as anybody would: compilers,
// Node, and pages built by Vite in Chromium. Prints sizes, and fails where they outgrow their bounds.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driveExample, driveWorker } from './package/drive-page.mjs';
import { root } from './package/entries.mjs';
import { installChromium, softwareVulkan } from './setup.mjs';

/** Some 10 % above the measured figures, so that growth is a decision. */
const BOUNDS = { tarballKb: 400, unpackedKb: 1400, packages: 6 };
const LEVEL = 'Q4_K_M';
const MODEL = 'public/models/nibble-stories-F16.gguf';

const chromium = installChromium();
const env = { ...process.env, XDG_RUNTIME_DIR: tmpdir(), ...softwareVulkan(chromium) };
const project = mkdtempSync(join(tmpdir(), 'nibble-package-'));
const installed = join(project, 'node_modules/nibble-studio');
const require = createRequire(import.meta.url);

/** Standard output of a command; throws with everything that it said where it fails. */
function output(command, args, cwd = project) {
  // An example that answers and never ends is a failure, too.
  const options = { cwd, env, encoding: 'utf8', timeout: 300_000, shell: process.platform === 'win32' };
  const { status, stdout, stderr } = spawnSync(command, args, options);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
  return stdout;
}
const node = (...args) => output(process.execPath, args);
const script = (code) => node('--input-type=module', '--eval', code);
const demand = (condition, message) => {
  if (!condition) throw new Error(message);
};

function pack() {
  const said = output('npm', ['pack', '--json', '--pack-destination', project], root);
  const [{ filename, size, unpackedSize, files }] = JSON.parse(said.slice(said.indexOf('[\n')));
  const kb = { tarballKb: Math.round(size / 1000), unpackedKb: Math.round(unpackedSize / 1000) };
  for (const [key, value] of Object.entries(kb))
    demand(value <= BOUNDS[key], `${key} is ${value}, more than ${BOUNDS[key]}`);
  const strange = files
    .map((f) => f.path)
    .filter((path) => !/^lib\/|^(README\.md|LICENSE|package\.json)$/.test(path));
  demand(strange.length === 0, `the tarball also has ${strange.join(', ')}`);
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  output('npm', [
    'install',
    '--omit=dev',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    join(project, filename),
  ]);
  const lock = JSON.parse(readFileSync(join(project, 'node_modules/.package-lock.json'), 'utf8'));
  const packages = Object.keys(lock.packages).length;
  demand(packages <= BOUNDS.packages, `${packages} packages are installed, more than ${BOUNDS.packages}`);
  return `tarball ${kb.tarballKb} kB, unpacked ${kb.unpackedKb} kB, ${files.length} files, ${packages} packages`;
}

function searchTexts() {
  const lib = join(installed, 'lib');
  const names = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(js|d\.ts)$/.test(name),
  );
  const forbidden = /import\.meta\.(glob|env)|['"]@\/|from ['"][^'"]*\.ts['"]|engine\.worker\.ts["']/;
  const bad = names.filter((name) => forbidden.test(readFileSync(join(lib, name), 'utf8')));
  demand(bad.length === 0, `paths of the checkout are left in ${bad.join(', ')}`);
  const marker = '//#import lib/';
  const holders = names.filter((name) => readFileSync(join(lib, name), 'utf8').includes(marker));
  demand(holders.length === 1, `the shaders are in ${holders.length} modules: ${holders.join(', ')}`);
}

/** Packages that modules of the package have code of, by the names that a bundler leaves in its comments. */
function searchNotices() {
  const lib = join(installed, 'lib');
  const text = readFileSync(join(lib, 'third-party-notices.txt'), 'utf8');
  const named = [...text.matchAll(/^={80}\n(\S+) \d.*\n={80}$/gm)].map(([, name]) => name);
  const code = readdirSync(lib, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(lib, name), 'utf8'))
    .join('\n');
  const regions = [
    ...code.matchAll(/^\/\/ (?:.*node_modules\/((?:@[^/]+\/)?[^/]+)|.{0,2}(rolldown))\/.*\.\w+$/gm),
  ];
  const inside = new Set(regions.map(([, name, helper]) => name ?? helper));
  const [a, b] = [named, [...inside]].map((names) => names.sort().join(', '));
  demand(a === b, `third-party-notices.txt names ${a || 'nobody'}, and the code is of ${b || 'nobody'}`);
  return `notices of ${a || 'nobody'}`;
}

function withoutGpu() {
  const planned = script(`
    import { blobSource, openModel, planLevel } from 'nibble-studio';
    import { readFileSync } from 'node:fs';
    const model = await openModel(blobSource('a.gguf', new Blob([readFileSync('${MODEL}')])));
    console.log(planLevel(model, '${LEVEL}').fileBytes);`);
  demand(Number(planned) > 1e6, `a plan without a GPU has ${planned} bytes`);
  const refused = script(`
    import { GpuError, openDevice } from 'nibble-studio/node';
    const error = await openDevice().catch((error) => error);
    console.log(error instanceof GpuError, error.hint);`);
  demand(/^true .*npm install webgpu/.test(refused), `without webgpu: ${refused}`);
  return `planned ${Number(planned)} bytes`;
}

function typeCheck() {
  cpSync(join(root, 'scripts/package/consumer.ts'), join(project, 'consumer.ts'));
  const native = join(root, 'node_modules/typescript/bin/tsc');
  const api = createRequire(require.resolve('@microsoft/api-extractor'));
  const compilers = [native, join(api.resolve('typescript'), '../tsc.js')];
  for (const compiler of compilers)
    for (const module of [
      ['--module', 'nodenext'],
      ['--module', 'esnext', '--moduleResolution', 'bundler'],
    ])
      node(
        compiler,
        '--noEmit',
        '--strict',
        '--exactOptionalPropertyTypes',
        '--target',
        'es2023',
        ...module,
        'consumer.ts',
      );
  return compilers.map((compiler) => node(compiler, '--version').trim()).join(', ');
}

function examples() {
  const { version } = require('webgpu/package.json');
  output('npm', [
    'install',
    '--omit=dev',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    `webgpu@${version}`,
  ]);
  const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
  const checkout = ['quantize', MODEL, LEVEL, join(project, 'cli.gguf'), '--json'];
  const expected = JSON.parse(output(process.execPath, [tsx, 'src/cli/main.ts', ...checkout], root)).sha256;
  const quantized = node('examples/node/quantize.mjs', MODEL, LEVEL, 'out.gguf');
  demand(
    expected && quantized.includes(expected),
    `the command line says ${expected}, the package ${quantized}`,
  );
  const answer = node('examples/node/chat.mjs');
  demand(/\w+ \w+ \w+/.test(answer), `the answer is "${answer}"`);
  const [, kl] = /KL divergence ([\d.]+) nats/.exec(node('examples/node/kl.mjs'));
  demand(kl > 0 && kl < 0.5, `the divergence is ${kl} nats`);
  return { expected, kl: Number(kl) };
}

async function pages({ expected, kl }) {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const workerPage = join(project, 'examples/worker');
  mkdirSync(workerPage);
  cpSync(join(root, 'scripts/package/worker-page.html'), join(workerPage, 'index.html'));
  cpSync(join(root, 'examples/page/vite.config.js'), join(workerPage, 'vite.config.js'));
  for (const page of ['page', 'worker']) node(vite, 'build', `examples/${page}`, '--logLevel', 'warn');
  const found = await driveExample(join(project, 'examples/page'), chromium);
  demand(
    found.sha256 === expected && found.downloaded === expected,
    `the page's file is ${JSON.stringify(found)}`,
  );
  demand(/\w+ \w+ \w+/.test(found.answer), `the page's answer is "${found.answer}"`);
  demand(found.kl > 0 && found.kl < 10 * kl, `the page's divergence is ${found.kl} nats, Node's ${kl}`);
  const worker = await driveWorker(workerPage, chromium);
  demand(/^llama on /.test(worker), `the worker says: ${worker}`);
  return worker;
}

async function step(name, run) {
  const started = Date.now();
  const said = await run();
  const text = typeof said === 'object' ? JSON.stringify(said) : said;
  console.log(`${((Date.now() - started) / 1000).toFixed(1)} s  ${name}${text ? `: ${text}` : ''}`);
  return said;
}
try {
  cpSync(join(root, 'examples'), join(project, 'examples'), { recursive: true });
  symlinkSync(join(root, 'public'), join(project, 'public'), 'junction');
  await step('pack and install', pack);
  await step('no paths of the checkout, shaders once', searchTexts);
  await step('notices of third parties', searchNotices);
  await step('open and plan without a GPU', withoutGpu);
  await step('types', typeCheck);
  const found = await step('examples in Node', examples);
  await step('pages in Chromium', () => pages(found));
} finally {
  rmSync(project, { recursive: true, force: true });
}
