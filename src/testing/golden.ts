import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = join(import.meta.dirname, 'golden');

/** Bytes of a golden file, in a buffer of their own. */
export function goldenBytes(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(join(folder, name)));
}
export const goldenFloats = (name: string): Float32Array<ArrayBuffer> =>
  new Float32Array(goldenBytes(name).buffer);
export const goldenJson = <T>(name: string): T => JSON.parse(readFileSync(join(folder, name), 'utf8')) as T;

/** An optional larger reference collection beside the checkout; the project does not need it. */
export const sharedFolder = resolve(import.meta.dirname, '../../../shared');
export const hasShared = existsSync(join(sharedFolder, 'golden'));
export const sharedBytes = (path: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(join(sharedFolder, path)));
export const sharedJson = <T>(path: string): T =>
  JSON.parse(readFileSync(join(sharedFolder, path), 'utf8')) as T;
