import { formatBytes } from '../util/bytes';
import type { Plan } from './plan';
import { isFullWidth } from './tensor-choice';

/** The longest rows that decode products stage in workgroup memory, as activations of the device's compute path. */
export interface StagedRows {
  /** Columns that fit; 0 where products read float32 anyway. */
  readonly maxColumns: number;
  readonly workgroupBytes: number;
}

/**
 * A sentence about matrices whose rows are longer than that: their products of one token are computed in float32.
 * `shapes` are in ggml order. Undefined where there is none.
 */
export function longRowsNote(
  { maxColumns, workgroupBytes }: StagedRows,
  shapes: Iterable<readonly number[]>,
): string | undefined {
  let count = 0;
  let longest = 0;
  for (const [cols = 0, rows = 1] of shapes) {
    if (maxColumns === 0 || rows === 1 || cols <= maxColumns) continue;
    count++;
    longest = Math.max(longest, cols);
  }
  if (count === 0) return undefined;
  const which = count === 1 ? 'One matrix has' : `${count} matrices have`;
  return `${which} rows of up to ${longest.toLocaleString('en')} weights; ${formatBytes(workgroupBytes)} of workgroup memory hold ${maxColumns.toLocaleString('en')} activations: their products of one token are computed in float32, which is slower.`;
}

/** Shapes of the tensors whose products have a path of their own; those of full width are float32 anyway. */
export const quantizedShapes = (plan: Plan): (readonly number[])[] =>
  plan.tensors.filter((t) => !isFullWidth(t.type.label)).map((t) => t.shape);
