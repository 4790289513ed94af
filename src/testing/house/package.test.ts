// package.json, held against the imports of the entries of the packed package.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importsOf, targetOf } from './imports';

const root = resolve(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly types: string; readonly import: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
}
const manifest = JSON.parse(read('package.json')) as Manifest;

/** npm packages that files import at run time, and those of the files that they import. */
function packagesOf(entries: readonly string[]): { files: string[]; packages: string[] } {
  const files = new Set(entries);
  const packages = new Set<string>();
  for (const file of files)
    for (const { specifier, typeOnly } of importsOf(file, read(file))) {
      const target = targetOf(root, file, specifier);
      if (target === undefined) {
        const name = specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/');
        if (!typeOnly && !specifier.startsWith('node:')) packages.add(name);
      } else if (!typeOnly && /\.tsx?$/.test(target)) files.add(target);
    }
  return { files: [...files], packages: [...packages].sort() };
}

describe('the package', () => {
  const entries = ['src/index.ts', 'src/node/index.ts', 'src/browser/index.ts', 'src/worker/index.ts'];
  const found = packagesOf(entries);

  test('has an entry for each export', () => {
    expect(Object.keys(manifest.exports)).toEqual(['.', './node', './browser', './worker']);
    expect(entries.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
  test('depends on what its entries import, and on nothing of the page', () => {
    const installed = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)];
    expect(found.packages).toEqual(installed.sort());
  });
  test('reaches the worker and no file of the page, the command line or the tests', () => {
    expect(found.files).toContain('src/worker/engine.worker.ts');
    expect(found.files.filter((file) => /^src\/(store|ui|cli|testing|main)/.test(file))).toEqual([]);
  });
  test('asks for no peer that a browser does not need', () => {
    const required = Object.keys(manifest.peerDependencies).filter(
      (name) => !manifest.peerDependenciesMeta[name]?.optional,
    );
    expect(required).toEqual([]);
    for (const [name, range] of Object.entries(manifest.peerDependencies))
      expect(manifest.devDependencies[name]).toBe(range);
  });
  test('needs no installed package for `.` but pure JavaScript', () => {
    expect(packagesOf(['src/index.ts']).packages).not.toContain('webgpu');
    expect(packagesOf(['src/browser/index.ts']).packages).not.toContain('webgpu');
  });
});
