import { getNumber, getNumbers, getString, getStrings, type Metadata } from '../files/gguf/metadata';
import { displayText } from '../util/utf8';

/** A model that another one comes from. */
export interface Origin {
  readonly name: string;
  readonly organization: string | null;
  readonly url: string | null;
}

/** A model's word on itself: the general.* keys of its metadata, which of a folder come from README.md. */
export interface ModelCard {
  readonly description: string | null;
  readonly author: string | null;
  readonly organization: string | null;
  readonly version: string | null;
  readonly quantizedBy: string | null;
  /** SPDX identifiers, or the hub's own such as "other"; then the name says which. */
  readonly license: string | null;
  readonly licenseName: string | null;
  readonly licenseUrl: string | null;
  readonly sourceUrl: string | null;
  readonly tags: readonly string[];
  readonly languages: readonly string[];
  readonly baseModels: readonly Origin[];
  readonly datasets: readonly Origin[];
}

/** Sizes of the architecture, by its keys; null where the file does not say. */
export interface Dimensions {
  readonly layers: number | null;
  readonly width: number | null;
  readonly heads: number | null;
  /** Heads whose keys and values are cached. */
  readonly cachedHeads: number | null;
  readonly vocabulary: number | null;
  readonly experts: number | null;
  readonly expertsUsed: number | null;
}

/** A key of the metadata, with the beginning of its value as text. */
export interface MetadataRow {
  readonly key: string;
  readonly value: string;
}

/** More than any card has: what is longer is a mistake, or mischief. */
const MAX_LISTED = 200;
const MAX_ORIGINS = 16;
const MAX_KEYS = 500;
const MAX_VALUE = 240;
const MAX_TEXT = 4000;
/** Items of an array of which the beginning is shown. */
const SHOWN_ITEMS = 8;

const shortened = (text: string, most = MAX_VALUE): string =>
  text.length > most ? `${text.slice(0, most)}…` : text;

const textOf = (metadata: Metadata, key: string): string | null => {
  const value = getString(metadata, `general.${key}`)?.trim();
  return value ? shortened(displayText(value), MAX_TEXT) : null;
};
const listOf = (metadata: Metadata, key: string): string[] =>
  (getStrings(metadata, `general.${key}`) ?? [])
    .slice(0, MAX_LISTED)
    .map((item) => shortened(displayText(item)));

function originsOf(metadata: Metadata, kind: 'base_model' | 'dataset'): Origin[] {
  const count = Math.min(getNumber(metadata, `general.${kind}.count`) ?? 0, MAX_ORIGINS);
  const origins: Origin[] = [];
  for (let i = 0; i < count; i++) {
    const url = textOf(metadata, `${kind}.${i}.repo_url`) ?? textOf(metadata, `${kind}.${i}.url`);
    const name = textOf(metadata, `${kind}.${i}.name`) ?? url;
    if (name !== null)
      origins.push({ name, organization: textOf(metadata, `${kind}.${i}.organization`), url });
  }
  return origins;
}

export function cardOf(metadata: Metadata): ModelCard {
  return {
    description: textOf(metadata, 'description'),
    author: textOf(metadata, 'author'),
    organization: textOf(metadata, 'organization'),
    version: textOf(metadata, 'version'),
    quantizedBy: textOf(metadata, 'quantized_by'),
    license: textOf(metadata, 'license'),
    licenseName: textOf(metadata, 'license.name'),
    licenseUrl: textOf(metadata, 'license.link'),
    sourceUrl:
      textOf(metadata, 'source.repo_url') ??
      textOf(metadata, 'source.url') ??
      textOf(metadata, 'repo_url') ??
      textOf(metadata, 'url'),
    tags: listOf(metadata, 'tags'),
    languages: listOf(metadata, 'languages'),
    baseModels: originsOf(metadata, 'base_model'),
    datasets: originsOf(metadata, 'dataset'),
  };
}

const largest = (values: readonly number[] | undefined): number | null =>
  values && values.length > 0 ? values.reduce((a, b) => Math.max(a, b)) : null;

export function dimensionsOf(metadata: Metadata): Dimensions {
  const architecture = getString(metadata, 'general.architecture') ?? '';
  // Some keys hold a value for each layer; the largest stands for all.
  const of = (key: string): number | null =>
    getNumber(metadata, `${architecture}.${key}`) ?? largest(getNumbers(metadata, `${architecture}.${key}`));
  const tokens = metadata.get('tokenizer.ggml.tokens')?.value;
  return {
    layers: of('block_count'),
    width: of('embedding_length'),
    heads: of('attention.head_count'),
    cachedHeads: of('attention.head_count_kv'),
    vocabulary: of('vocab_size') ?? (Array.isArray(tokens) ? tokens.length : null),
    experts: of('expert_count'),
    expertsUsed: of('expert_used_count'),
  };
}

function valueText(value: unknown): string {
  if (!Array.isArray(value)) return shortened(displayText(String(value)));
  const items = value.slice(0, SHOWN_ITEMS).map((item) => displayText(String(item)));
  const more = value.length > SHOWN_ITEMS ? `, … (${value.length})` : '';
  return shortened(`[${items.join(', ')}${more}]`);
}

/** The metadata for people to read: long values are cut. */
export const metadataRows = (metadata: Metadata): MetadataRow[] =>
  [...metadata].slice(0, MAX_KEYS).map(([key, { value }]) => ({
    key: displayText(key),
    value: valueText(value),
  }));
