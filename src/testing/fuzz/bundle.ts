import { mkdirSync, writeFileSync } from 'node:fs';
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

/**
 * The worker and all that it reads with, as one script in `build/fuzz`: threads start fast, and a fault can be planted in a
 * copy. Throws when the text that a fault replaces is not there exactly once.
 */
export async function bundleWorker(name: string, fault?: Fault): Promise<string> {
  let planted = false;
  const bundle = await rolldown({
    input: join(import.meta.dirname, 'worker.ts'),
    platform: 'node',
    plugins: [
      {
        name: 'fault',
        transform(code, id) {
          if (!fault || id !== join(root, fault.file)) return undefined;
          const parts = code.split(fault.from);
          if (parts.length !== 2)
            throw new Error(`${fault.file} has "${fault.from}" ${parts.length - 1} times`);
          planted = true;
          return parts.join(fault.to);
        },
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
  await bundle.close();
  if (fault && !planted) throw new Error(`${fault.file} is no part of the reader`);
  const folder = join(root, 'build/fuzz');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, output[0].code);
  return path;
}
