import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';
import { licenseOf } from '../../../scripts/site/license';
import { siteBase } from '../../../scripts/site/base';
import { hubOrigins } from '../../../scripts/site/policy';
import { keptFiles } from '../../../scripts/site/service-worker';

const root = resolve(import.meta.dirname, '../../..');

interface Site {
  readonly html: string;
  /** By name, from its folder of assets. */
  readonly scripts: ReadonlyMap<string, string>;
  readonly serviceWorker: string;
  /** Paths of all files. */
  readonly files: readonly string[];
  readonly notices: string;
  /** Modules of all scripts, by their maps. */
  readonly modules: readonly string[];
}

/** The site that a build in a mode makes, with its variables and more options. */
async function build(mode: string, env: Record<string, string>, more: string[] = []): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), `nibble-${mode}-`));
  try {
    const vite = join(root, 'node_modules/vite/bin/vite.js');
    const options = ['--mode', mode, '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'];
    await promisify(execFile)(process.execPath, [vite, 'build', ...options, ...more], {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'production', VITE_HUB_ORIGINS: '', VITE_BASE: '', ...env },
    });
    const assets = join(folder, 'assets');
    const names = readdirSync(assets).filter((name) => name.endsWith('.js'));
    const maps = readdirSync(assets).filter((name) => name.endsWith('.js.map'));
    return {
      html: readFileSync(join(folder, 'index.html'), 'utf8'),
      serviceWorker: readFileSync(join(folder, 'sw.js'), 'utf8'),
      files: readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.')),
      notices: readFileSync(join(folder, 'third-party-notices.txt'), 'utf8'),
      modules: maps.flatMap((name) => sourcesOf(readFileSync(join(assets, name), 'utf8'))),
      scripts: new Map(names.map((name) => [name, readFileSync(join(assets, name), 'utf8')])),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const sourcesOf = (map: string): string[] => (JSON.parse(map) as { sources: string[] }).sources;
const production = build('production', {});
const forTests = build(
  'test',
  {
    VITE_HUB_ORIGINS: 'https://hub.example, https://*.mirror.example:8443',
    VITE_BASE: 'https://you.example/nibble/',
  },
  ['--sourcemap'],
);

test('only the build for tests can take the device away', async () => {
  const holders = ({ scripts }: Site) => {
    // The page and the worker are both there to be searched.
    for (const part of [/^index-/, /^engine\.worker-/])
      expect(
        [...scripts].filter(([name, code]) => part.test(name) && code.includes('collectImatrix')),
      ).toHaveLength(1);
    return [...scripts]
      .filter(([, code]) => /loseDevice|hangEngine|failEngine|crashed for a test/.test(code))
      .map(([name]) => name.split('-')[0]);
  };
  expect(holders(await production)).toEqual([]);
  expect(holders(await forTests).sort()).toEqual(['engine.worker', 'index']);
});

/** Bytes, gzipped, of what the first screen loads, and of the workers. The measured sizes are 124, 222 and 40 kB. */
const MAX_FIRST_BYTES = 150_000;
const MAX_WORKER_BYTES = 300_000;

test('the first screen loads little; charts, Markdown and mathematics come with their views', async () => {
  const { html, scripts } = await production;
  const packed = (name: string) => gzipSync(scripts.get(name)!).length;
  const first = [...html.matchAll(/(?:src|href)="\.\/assets\/([^"]+\.js)"/g)].map((m) => m[1]!);
  expect(first.length).toBeGreaterThan(0);
  expect(first.reduce((n, name) => n + packed(name), 0)).toBeLessThan(MAX_FIRST_BYTES);
  for (const name of first) expect(scripts.get(name), name).not.toMatch(/recharts|temml|micromark/);
  // The second language is one more script, which the first screen has no use of.
  const inIndonesian = [...scripts]
    .filter(([, code]) => code.includes('Kecilkan model'))
    .map(([name]) => name);
  expect(inIndonesian).toHaveLength(1);
  expect(first).not.toContain(inIndonesian[0]);
  const workers = [...scripts.keys()].filter((name) => /^(engine|text)\.worker-/.test(name));
  expect(workers).toHaveLength(2);
  for (const name of workers) expect(packed(name), name).toBeLessThan(MAX_WORKER_BYTES);
});

/** Sources by directive, of the one policy that a page states. */
function policyOf(html: string): Map<string, string[]> {
  const found = [...html.matchAll(/<meta http-equiv="Content-Security-Policy" content="([^"]*)" \/>/g)];
  expect(found).toHaveLength(1);
  return new Map(
    found[0]![1]!.split('; ').map((part) => {
      const [directive = '', ...sources] = part.split(' ');
      return [directive, sources];
    }),
  );
}
const HUB = ['https://huggingface.co', 'https://*.huggingface.co', 'https://hf.co', 'https://*.hf.co'];
const LOOPBACK = ['http://localhost:*', 'http://127.0.0.1:*'];

test('the built page states its policy, before anything that it governs', async () => {
  const { html } = await production;
  const policy = policyOf(html);
  expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.search(/<(script|link|style)\b/));
  expect(policy.get('default-src')).toEqual(["'none'"]);
  expect(policy.get('script-src')).toEqual(["'self'"]);
  expect(policy.get('worker-src')).toEqual(["'self'", 'blob:']);
  expect(policy.get('connect-src')).toEqual(["'self'", 'blob:', ...HUB, ...LOOPBACK]);
  for (const closed of ['object-src', 'base-uri', 'form-action'])
    expect(policy.get(closed)).toEqual(["'none'"]);
  expect([...policy.keys()]).not.toContain('frame-ancestors');
  expect(html).not.toMatch(/unsafe-eval/);
  // The policy would refuse what stands in the page itself.
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=/);
});

test('hubs of a build setting are in its policy', async () => {
  const sources = policyOf((await forTests).html).get('connect-src');
  const more = ['https://hub.example', 'https://*.mirror.example:8443'];
  expect(sources).toEqual(["'self'", 'blob:', ...HUB, ...LOOPBACK, ...more]);
});

test.each([
  'http://hub.example',
  'https://hub.example/models',
  'hub.example',
  '*',
  "https://a; script-src 'x'",
])('a build with %s as a hub is refused', (text) => {
  expect(() => hubOrigins(text)).toThrow(/VITE_HUB_ORIGINS has ".*": expected origins/);
});

test('nothing in the page needs to be at the root of its server', async () => {
  const { html } = await production;
  const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!);
  expect(addresses.length).toBeGreaterThan(2);
  expect(addresses.filter((address) => !address.startsWith('./'))).toEqual([]);
});

test.each(['', './', '/', '/nibble/', '/a/b.c/', 'https://you.example/nibble/', 'https://you.example/'])(
  'a build below %s',
  (text) => expect(siteBase(text)).toBe(text || './'),
);
test.each([
  'nibble/',
  '/nibble',
  'http://you.example/',
  'https://you.example',
  '//you.example/',
  '/a b/',
  '/"/',
])('a build below %s is refused', (text) =>
  expect(() => siteBase(text)).toThrow(/VITE_BASE has ".*": expected a path such as/),
);

test('a build with an address has it before all of its own, the picture of shared links too', async () => {
  const { html } = await forTests;
  const addresses = [...html.matchAll(/(?:src|href|og:image" content)="([^"]+)"/g)].map(([, at]) => at!);
  expect(addresses.length).toBeGreaterThan(3);
  expect(addresses.filter((address) => !address.startsWith('https://you.example/nibble/'))).toEqual([]);
});

/** Name of the package that a module is of. */
const packageOf = (source: string): string | undefined =>
  /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ??
  /(?:^|\/)\0?(vite|rolldown)\//.exec(source)?.[1];
const namesOf = (notices: string): string[] =>
  [...notices.matchAll(/^={80}\n(\S+) \d[^\n]*\n={80}$/gm)].map((m) => m[1]!).sort();

test('every package whose code is in the build is named with its licence, and none that is not', async () => {
  const { notices, modules, scripts } = await forTests;
  const bundle = await rolldown({ input: join(root, 'src/browser/site/service-worker.ts'), tsconfig: false });
  const { output } = await bundle.generate({ sourcemap: true });
  await bundle.close();
  const inServiceWorker = output.flatMap((chunk) =>
    chunk.type === 'chunk' ? (chunk.map?.sources ?? []) : [],
  );
  const packages = new Set(
    [...modules, ...inServiceWorker].map(packageOf).filter((name) => name !== undefined),
  );
  expect(packages.size).toBeGreaterThan(40);
  // Maps leave out the helpers of the bundlers, of which this is one.
  expect([...scripts.values()].some((code) => code.includes('vite:preloadError'))).toBe(true);
  packages.add('vite').add('rolldown');
  expect(namesOf(notices)).toEqual([...packages].sort());
  for (const font of ['Inter (font)', 'JetBrains Mono (font)']) expect(notices).toContain(`\n${font}\n`);
  expect(notices.match(/SIL OPEN FONT LICENSE/g)).toHaveLength(2);
  expect((await production).notices).toBe(notices);
});

test('a package without the text of its licence stops the build', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nibble-license-'));
  const thing = { name: 'thing', version: '1.0.0', license: 'MIT' };
  expect(() => licenseOf(folder, thing)).toThrow(/thing states the licence "MIT" and has no file/);
  expect(() => licenseOf(folder, { ...thing, license: 'Other', author: 'A' })).toThrow(/"Other" and has no/);
  expect(licenseOf(folder, { ...thing, author: 'A. Author' })).toMatch(
    /^MIT License\n\nCopyright \(c\) A. Author\n/,
  );
  expect(licenseOf(folder, { ...thing, license: 'Unlicense' })).toMatch(/^This is free and unencumbered/);
  writeFileSync(join(folder, 'LICENCE.md'), 'Theirs.\n\n# Licenses of bundled dependencies\nOthers.');
  expect(licenseOf(folder, thing)).toBe('Theirs.');
  rmSync(folder, { recursive: true });
});

test('the service worker keeps every file of the build, by name or by what is in it', async () => {
  const { serviceWorker, files } = await production;
  const kept = [...serviceWorker.matchAll(/url:[`"']([^`"']+)[`"'],revision:(null|[`"']\w{16}[`"'])/g)];
  const named = files
    .filter((name) => name !== 'sw.js')
    .map((name) => (name === 'index.html' ? './' : `./${name}`));
  expect(kept.map(([, url]) => url).sort()).toEqual(named.sort());
  expect(named).toContain('./models/nibble-stories-F16.gguf');
  const hashed = kept.filter(([, , revision]) => revision === 'null').map(([, url]) => url!);
  expect(hashed.length).toBeGreaterThan(5);
  expect(hashed.filter((url) => !url.startsWith('./assets/'))).toEqual([]);
});

test('a file that is too large to be kept unasked stops the build', () => {
  const models = join(root, 'public/models');
  expect(keptFiles(models).map(({ url }) => url)).toEqual(['./nibble-stories-F16.gguf']);
  expect(() => keptFiles(models, 1_000_000)).toThrow(/nibble-stories-F16.gguf has \d+ bytes, more than/);
});
