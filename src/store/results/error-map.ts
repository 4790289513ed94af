// Errors of a level by layer and kind of tensor. Pure.
import type { TensorError } from '../../pipeline/tensor-error';

export interface ErrorCell {
  readonly name: string;
  readonly type: string;
  /** RMS error over the RMS of the weights. */
  readonly relative: number;
}

export interface ErrorMap {
  /** Kinds of tensors, such as attn_q: the columns. */
  readonly kinds: readonly string[];
  /** Layers by number, with a cell for each kind that they have. */
  readonly layers: readonly { readonly layer: number; readonly cells: readonly (ErrorCell | null)[] }[];
  /** Tensors of no layer. */
  readonly others: readonly ErrorCell[];
  /** The largest of all. */
  readonly largest: number;
}

const LAYER = /^blk\.(\d+)\.(.+?)(?:\.weight)?$/;

/** Tensors that lost something, laid out by layer; those that are stored as they were are left out. */
export function errorMap(errors: readonly TensorError[]): ErrorMap {
  const cells = errors
    .filter((e) => e.squaredError > 0 && e.squares > 0)
    .map((e) => ({ name: e.name, type: e.type, relative: Math.sqrt(e.squaredError / e.squares) }));
  const byLayer = new Map<number, Map<string, ErrorCell>>();
  const kinds: string[] = [];
  const others: ErrorCell[] = [];
  for (const cell of cells) {
    const match = LAYER.exec(cell.name);
    if (!match) {
      others.push(cell);
      continue;
    }
    const [layer, kind] = [Number(match[1]), match[2]!];
    if (!kinds.includes(kind)) kinds.push(kind);
    const row = byLayer.get(layer) ?? new Map<string, ErrorCell>();
    byLayer.set(layer, row.set(kind, cell));
  }
  kinds.sort();
  const layers = [...byLayer]
    .sort(([a], [b]) => a - b)
    .map(([layer, row]) => ({ layer, cells: kinds.map((kind) => row.get(kind) ?? null) }));
  return { kinds, layers, others, largest: cells.reduce((max, c) => Math.max(max, c.relative), 0) };
}
