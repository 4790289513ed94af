import type { SafeTensor } from '../../files/safetensors/read';
import { FileError } from '../../util/errors';
import { lazyWeight } from '../parts/lazy-weight';
import { consecutiveGroups, type Planes, values } from '../parts/planes';
import { fp8Table, readFloats } from '../parts/small-floats';
import { DAMAGED, FLOATS, type Stored } from '../parts/stored';

/** Rows and columns that share a scale. */
export interface Block {
  readonly rows: number;
  readonly cols: number;
}

export interface Scaled {
  readonly scale: SafeTensor;
  readonly block: Block;
  /** "by tensor", "by channel" or "blocks of 128x128". */
  readonly spread: string;
}

/**
 * The scale of a weight and the block it is of: [] or [1] for all, [rows] or [rows, 1] for each row, else one for each block,
 * where partial blocks at the edges have their own. `given` is the size of blocks as config.json says it.
 */
export function scaleOf(
  stored: Stored,
  weight: SafeTensor,
  name: string,
  given: Block | undefined,
): Scaled | undefined {
  const scale = stored.maybe(name, { dtypes: FLOATS });
  if (!scale) return undefined;
  const [rows = 1, cols = 1] = weight.shape;
  const count = scale.shape.reduce((n, d) => n * d, 1);
  if (count === 1 && scale.shape.length < 2) return { scale, block: { rows, cols }, spread: 'by tensor' };
  const [down = 1, across = 1] = scale.shape;
  if (scale.shape.length <= 2 && down === rows && across === 1 && !given)
    return { scale, block: { rows: 1, cols }, spread: 'by channel' };
  const block = given ?? { rows: Math.ceil(rows / down), cols: Math.ceil(cols / across) };
  const want = [Math.ceil(rows / block.rows), Math.ceil(cols / block.cols)];
  if (scale.shape.length === 2 && String(want) === String(scale.shape))
    return { scale, block, spread: `blocks of ${block.rows}x${block.cols}` };
  throw new FileError(
    `${stored.label}: tensor "${name}" has scales [${scale.shape}]; "${weight.name}" [${weight.shape}] in blocks of ${block.rows}x${block.cols} needs [${want}], or one, or one for each row.`,
    DAMAGED,
  );
}

/** Scales of the rows [from, to), row by row. */
async function scalesOf(
  { scale, block }: Scaled,
  perRow: number,
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<Float32Array<ArrayBuffer>> {
  const first = Math.floor(from / block.rows);
  const read = await readFloats(scale, first * perRow, Math.ceil(to / block.rows) * perRow, signal);
  const out = new Float32Array((to - from) * perRow);
  for (let row = from; row < to; row++) {
    const at = (Math.floor(row / block.rows) - first) * perRow;
    out.set(read.subarray(at, at + perRow), (row - from) * perRow);
  }
  return out;
}

/** Puts the float32 weight in the place of one in 8 bits. */
export function scaledWeight(stored: Stored, weight: SafeTensor, scaled: Scaled | undefined): void {
  const shape = weight.shape;
  if (scaled && shape.length !== 2)
    throw new FileError(
      `${stored.label}: tensor "${weight.name}" has shape [${shape}], expected the rows and columns of a matrix.`,
      DAMAGED,
    );
  const cols = Math.max(1, shape.at(-1) ?? 1);
  const block = scaled?.block ?? { rows: 1, cols };
  const perRow = Math.ceil(cols / block.cols);
  const groupOf = consecutiveGroups(cols, block.cols);
  const kind = weight.dtype === 'F8_E5M2' ? 'F8_E5M2' : 'F8_E4M3';
  const table = fp8Table(kind);
  stored.make(
    weight.name,
    lazyWeight({
      name: weight.name,
      shape,
      piece: cols,
      codec: values,
      async planes(from, to, signal): Promise<Planes> {
        const codes = await weight.read(from * cols, to * cols, signal);
        const scales = scaled
          ? await scalesOf(scaled, perRow, from, to, signal)
          : new Float32Array(to - from).fill(1);
        return { codes, cols, groups: perRow, groupOf, scales, values: table };
      },
    }),
  );
}
