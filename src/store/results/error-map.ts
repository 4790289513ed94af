// Quantization errors of a level by layer and kind of tensor. Pure.
import type { TensorError } from '../../pipeline/tensor-error';

export interface ErrorCell {
  readonly name: string;
  readonly type: string;
  /** RMS error relative to the RMS of the weights. */
  readonly relative: number;
}

export interface ErrorMap {
  /** Columns: tensor names without layer, such as attn_q. */
  readonly kinds: readonly string[];
  /** Rows: one cell per kind, null where the layer has no such tensor. */
  readonly layers: readonly { readonly layer: number; readonly cells: readonly (ErrorCell | null)[] }[];
  /** Tensors outside the layers. */
  readonly others: readonly ErrorCell[];
  /** Maximum of all cells. */
  readonly largest: number;
}

const LAYER = /^blk\.(\d+)\.(.+?)(?:\.weight)?$/;

/** Arranges the errors by layer; leaves out tensors stored without loss. */
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
