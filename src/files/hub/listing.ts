import { shownValue } from '../../util/foreign-text';
import { FileError } from '../../util/errors';
import type { HubAddress } from './address';
import { getJson, type HttpOptions } from './http';

/** A file of a repository, as the hub lists it. */
export interface HubFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** LFS or git object id; changes with the content. */
  readonly version: string;
}

interface ListEntry {
  readonly type?: unknown;
  readonly path?: unknown;
  readonly size?: unknown;
  readonly oid?: unknown;
  readonly lfs?: { readonly size?: unknown; readonly oid?: unknown };
}

const MAX_FILES = 20_000;
/** Weights in the files of torch.save, as they are named beside a config.json. */
export const PYTORCH_WEIGHTS = /^pytorch_model[^/]*\.bin$/;
/** Ending of a part of a model that is split. */
export const SPLIT = /-\d{5}-of-\d{5}\.gguf$/;

/** Lists the files of a repository, over all pages. */
export async function listFiles(address: HubAddress, options: HttpOptions): Promise<HubFile[]> {
  const { endpoint, repository, revision } = address;
  const files: HubFile[] = [];
  let url: string | undefined =
    `${endpoint}/api/models/${repository}/tree/${encodeURIComponent(revision)}?recursive=true`;
  while (url) {
    const { json, next } = await getJson(url, repository, options);
    if (!Array.isArray(json))
      throw new FileError(
        `${repository}: the list of its files is no list.`,
        'Is this the address of a hub?',
      );
    for (const entry of (json as (ListEntry | null)[]).map((e) => e ?? {})) {
      const size = entry.lfs?.size ?? entry.size;
      if (entry.type !== 'file' || typeof entry.path !== 'string') continue;
      if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0)
        files.push({
          path: entry.path,
          sizeBytes: size,
          version: shownValue(entry.lfs?.oid ?? entry.oid ?? size).replace(/[^\w-]/g, ''),
        });
    }
    if (files.length > MAX_FILES)
      throw new FileError(`${repository}: more than ${MAX_FILES} files.`, 'This is no model.');
    // The token must not be sent to another host.
    if (next && new URL(next).origin !== new URL(endpoint).origin)
      throw new FileError(`${repository}: the list of its files goes on at another host: ${next}.`);
    url = next;
  }
  return files;
}

/** GGUF files grouped by model: splits share a key. */
export function ggufModels(files: readonly HubFile[]): Map<string, HubFile[]> {
  const models = new Map<string, HubFile[]>();
  for (const file of files) {
    if (!file.path.endsWith('.gguf') || /mmproj/i.test(file.path)) continue;
    const name = file.path.replace(SPLIT, '.gguf');
    models.set(name, [...(models.get(name) ?? []), file]);
  }
  return models;
}
