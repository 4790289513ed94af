// The general.* metadata. Source of keys, order and heuristics: gguf-py, metadata.py.
import { parse } from 'yaml';
import { isRecord, type Json } from '../../../files/json';
import type { MetadataWriter } from './metadata-writer';
import { nameParts, sizeLabelOf, titleOf } from './model-name';

export interface IdentityFiles {
  /** Folder name. */
  readonly folder: string;
  readonly config: Json;
  readonly generationConfig: Json | undefined;
  /** README.md. */
  readonly card: string | undefined;
}

/** YAML front matter of a model card; empty if missing or malformed. */
export function modelCard(text: string | undefined): Json {
  const match = /^---\r?\n([\s\S]*?)(?:\r?\n---(?:\r?\n|$)|$)/.exec(text ?? '');
  if (!match) return {};
  try {
    // "no" is the language code of Norwegian; tabs occur in published cards.
    const yaml = `${match[1]}\n`.replaceAll('- no\n', '- "no"\n').replaceAll('\t', '  ');
    const card: unknown = parse(yaml, { version: '1.1' });
    return isRecord(card) ? card : {};
  } catch {
    return {};
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
const texts = (...values: unknown[]): string[] => values.flat().flatMap((v) => text(v) ?? []);

const sampling: readonly (readonly [string, string, 'i32' | 'f32'])[] = [
  ['top_k', 'top_k', 'i32'],
  ['top_p', 'top_p', 'f32'],
  ['min_p', 'min_p', 'f32'],
  ['xtc_probability', 'xtc_probability', 'f32'],
  ['xtc_threshold', 'xtc_threshold', 'f32'],
  ['temp', 'temperature', 'f32'],
  ['penalty_last_n', 'penalty_last_n', 'i32'],
  ['penalty_repeat', 'penalty_repeat', 'f32'],
  ['mirostat', 'mirostat', 'i32'],
  ['mirostat_tau', 'mirostat_tau', 'f32'],
  ['mirostat_eta', 'mirostat_eta', 'f32'],
];

/** Writes the keys of a base model or a data set. */
function related(out: MetadataWriter, key: string, entry: unknown, parameters: number): void {
  if (isRecord(entry)) {
    for (const field of [
      'name',
      'author',
      'version',
      'organization',
      'description',
      'url',
      'doi',
      'uuid',
      'repo_url',
    ])
      out.string(`${key}.${field}`, text(entry[field]));
    return;
  }
  const id = text(entry) ?? '';
  const isUrl = /^(https?|ssh):\/\//.test(id);
  const hub = isUrl ? /^https?:\/\/huggingface\.co\/([^/]+\/[^/]+)$/.exec(id)?.[1] : id;
  const parts = hub ? nameParts(hub, parameters) : undefined;
  if (parts) {
    out.string(`${key}.name`, titleOf(parts.full));
    out.string(`${key}.version`, parts.version);
    if (parts.organization) out.string(`${key}.organization`, titleOf(parts.organization));
  }
  if (isUrl) out.string(`${key}.repo_url`, id);
  else if (parts?.organization)
    out.string(`${key}.repo_url`, `https://huggingface.co/${parts.organization}/${parts.full}`);
}

/** Writes the general.* keys. The size label comes from `tensors`, those of the output. */
export function identity(
  out: MetadataWriter,
  files: IdentityFiles,
  tensors: readonly { name: string; shape: readonly number[] }[],
): void {
  const card = modelCard(files.card);
  const parameters = tensors.reduce((n, t) => n + t.shape.reduce((m, d) => m * d, 1), 0);
  out.string('general.type', 'model');
  const generation = files.generationConfig ?? {};
  out.string('general.sampling.sequence', text(generation.sequence));
  for (const [key, source, type] of sampling) {
    const value = generation[source];
    if (typeof value === 'number') out[type](`general.sampling.${key}`, value);
  }
  const given = files.config._name_or_path;
  const ids = [
    typeof given === 'string' && given !== '' && given.split('/').length <= 2 ? given : undefined,
    files.folder,
  ];
  const guesses = ids.flatMap((id) => (id ? nameParts(id, parameters) : []));
  const pick = (key: string, guess: (g: (typeof guesses)[number]) => string | undefined, ...also: string[]) =>
    [key, `model_${key}`, ...also].map((k) => text(card[k])).find((v) => v !== undefined) ??
    guesses.map(guess).find((v) => v !== undefined);
  out.string('general.name', pick('name', (g) => titleOf(g.full)) ?? files.folder);
  out.string(
    'general.author',
    pick('author', () => undefined, 'model_creator'),
  );
  out.string(
    'general.version',
    pick('version', (g) => g.version),
  );
  out.string(
    'general.organization',
    pick('organization', (g) => g.organization && titleOf(g.organization)),
  );
  out.string(
    'general.finetune',
    pick('finetune', (g) => g.finetune),
  );
  out.string(
    'general.basename',
    pick('basename', (g) => g.basename, 'model_type'),
  );
  out.string(
    'general.description',
    pick('description', () => undefined),
  );
  out.string('general.quantized_by', text(card.quantized_by));
  out.string('general.size_label', pick('size_label', (g) => g.sizeLabel) ?? sizeLabelOf(tensors));
  const licenses = texts(card.license);
  out.string('general.license', licenses.length > 0 ? licenses.join(',') : undefined);
  out.string('general.license.name', text(card.license_name));
  out.string('general.license.link', text(card.license_link));
  for (const key of ['url', 'doi', 'uuid', 'repo_url'])
    out.string(`general.source.${key}`, text(card[key] ?? card[`model_${key}`]));
  list(out, 'general.base_model', card.base_model ?? card.base_models ?? card.base_model_sources, parameters);
  list(out, 'general.dataset', card.datasets ?? card.dataset ?? card.dataset_sources, parameters);
  const tags = texts(card.tags, card.pipeline_tag);
  if (tags.length > 0) out.strings('general.tags', tags);
  const languages = texts(card.languages, card.language);
  if (languages.length > 0) out.strings('general.languages', languages);
}

function list(out: MetadataWriter, key: string, value: unknown, parameters: number): void {
  if (value === undefined || value === null) return;
  const entries = Array.isArray(value) ? (value as unknown[]) : [value];
  out.u32(`${key}.count`, entries.length);
  for (const [i, entry] of entries.entries()) related(out, `${key}.${i}`, entry, parameters);
}
