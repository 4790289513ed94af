import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

export const root = resolve(import.meta.dirname, '../../..');

/** A fault to plant: in a source, one text in the place of another. */
export interface Fault {
  readonly reader: string;
  /** From the root of the project. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const ENTRY = '\0entry';
const entryOf = (reader: string): string => `
import { serve } from ${JSON.stringify(join(import.meta.dirname, 'worker.ts'))};
import { reader } from ${JSON.stringify(join(import.meta.dirname, `readers/${reader}.ts`))};
serve(reader);
`;

/**
 * The worker with one fuzzer and all that it reads with, as one script in `build/fuzz`: threads start fast, what a reader
 * cannot reach is shaken out, and a fault can be planted in a copy. Throws when the text that a fault replaces is not there
 * exactly once.
 */
export async function bundleWorker(reader: string, name = reader, fault?: Fault): Promise<string> {
  let planted = false;
  const bundle = await rolldown({
    input: ENTRY,
    platform: 'node',
    plugins: [
      {
        name: 'entry and fault',
        resolveId: (id) => (id === ENTRY ? id : undefined),
        load(id) {
          if (id === ENTRY) return entryOf(reader);
          if (!fault || id !== join(root, fault.file)) return undefined;
          const parts = readFileSync(id, 'utf8').split(fault.from);
          if (parts.length !== 2)
            throw new Error(`${fault.file} has "${fault.from}" ${parts.length - 1} times`);
          planted = true;
          return parts.join(fault.to);
        },
      },
    ],
  });
  const folder = join(root, 'build/fuzz');
  const { output } = await bundle.generate({
    dir: folder,
    format: 'esm',
    codeSplitting: false,
    sourcemap: true,
  });
  await bundle.close();
  if (fault && !planted) throw new Error(`${fault.file} is no part of the reader`);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.mjs`);
  // Paths in the map are as seen from this folder.
  writeFileSync(path, output[0].code);
  writeFileSync(`${path}.map`, JSON.stringify(output[0].map));
  return path;
}
