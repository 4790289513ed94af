import { FileError } from '../../util/errors';
import { formatBytes } from '../../util/bytes';
import type { ByteSource } from '../byte-source';
import { type HubAddress, parseHubAddress } from './address';
import { getRange, type HttpOptions } from './http';
import { ggufModels, type HubFile, listFiles, SPLIT } from './listing';

/** A file of a repository; `path` is relative to its root. */
export interface HubSource extends ByteSource {
  readonly path: string;
  readonly version: string;
}

/** Files of a checkpoint, by their path in its folder. Subfolders hold other formats and earlier states. */
const WANTED =
  /^(config|quantize_config|quant_config|hf_quant_config|generation_config|tokenizer|tokenizer_config|added_tokens|chat_template|special_tokens_map|model\.safetensors\.index|pytorch_model\.bin\.index)\.json$|^tokenizer\.model$|^chat_template\.jinja$|^README\.md$|^additional_chat_templates\/[^/]+\.jinja$|^[^/]+\.safetensors$|^pytorch_model[^/]*\.bin$/;

/** The files of the addressed model. Throws FileError with the choices when the address is ambiguous. */
function choose(address: HubAddress, files: readonly HubFile[]): HubFile[] {
  const { repository, path, tag } = address;
  const folder = path.replace(/\/$/, '');
  const inside =
    folder === '' ? files : files.filter((f) => f.path === folder || f.path.startsWith(`${folder}/`));
  if (inside.length === 0)
    throw new FileError(`${repository}: there is no "${path}" in it.`, 'Check the name of the file.');
  const wanted = folder.replace(SPLIT, '.gguf');
  const models = ggufModels(
    folder.endsWith('.gguf') ? files.filter((f) => f.path.replace(SPLIT, '.gguf') === wanted) : inside,
  );
  const depth = folder === '' || folder.endsWith('.gguf') ? '' : `${folder}/`;
  const found = inside.filter((f) => f.path.startsWith(depth) && WANTED.test(f.path.slice(depth.length)));
  // The same weights again, as PyTorch's file.
  const hasSafetensors = found.some((f) => f.path.endsWith('.safetensors'));
  const own = hasSafetensors ? found.filter((f) => !f.path.endsWith('.bin')) : found;
  const isCheckpoint =
    own.some((f) => /\.(safetensors|bin)$/.test(f.path)) && own.some((f) => f.path === `${depth}config.json`);
  if (isCheckpoint && tag === '') return own;
  const named = [...models].filter(([name]) => name.toLowerCase().includes(tag.toLowerCase()));
  // Q4_K is part of Q4_K_M, so names that end with the tag take precedence.
  const exact = named.filter(([name]) => name.toLowerCase().endsWith(`${tag.toLowerCase()}.gguf`));
  const chosen = tag !== '' && exact.length > 0 ? exact : named;
  if (chosen.length === 1) return chosen[0]![1];
  const list = (entries: readonly [string, HubFile[]][]) =>
    entries
      .slice(0, 30)
      .map(([name, parts]) => `${name} (${formatBytes(parts.reduce((n, p) => n + p.sizeBytes, 0))})`)
      .join(', ');
  if (chosen.length > 1)
    throw new FileError(
      `${repository} holds ${chosen.length} models${tag ? ` for "${tag}"` : ''}: ${list(chosen)}.`,
      `Say which: ${repository}:LEVEL, or ${repository}/FILE.`,
    );
  if (tag !== '' && models.size > 0)
    throw new FileError(`${repository}: none of its files is "${tag}": ${list([...models])}.`);
  throw new FileError(
    `${repository}: there is neither a GGUF nor a config.json with safetensors or pytorch_model.bin${depth ? ` in "${depth}"` : ''}.`,
    'Models that come as ONNX files cannot be read.',
  );
}

function remoteSource(address: HubAddress, file: HubFile, options: HttpOptions): HubSource {
  const { endpoint, repository, revision } = address;
  if (/\p{Surrogate}/u.test(file.path))
    throw new FileError(
      `${repository}: the hub lists a file whose name is no text: ${JSON.stringify(file.path)}.`,
      'Its list is damaged. Try again.',
    );
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  const url = `${endpoint}/${repository}/resolve/${encodeURIComponent(revision)}/${path}`;
  const name = `${repository.split('/')[1]}/${file.path}`;
  return {
    name,
    path: file.path,
    version: file.version,
    sizeBytes: file.sizeBytes,
    read: (start, end, signal) =>
      getRange(url, name, { start, end, size: file.sizeBytes }, { ...options, signal }),
  };
}

/**
 * Lists the files of a model on a hub, Hugging Face if the address says nothing else; their content is read later, in
 * ranges. `openModel` takes them.
 *
 * @param text - `organization/name`, `organization/name:Q4_K_M` for one file of several, or an address of the hub.
 * @param options - The signal cancels this call only; the sources outlive it.
 * @throws FileError for an address that is none, a model that is not there or is gated, and a network that fails.
 */
export async function openHub(
  text: string,
  options: HttpOptions = {},
): Promise<{ label: string; files: HubSource[] }> {
  const address = parseHubAddress(text);
  const files = choose(address, await listFiles(address, options));
  const { signal: _, ...reading } = options;
  return { label: address.repository, files: files.map((f) => remoteSource(address, f, reading)) };
}
