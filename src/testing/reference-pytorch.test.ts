// Files of torch.save of the reference collection, where it lies beside the checkout: every float tensor bit for bit, and
// pickles that must be refused. pytorch.test.ts carries its own.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { readPyTorch } from '../files/pytorch/read';
import type { SafeTensor } from '../files/safetensors/read';
import { asFloat32, withoutDoubles } from '../model/convert/tensors/lazy';
import { NibbleError } from '../util/errors';
import { sharedFolder } from './golden';

const FOLDER = join(sharedFolder, 'golden/formats/pytorch');
const isThere = existsSync(FOLDER);
if (!isThere)
  process.stdout.write('NOT RUN: the reference files of torch.save are not beside this checkout.\n');
const source = (...path: string[]) =>
  memorySource(path.at(-1)!, new Uint8Array(readFileSync(join(FOLDER, ...path))));
const expectedOf = <T>(name: string): T =>
  JSON.parse(readFileSync(join(FOLDER, name, 'expected.json'), 'utf8')) as T;
const cases = isThere ? readdirSync(FOLDER).filter((name) => name !== 'malicious') : [];

describe.runIf(isThere)('files of torch.save', () => {
  test('all of them are there', () => expect(cases.length).toBe(7));

  test.each(cases)('%s', async (name) => {
    const { tensors } = expectedOf<{ tensors: Record<string, { shape: number[]; sha256?: string }> }>(name);
    const found = new Map<string, SafeTensor>();
    for (const file of readdirSync(join(FOLDER, name)).filter((f) => f.endsWith('.bin')))
      for (const tensor of await readPyTorch(source(name, file))) found.set(tensor.name, tensor);
    expect([...found.keys()].sort()).toEqual(Object.keys(tensors).sort());
    for (const [key, { shape, sha256 }] of Object.entries(tensors)) {
      const tensor = found.get(key)!;
      expect(tensor.shape, key).toEqual(shape);
      if (!sha256) continue;
      const floats = asFloat32(withoutDoubles(tensor));
      const bytes = await floats.read(0, floats.sizeBytes);
      expect(createHash('sha256').update(bytes).digest('hex'), key).toBe(sha256);
    }
  });

  test('what must be refused is refused in under a second, and the good one is read', async () => {
    const { files } = expectedOf<{ files: { file: string; expect: string }[] }>('malicious');
    expect(files.length).toBe(29);
    for (const { file, expect: wanted } of files) {
      const started = performance.now();
      const result = await readPyTorch(source('malicious', file)).catch((error: unknown) => error);
      if (wanted === 'load') expect(result, file).toHaveLength(1);
      else expect(result, file).toBeInstanceOf(NibbleError);
      expect(performance.now() - started, file).toBeLessThan(1000);
    }
  });
});
