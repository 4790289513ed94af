import { FileError } from '../../../util/errors';
import { compareBytes } from '../../../util/utf8';
import { isRecord, type Json } from '../../../files/json';

export const INDEX_FILE = 'model.safetensors.index.json';
export const PYTORCH_INDEX_FILE = 'pytorch_model.bin.index.json';
const SHOWN = 8;

/** Up to eight things in words, and how many more there are. */
export const listed = (things: readonly string[]): string =>
  `${things.slice(0, SHOWN).join(', ')}${things.length > SHOWN ? ` and ${things.length - SHOWN} more` : ''}`;

/** The weight_map of an index: file by tensor. Throws FileError if it is malformed. */
export function weightMap(index: Json, name: string): ReadonlyMap<string, string> {
  const map = index.weight_map;
  if (!isRecord(map))
    throw new FileError(
      `${name} has no "weight_map", expected the file of each tensor.`,
      'Download it again.',
    );
  for (const [tensor, file] of Object.entries(map))
    if (typeof file !== 'string')
      throw new FileError(
        `${name}: "weight_map" has ${JSON.stringify(file)} for "${tensor}", expected the name of a file.`,
        'Download it again.',
      );
  return new Map(Object.entries(map as Record<string, string>));
}

/**
 * Throws FileError unless an index and its files hold the same tensors by name. The file that holds one may be another
 * than the index says. Source: convert_hf_to_gguf.py, index_tensors.
 */
export function checkIndex(
  name: string,
  map: ReadonlyMap<string, string>,
  holders: ReadonlyMap<string, string>,
): void {
  const names = (of: Iterable<string>, other: ReadonlyMap<string, string>) =>
    [...of].filter((tensor) => !other.has(tensor)).sort(compareBytes);
  const missing = names(map.keys(), holders).map((tensor) => `${tensor} (of ${map.get(tensor)})`);
  const extra = names(holders.keys(), map).map((tensor) => `${tensor} (in ${holders.get(tensor)})`);
  if (missing.length === 0 && extra.length === 0) return;
  const lacking = `In the index, but in no weight file (${missing.length}): ${listed(missing)}`;
  const unnamed = `In a weight file, but not in the index (${extra.length}): ${listed(extra)}`;
  throw new FileError(
    `${name} and the weight files do not hold the same tensors. ${[
      ...(missing.length > 0 ? [lacking] : []),
      ...(extra.length > 0 ? [unnamed] : []),
    ].join('. ')}.`,
    'The download is incomplete, or files of two models lie together. Download the files again.',
  );
}
