import { FileError } from '../../util/errors';
import { displayText, hasLoneSurrogate } from '../../util/utf8';
import { HUB, parseHubAddress } from './address';
import { getJson, type HttpOptions } from './http';
import { ggufModels, PYTORCH_WEIGHTS, listFiles } from './listing';

/** A repository that a search found. Null is for what the hub does not say. */
export interface FoundRepository {
  /** ORGANIZATION/NAME. */
  readonly repository: string;
  readonly downloads: number | null;
  /** Its terms must be accepted on the hub before its files can be read. */
  readonly isGated: boolean;
  readonly license: string | null;
  /** Number of weights. */
  readonly parameters: number | null;
  /** Containers of its files, by the hub's tags. */
  readonly has: readonly ('GGUF' | 'safetensors')[];
}

/** A model that can be opened from a repository. */
export interface Offer {
  /** Opens it: `openHub` takes it. */
  readonly address: string;
  /** Name of its file without folders; of a checkpoint the repository. */
  readonly name: string;
  readonly container: 'GGUF' | 'safetensors' | 'PyTorch';
  readonly files: number;
  /** Of all its weights. */
  readonly sizeBytes: number;
}

/** The models of a repository that can be opened, by the list of its files: none of them is read. */
export interface Repository {
  readonly repository: string;
  /** Its page on the hub. */
  readonly page: string;
  readonly offers: readonly Offer[];
}

/** Repositories that one search asks for. */
const LIMIT = 12;
const REPOSITORY = /^[\w.-]{1,96}\/[\w.-]{1,96}$/;
const FIELDS = ['gated', 'downloads', 'safetensors', 'gguf', 'tags'];

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const count = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;

function foundOf(entry: unknown): FoundRepository[] {
  const { id, downloads, gated, safetensors, gguf, tags } = record(entry);
  if (typeof id !== 'string' || !REPOSITORY.test(id)) return [];
  const words = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string').slice(0, 1000) : [];
  const license = words.find((tag) => tag.startsWith('license:'))?.slice('license:'.length, 80);
  const has = (['GGUF', 'safetensors'] as const).filter((of) => words.includes(of.toLowerCase()));
  return [
    {
      repository: id,
      downloads: count(downloads),
      isGated: gated === true || gated === 'auto' || gated === 'manual',
      license: license ? displayText(license) : null,
      parameters: count(record(safetensors).total) ?? count(record(gguf).total),
      has,
    },
  ];
}

/**
 * Searches Hugging Face for repositories by words of their names, the most downloaded first. One request.
 *
 * @throws FileError where the answer is none, or the network fails.
 */
export async function searchHub(words: string, options: HttpOptions = {}): Promise<FoundRepository[]> {
  const asked = new URLSearchParams({
    search: words,
    limit: String(LIMIT),
    sort: 'downloads',
    direction: '-1',
  });
  for (const field of FIELDS) asked.append('expand[]', field);
  const { json } = await getJson(`${HUB}/api/models?${asked}`, 'The search', options);
  if (!Array.isArray(json))
    throw new FileError('The hub’s answer to the search is no list.', 'Try again, or give an address.');
  return json.slice(0, LIMIT).flatMap(foundOf);
}

/**
 * Lists the models of a repository that can be opened; of an address with a level or a file, only what that means. No file is
 * read.
 *
 * @param text - An address, as `openHub` takes it.
 * @throws FileError for an address that is none, a repository that is not there or is private, and a network that fails.
 */
export async function lookAtHub(text: string, options: HttpOptions = {}): Promise<Repository> {
  const address = parseHubAddress(text);
  const { endpoint, repository, revision, path: inside, tag } = address;
  // A name that is no text cannot be asked for.
  const files = (await listFiles(address, options)).filter(({ path }) => !hasLoneSurrogate(path));
  const start = `${endpoint === HUB ? '' : `${endpoint}/`}${repository}`;
  const at = revision === 'main' ? '' : `@${encodeURIComponent(revision)}`;
  const offers: Offer[] = [];
  const safe = files.filter((f) => /^[^/]+\.safetensors$/.test(f.path));
  const checkpoint = safe.length > 0 ? safe : files.filter((f) => PYTORCH_WEIGHTS.test(f.path));
  if (checkpoint.length > 0 && files.some((f) => f.path === 'config.json'))
    offers.push({
      address: start + at,
      name: repository.split('/')[1]!,
      container: safe.length > 0 ? 'safetensors' : 'PyTorch',
      files: checkpoint.length,
      sizeBytes: checkpoint.reduce((n, f) => n + f.sizeBytes, 0),
    });
  for (const [name, parts] of ggufModels(files))
    offers.push({
      address: `${start}${at}/${parts[0]!.path.split('/').map(encodeURIComponent).join('/')}`,
      name: displayText(name.split('/').at(-1)!),
      container: 'GGUF',
      files: parts.length,
      sizeBytes: parts.reduce((n, f) => n + f.sizeBytes, 0),
    });
  const wanted = (offer: Offer): boolean =>
    (inside === '' || offer.address.includes(inside.split('/').map(encodeURIComponent).join('/'))) &&
    (tag === '' || offer.name.toLowerCase().endsWith(`${tag.toLowerCase()}.gguf`));
  const chosen = offers.filter(wanted);
  return {
    repository,
    page: `${endpoint}/${repository}`,
    offers: (chosen.length > 0 ? chosen : offers).toSorted((a, b) => a.sizeBytes - b.sizeBytes),
  };
}
