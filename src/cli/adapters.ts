import { basename, resolve } from 'node:path';
import { readAdapter } from '../checkpoint/lora/adapter';
import type { ScaledAdapter } from '../checkpoint/lora/merge';
import { openPath } from '../node/files';
import { UsageError, type Values } from './arguments';

/** Adapters of --lora PATH and --lora-scaled PATH:SCALE, in that order. Throws UsageError, FileError, UnsupportedError. */
export async function adaptersOf(values: Pick<Values, 'lora' | 'lora-scaled'>): Promise<ScaledAdapter[]> {
  const wanted = (values.lora ?? []).map((path) => ({ path, scale: 1 }));
  for (const text of values['lora-scaled'] ?? []) {
    const colon = text.lastIndexOf(':');
    const scale = Number(text.slice(colon + 1));
    if (colon < 1 || text.slice(colon + 1).trim() === '' || !Number.isFinite(scale))
      throw new UsageError(`--lora-scaled is "${text}", expected PATH:SCALE.`);
    wanted.push({ path: text.slice(0, colon), scale });
  }
  return Promise.all(
    wanted.map(async ({ path, scale }) => ({
      adapter: await readAdapter(openPath(path), basename(resolve(path))),
      scale,
    })),
  );
}
