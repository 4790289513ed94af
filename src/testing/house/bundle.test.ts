import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');

/** The scripts that a build in a mode serves, by name. */
async function scriptsOf(mode: string): Promise<Map<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), `nibble-${mode}-`));
  try {
    const vite = join(root, 'node_modules/vite/bin/vite.js');
    const options = ['--mode', mode, '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'];
    const env = { ...process.env, NODE_ENV: 'production' };
    await promisify(execFile)(process.execPath, [vite, 'build', ...options], { cwd: root, env });
    const assets = join(folder, 'assets');
    const names = readdirSync(assets).filter((name) => name.endsWith('.js'));
    return new Map(names.map((name) => [name, readFileSync(join(assets, name), 'utf8')]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('only the build for tests can take the device away', async () => {
  const holders = async (mode: string) => {
    const scripts = [...(await scriptsOf(mode))];
    // The page and the worker are both there to be searched.
    for (const part of [/^index-/, /^engine\.worker-/])
      expect(
        scripts.filter(([name, code]) => part.test(name) && code.includes('collectImatrix')),
      ).toHaveLength(1);
    return scripts.filter(([, code]) => code.includes('loseDevice')).map(([name]) => name.split('-')[0]);
  };
  expect(await holders('production')).toEqual([]);
  expect((await holders('test')).sort()).toEqual(['engine.worker', 'index']);
});
