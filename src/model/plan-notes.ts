import type { GgmlType } from '../files/ggml-types';
import type { ImportanceMatrix } from '../files/imatrix';
import type { FileType } from '../quant/file-types';
import { formatByGgmlType } from '../quant/registry';
import { isFullWidth, type QuantizeOptions, type TypeOverride } from './tensor-choice';

/** The part of a planned tensor that notes are about. */
interface NotedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: GgmlType;
  readonly source: { readonly type: GgmlType };
  readonly fallback?: string;
  readonly importance?: Float32Array<ArrayBuffer>;
}

const SHOWN = 30;

/** "a, b and 3 more". */
const listed = (names: readonly string[]): string =>
  names.length > SHOWN
    ? `${names.slice(0, SHOWN - 1).join(', ')} and ${names.length - SHOWN + 1} more`
    : names.join(', ');
const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/**
 * Notes about a plan, so that nothing is done or left undone without a word: patterns and importance without effect,
 * tensors that stay wide or as they are. `used` are the overrides that chose a type.
 */
export function planNotes(
  fileType: FileType,
  tensors: readonly NotedTensor[],
  options: QuantizeOptions,
  used: ReadonlySet<TypeOverride>,
): string[] {
  return [
    ...overrideNotes(fileType, tensors, options.tensorTypes ?? [], used),
    ...(options.importance ? importanceNotes(tensors, options.importance) : []),
    ...wideNotes(fileType, tensors),
  ];
}

function overrideNotes(
  fileType: FileType,
  tensors: readonly NotedTensor[],
  overrides: readonly TypeOverride[],
  used: ReadonlySet<TypeOverride>,
): string[] {
  const idle = overrides.filter((o) => !used.has(o));
  if (idle.length > 0 && isFullWidth(fileType.type))
    return [`Types for tensors have no effect at ${fileType.label}, as in llama-quantize.`];
  const matches = (o: TypeOverride): string[] => {
    return tensors.filter((t) => o.pattern.test(t.name)).map((t) => t.name);
  };
  return idle.map((override) => {
    const name = override.source ?? `${String(override.pattern)}=${override.type}`;
    const matched = matches(override);
    return matched.length === 0
      ? `The tensor type ${name} matches no tensor of this model.`
      : `The tensor type ${name} has no effect: ${listed(matched)} ${matched.length === 1 ? 'is' : 'are'} not quantized, or another option comes first.`;
  });
}

function importanceNotes(tensors: readonly NotedTensor[], matrix: ImportanceMatrix): string[] {
  const known = new Set(tensors.map((t) => t.name));
  const strangers = [...matrix.entries.keys()].filter((name) => !known.has(name));
  const without = tensors
    .filter((t) => t.type.id !== t.source.type.id && formatByGgmlType(t.type.id)?.importance)
    .filter((t) => !t.importance)
    .map((t) => t.name);
  const notes: string[] = [];
  if (strangers.length > 0 && strangers.length === matrix.entries.size)
    notes.push(
      `No name in the importance matrix ${matrix.label} is a tensor of this model: it has ${listed(strangers)}.`,
    );
  else if (strangers.length > 0)
    notes.push(
      `${counted(strangers.length, 'name')} of the ${matrix.entries.size} in the importance matrix ${matrix.label} ${strangers.length === 1 ? 'is' : 'are'} not in this model: ${listed(strangers)}.`,
    );
  if (without.length > 0)
    notes.push(`Quantized without importance, which the matrix lacks: ${listed(without)}.`);
  return notes;
}

/** Matrices that stay wide or as they are at a level that quantizes. Vectors always stay. */
function wideNotes(fileType: FileType, tensors: readonly NotedTensor[]): string[] {
  if (isFullWidth(fileType.type)) return [];
  const matrices = tensors.filter((t) => t.shape.length > 1 && !t.fallback);
  const wide = matrices.filter((t) => isFullWidth(t.type.label));
  const kept = matrices.filter((t) => !isFullWidth(t.type.label) && t.type.id === t.source.type.id);
  const names = (list: readonly NotedTensor[]) => listed(list.map((t) => `${t.name} (${t.type.label})`));
  const notes: string[] = [];
  if (wide.length > 0) notes.push(`Left at full width, ${counted(wide.length, 'tensor')}: ${names(wide)}.`);
  if (kept.length > 0) notes.push(`Left as they are, ${counted(kept.length, 'tensor')}: ${names(kept)}.`);
  return notes;
}
