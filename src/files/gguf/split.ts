// Models split over several GGUF files: NAME-00001-of-00003.gguf. Source: llama.cpp, gguf-split.cpp.
import { FileError } from '../../util/errors';
import type { ModelFile } from '../model-file';
import { getNumber, GgufType, type Metadata, type MetaValue } from './metadata';

/** Missing files that a message names. */
const NAMED = 10;

const KEYS = ['split.no', 'split.count', 'split.tensors.count'];
/** Their types, as llama-gguf-split writes them: at most 65,535 files. */
const TYPES: readonly (keyof typeof GgufType)[] = ['UINT16', 'UINT16', 'INT32'];

/** NAME-00002-of-00003.gguf for index 1 of 3. */
export const splitName = (name: string, index: number, count: number): string => {
  const five = (n: number) => String(n).padStart(5, '0');
  return `${name.replace(/\.gguf$/, '')}-${five(index + 1)}-of-${five(count)}.gguf`;
};

/** Metadata of the whole; a whole model may hold some of the keys, which llama-quantize drops as well. */
function withoutSplitKeys(metadata: Metadata): Metadata {
  if (!KEYS.some((key) => metadata.has(key))) return metadata;
  const out = new Map<string, MetaValue>(metadata);
  for (const key of KEYS) out.delete(key);
  return out;
}

/** Metadata of one split: the split.* keys, and in the first file all the others too. */
export function splitMetadata(metadata: Metadata, index: number, count: number, tensors: number): Metadata {
  const out = new Map<string, MetaValue>(index === 0 ? withoutSplitKeys(metadata) : []);
  out.set('split.no', { type: GgufType.UINT16, value: index });
  out.set('split.count', { type: GgufType.UINT16, value: count });
  out.set('split.tensors.count', { type: GgufType.INT32, value: tensors });
  return out;
}

/** Throws FileError if a split.* key has another type, as llama.cpp does. Counts are then small and whole. */
function checkTypes(file: ModelFile): void {
  for (const [i, key] of KEYS.entries()) {
    const type = file.metadata.get(key)?.type;
    const expected = TYPES[i]!;
    if (type === undefined || type === GgufType[expected]) continue;
    const found = Object.entries(GgufType).find(([, id]) => id === type)?.[0] ?? `type ${type}`;
    throw new FileError(
      `${file.label}: metadata "${key}" is ${found}, expected ${expected}.`,
      'The file is damaged. Download it again.',
    );
  }
}

/** Joins the splits of one model, given in any order. A single unsplit file is returned without keys of splits. Throws FileError. */
export function joinSplits(files: readonly ModelFile[], label: string): ModelFile {
  const [first] = files;
  for (const file of files) checkTypes(file);
  const count = getNumber(first!.metadata, 'split.count') ?? 1;
  if (files.length === 1 && count <= 1) {
    const metadata = withoutSplitKeys(first!.metadata);
    return metadata === first!.metadata ? first! : { ...first!, metadata };
  }
  const byIndex = new Map<number, ModelFile>();
  for (const file of files) {
    const own = getNumber(file.metadata, 'split.count') ?? 1;
    const index = getNumber(file.metadata, 'split.no') ?? -1;
    if (own <= 1)
      throw new FileError(
        `${label}: ${files.length} GGUF files at once (${files.map((f) => f.label).join(', ')}), of which ${file.label} is a whole model.`,
        'Drop one model at a time.',
      );
    if (own !== count || index < 0 || index >= count)
      throw new FileError(
        `${file.label}: this is file ${index + 1} of ${own}, the others are of ${count}.`,
        'Drop the files of one model.',
      );
    if (byIndex.has(index))
      throw new FileError(
        `${file.label}: file ${index + 1} of ${count} is there twice (${byIndex.get(index)!.label}).`,
        'Drop each file once.',
      );
    byIndex.set(index, file);
  }
  const missing = Array.from({ length: count }, (_, i) => i).filter((i) => !byIndex.has(i));
  if (missing.length > 0) {
    const name = first!.label
      .split('/')
      .pop()!
      .replace(/-\d{5}-of-\d{5}\.gguf$/, '');
    const named = missing.slice(0, NAMED).map((i) => splitName(name, i, count));
    const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
    throw new FileError(
      `${label}: ${missing.length} of ${count} files are missing: ${named.join(', ')}${more}.`,
      'Drop all of them together.',
    );
  }
  const parts = Array.from({ length: count }, (_, i) => byIndex.get(i)!);
  const tensors = parts.flatMap((p) => p.tensors);
  const expected = getNumber(parts[0]!.metadata, 'split.tensors.count');
  if (expected !== undefined && expected !== tensors.length)
    throw new FileError(
      `${label}: the ${count} files hold ${tensors.length} tensors, but the first says ${expected}.`,
      'One of them is of another model, or damaged. Download them again.',
    );
  const seen = new Set<string>();
  const twice = tensors.find(({ name }) => seen.size === seen.add(name).size);
  if (twice)
    throw new FileError(
      `${label}: tensor "${twice.name}" is in two of the files.`,
      'One of them is of another model. Download them again.',
    );
  const metadata = withoutSplitKeys(parts[0]!.metadata);
  return {
    label,
    container: 'GGUF',
    metadata,
    tensors,
    sizeBytes: parts.reduce((n, p) => n + p.sizeBytes, 0),
    notes: parts.flatMap((p) => p.notes),
  };
}
