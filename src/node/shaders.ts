import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Sources } from '../wgsl/link';

const dir = resolve(import.meta.dirname, '../../shaders');

/** Every shader, from the checkout. The package's build puts the texts themselves in the place of this file. */
export function shadersFromDisk(): Sources {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.wgsl'));
  return new Map(
    files.map((f) => [f.replace(/\.wgsl$/, '').replaceAll('\\', '/'), readFileSync(join(dir, f), 'utf8')]),
  );
}
