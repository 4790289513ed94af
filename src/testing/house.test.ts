// The house inspector: direction of imports, who may know what, twins, file length. It reads files as text.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { quantFormats } from '../quant/registry';

const root = resolve(import.meta.dirname, '../..');
/** A file may import its own layer and those to the left of it. */
const layers = [
  'util',
  'wgsl',
  'gpu',
  'quant',
  'files',
  'ops',
  'text',
  'model',
  'session',
  'worker',
  'store',
  'ui',
  'cli',
];
const MOST_LINES = 300;

const walk = (dir: string): string[] =>
  readdirSync(join(root, dir), { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? walk(`${dir}/${e.name}`) : [`${dir}/${e.name}`],
  );
const sources = walk('src').filter((f) => /\.tsx?$/.test(f) && !f.endsWith('.d.ts'));
const production = sources.filter((f) => !f.includes('.test.') && !f.startsWith('src/testing/'));
const shaders = walk('shaders');
const text = (file: string): string => readFileSync(join(root, file), 'utf8');
const layerOf = (file: string): number => layers.indexOf(file.split('/')[1] ?? '');
const imports = (code: string): string[] =>
  [...code.matchAll(/from '([^']+)'|import '([^']+)'/g)].map((m) => m[1] ?? m[2]!);

/** Imports of a file that point right, or into a layer that pure layers must not know. */
function wrongImports(file: string, code: string): string[] {
  const own = layerOf(file);
  return imports(code)
    .filter((to) => to.startsWith('.'))
    .map((to) => relative(root, resolve(root, dirname(file), to)))
    .filter(
      (to) =>
        layerOf(to) > own ||
        (file.startsWith('src/store/') && to.startsWith('src/gpu/') && !code.includes('import type')),
    )
    .map((to) => `${file} -> ${to}`);
}

const outsiders: readonly { rule: string; pattern: RegExp; allowed: RegExp }[] = [
  { rule: 'React', pattern: /from 'react/, allowed: /^src\/(ui\/|main\.tsx)/ },
  { rule: 'recharts', pattern: /from 'recharts'/, allowed: /^src\/ui\/compare\// },
  { rule: 'import.meta.glob', pattern: /import\.meta\.glob/, allowed: /^src\/wgsl\/sources\.ts$/ },
  { rule: 'createBuffer', pattern: /\.createBuffer\(/, allowed: /^src\/gpu\/memory\.ts$/ },
  { rule: 'navigator.gpu', pattern: /navigator\.gpu/, allowed: /^src\/worker\/engine\.worker\.ts$/ },
  { rule: 'document', pattern: /\bdocument\./, allowed: /^src\/(ui|store)\/|^src\/main\.tsx$/ },
  { rule: 'node modules', pattern: /from 'node:/, allowed: /^src\/cli\// },
  { rule: 'WGSL in TypeScript', pattern: /@compute|@group\(/, allowed: /^$/ },
];

describe('the house', () => {
  test('imports point down the layer list', () => {
    expect(production.flatMap((file) => (layerOf(file) < 0 ? [] : wrongImports(file, text(file))))).toEqual(
      [],
    );
  });
  test('a wrong import is caught', () => {
    expect(wrongImports('src/quant/bad.ts', "import { matvec } from '../ops/kernels';")).toEqual([
      'src/quant/bad.ts -> src/ops/kernels',
    ]);
  });
  test('no file is longer than a reader takes in', () => {
    const long = [...production, ...shaders].filter((f) => text(f).split('\n').length > MOST_LINES);
    expect(long).toEqual([]);
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
  test('no machine path and no focused test', () => {
    const bad = sources.filter((f) => /\.(only|todo)\(/.test(text(f)) && !f.endsWith('house.test.ts'));
    expect(bad).toEqual([]);
  });
});
