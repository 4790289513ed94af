// Checks of the source tree: directions of imports, reserved APIs, sizes of files and folders, comments. It reads files
// and runs none.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { quantFormats } from '../../quant/registry';
import { commentsOf } from './comments';
import { circles, importsOf, targetOf } from './imports';
import { interfacesOf, restated } from './restated';
import { roomOf, rooms, whyNot } from './rooms';

const root = resolve(import.meta.dirname, '../../..');
const MAX_LINES = 300;
const MAX_FILES = 20;
/** Folders with one file per entry of a registry, exempt from MAX_FILES. */
const registries = ['src/quant/formats', 'src/model/arch', 'shaders/ops', 'shaders/quant'];

const walk = (dir: string): string[] =>
  readdirSync(join(root, dir), { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? walk(`${dir}/${e.name}`) : [`${dir}/${e.name}`],
  );
const tops = ['src', 'bench', 'examples', 'e2e'].filter((top) => existsSync(join(root, top)));
const sources = tops.flatMap(walk).filter((f) => /\.tsx?$/.test(f) && !f.endsWith('.d.ts'));
const isTest = (file: string): boolean => file.includes('.test.') || /^(src\/testing|e2e)\//.test(file);
const production = sources.filter((f) => f.startsWith('src/') && !isTest(f));
const shaders = walk('shaders');
const text = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Forbidden imports of a file, with the reason. */
const wrongImports = (file: string, code: string): string[] =>
  importsOf(file, code).flatMap(({ specifier, typeOnly }) => {
    const to = targetOf(root, file, specifier);
    const why = to && whyNot(file, to, typeOnly);
    return why ? [`${file} -> ${to}: ${why}`] : [];
  });

const outsiders: readonly { rule: string; pattern: RegExp; allowed: RegExp }[] = [
  { rule: 'React', pattern: /from 'react/, allowed: /^src\/(ui\/|main\.tsx)/ },
  { rule: 'recharts', pattern: /from 'recharts'/, allowed: /^src\/ui\/(compare|inspect|levels)\// },
  { rule: 'import.meta.glob', pattern: /import\.meta\.glob/, allowed: /^src\/wgsl\/sources\.ts$/ },
  { rule: 'createBuffer', pattern: /\.createBuffer\(/, allowed: /^src\/gpu\/memory\.ts$/ },
  // The loop of tokens keeps its own: nothing is made for it between tokens.
  {
    rule: 'createCommandEncoder',
    pattern: /\.createCommandEncoder\(/,
    allowed: /^src\/(gpu\/gpu|infer\/engine)\.ts$/,
  },
  {
    rule: 'navigator.gpu',
    pattern: /navigator\.gpu/,
    allowed: /^src\/(worker\/engine\.worker|browser\/gpu)\.ts$/,
  },
  // startEngine of the package: its bundler finds the worker by this form alone.
  {
    rule: 'new Worker',
    pattern: /new Worker\(/,
    allowed: /^src\/(browser\/start-worker|worker\/index|node\/text-sandbox)\.ts$/,
  },
  { rule: 'navigator.storage', pattern: /navigator\.storage/, allowed: /^src\/(browser|store)\// },
  { rule: 'document', pattern: /\bdocument\./, allowed: /^src\/(ui|store)\/|^src\/main\.tsx$/ },
  { rule: 'node modules', pattern: /from 'node:/, allowed: /^src\/(cli|node)\// },
  // Another decoder drops marks and replaces bytes; another encoder does not know the escapes.
  {
    rule: 'text from bytes, and back',
    pattern: /\bText(De|En)coder(Stream)?\b|\butf8ToBytes\b|\bbytesToUtf8\b/,
    allowed: /^src\/util\/utf8\.ts$/,
  },
  { rule: 'WGSL in TypeScript', pattern: /@compute|@group\(/, allowed: /^$/ },
];

describe('the house', () => {
  test('imports point down the list of rooms', () => {
    expect(production.filter((f) => roomOf(f) === undefined)).toEqual([]);
    const files = sources.filter((f) => !f.startsWith('e2e/') && !f.includes('.test.'));
    expect(files.flatMap((file) => wrongImports(file, text(file)))).toEqual([]);
  });
  const wrong = [
    ['src/quant/bad.ts', "import { matvec } from '../ops/kernels';"],
    ['src/quant/bad.ts', "import type { Gpu } from '../device/tune';"],
    ['src/quant/bad.ts', "import { type Prepared } from '../pipeline/prepared';"],
    ['src/quant/bad.ts', "const m = await import('../studio/studio');"],
    ['src/quant/bad.ts', "export { Studio } from '../studio/studio';"],
    ['src/quant/bad.ts', "export * from '../studio/studio';"],
    ['src/quant/bad.ts', "export type { Studio } from '../studio/studio';"],
    ['src/quant/bad.ts', "let s: import('../studio/studio').Studio;"],
    ['src/quant/bad.ts', "new Worker(new URL('../worker/engine.worker.ts', import.meta.url));"],
    ['src/model/bad.ts', "import { testGpu } from '../testing/device';"],
    ['src/studio/bad.ts', "import { openPath } from '../node/files';"],
    ['src/studio/bad.ts', "import { tinyGguf } from '../../bench/models/tiny-llama';"],
    ['src/cli/bad.ts', "import { engineClient } from '../store/store';"],
    ['src/store/bad.ts', "import { planQuantization, type Plan } from '../model/plan';"],
    ['src/ui/bad.tsx', "import { openNodeGpu } from '../node/gpu';"],
  ] as const;
  test.each(wrong)('a wrong import is caught: %s: %s', (file, code) => {
    expect(wrongImports(file, code)).toHaveLength(1);
  });
  test('a page that takes a type of the engine is right', () => {
    expect(wrongImports('src/ui/good.tsx', "import type { Plan } from '../model/plan';")).toEqual([]);
    expect(wrongImports('src/ui/good.tsx', "import { type Plan } from '../model/plan';")).toEqual([]);
  });

  test('the page derives its types from those of the engine', () => {
    const isPage = (file: string) => /^src\/(store|ui)\//.test(file);
    const all = (files: readonly string[]) =>
      new Map(
        files.flatMap((f) =>
          [...interfacesOf(f, text(f))].map(([name, m]) => [`${name} of ${f}`, m] as const),
        ),
      );
    const engine = all(production.filter((f) => !isPage(f)));
    expect(restated(all(production.filter(isPage)), engine, 3)).toEqual([]);
    const copy = interfacesOf(
      'copy.ts',
      'interface Copy { readonly sha256: string; readonly sizeBytes: number; readonly checkedBlocks: number }',
    );
    expect(restated(copy, engine, 3)).toEqual([
      'Copy restates ExportReport of src/pipeline/write-file.ts: sha256: string, sizeBytes: number, checkedBlocks: number',
    ]);
  });

  const graph = new Map(
    production.map((file) => [
      file,
      importsOf(file, text(file)).flatMap(({ specifier }) => targetOf(root, file, specifier) ?? []),
    ]),
  );
  test('no circle of files, types included', () => {
    expect(circles(graph)).toEqual([]);
    expect(
      circles(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['a']],
          ['d', ['a']],
        ]),
      ),
    ).toEqual([['a', 'b', 'c']]);
  });
  test('no file is longer than a reader takes in', () => {
    const long = [...production, ...shaders, ...sources.filter((f) => /^(bench|examples)\//.test(f))];
    expect(long.filter((f) => text(f).split('\n').length > MAX_LINES)).toEqual([]);
  });
  test('no folder holds more files than a reader takes in', () => {
    const counts = new Map<string, number>();
    const own = [...sources.filter((f) => f.startsWith('src/') && !f.includes('.test.')), ...shaders];
    for (const file of own) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    const large = [...counts].filter(([dir, n]) => n > MAX_FILES && !registries.includes(dir));
    expect(large).toEqual([]);
  });
  test('docs/architecture.md draws these rooms in this order', () => {
    const drawn = [...text('docs/architecture.md').matchAll(/^\| `(?:src\/)?(\w+)(?:\/|\.tsx?)?` +\|/gm)].map(
      (m) => m[1]!,
    );
    const known: readonly string[] = rooms;
    expect(drawn.filter((room) => known.includes(room))).toEqual(
      known.filter((room) => drawn.includes(room)),
    );
    expect(known.filter((room) => !drawn.includes(room))).toEqual([]);
  });
  test('every format has its three shaders, and every format folder its object', () => {
    const folders = readdirSync(join(root, 'shaders/quant'));
    for (const id of folders) {
      expect(existsSync(join(root, `src/quant/formats/${id}.ts`)), id).toBe(true);
      for (const part of ['decode', 'codes', 'encode'])
        expect(existsSync(join(root, `shaders/quant/${id}/${part}.wgsl`)), `${id}/${part}`).toBe(true);
    }
    for (const { id, encodeGroup } of quantFormats)
      expect(text(`shaders/quant/${id}/encode.wgsl`), id).toContain(
        `const ENCODE_GROUP: u32 = ${encodeGroup}u;`,
      );
    const registry = text('src/quant/registry.ts');
    expect(folders.filter((id) => !registry.includes(`./formats/${id}'`))).toEqual([]);
  });
  test.each(outsiders)('$rule stays in its room', ({ pattern, allowed }) => {
    expect(production.filter((f) => pattern.test(text(f)) && !allowed.test(f))).toEqual([]);
  });
  test('comments give reasons', () => {
    const narrates = (path: string, code: string): string[] =>
      commentsOf(path, code).filter((comment) => /^(What|How|Whether|Where|Which)\b/.test(comment));
    const scripts = tops.flatMap(walk).filter((f) => /\.(tsx?|m?js)$/.test(f));
    const found = [...scripts, ...shaders].flatMap((f) =>
      narrates(f, text(f)).map((comment) => `${f}: ${comment.split('\n')[0]}`),
    );
    expect(found).toEqual([]);
    const bad = '/**\n * What it is.\n */\nlet a = 1; // How\n// Where it is.\n// Which is fine here.\n';
    expect(narrates('bad.ts', `${bad}const s = '// What';`)).toHaveLength(3);
    expect(narrates('bad.wgsl', bad)).toHaveLength(3);
  });
  test('a bound in bytes has a name of its own', () => {
    const names = production.flatMap((f) =>
      [...text(f).matchAll(/^(?:export )?const ([A-Z_]+_BYTES)\b/gm)].map((m) => m[1]!),
    );
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
  test('every reader has its fuzzer', () => {
    const registry = text('src/testing/fuzz/registry.ts');
    const files = readdirSync(join(root, 'src/testing/fuzz/readers')).map((f) => f.replace('.ts', ''));
    expect(files.filter((name) => !registry.includes(`'./readers/${name}'`))).toEqual([]);
    // A reader is what takes bytes or a text of a file, by its name.
    const readers = production.flatMap((f) =>
      [
        ...text(f).matchAll(
          /^export (?:async )?(?:function|const) ((?:read|parse|from)[A-Z]\w*)\(?[^)]*(?:source: ByteSource|bytes: Uint8Array|text: string)/gm,
        ),
      ].map((m) => `${m[1]} of ${f}`),
    );
    /** A wrapper of a reader, an option of the command line, and the page's own disk; addresses are with the hub. */
    const others = ['readImportanceMatrix', 'parseBytes', 'parseJournal', 'parseHubAddress'];
    const fuzzed = files.map((name) => text(`src/testing/fuzz/readers/${name}.ts`)).join('\n');
    expect(readers.length).toBeGreaterThan(5);
    expect(
      readers.filter((r) => !others.concat(fuzzed).some((known) => known.includes(r.split(' ')[0]!))),
    ).toEqual([]);
  });
  test('no focused test', () => {
    const bad = sources.filter((f) => /\.(only|todo)\(/.test(text(f)) && !f.endsWith('house.test.ts'));
    expect(bad).toEqual([]);
  });
});
