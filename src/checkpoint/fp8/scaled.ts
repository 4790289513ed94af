import { ggmlTypeByLabel } from '../../files/ggml-types';
import type { TensorSource } from '../../files/model-file';
import type { SafeTensor } from '../../files/safetensors/read';
import { bytesOf } from '../../util/bytes';
import { FileError } from '../../util/errors';
import { lazyWeight } from '../parts/lazy-weight';
import { consecutiveGroups, values } from '../parts/planes';
import { E4M3, E5M2, looked, readFloats, readRowBytes } from '../parts/small-floats';
import { DAMAGED, FLOATS, FLOATS8, type Stored } from '../parts/stored';

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
  const scale = stored.maybe(name, { dtypes: [...FLOATS, 'F8_E8M0'] });
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
  const table = weight.dtype === 'F8_E5M2' ? E5M2 : E4M3;
  if (!scaled) {
    stored.make(weight.name, { ...asFloat32(weight, table), name: weight.name, shape: weight.shape });
    return;
  }
  const { shape } = stored.matrix(weight.name, weight.name, FLOATS8);
  const [, cols] = shape;
  const perRow = Math.ceil(cols / scaled.block.cols);
  stored.make(
    weight.name,
    lazyWeight({
      name: weight.name,
      shape,
      piece: cols,
      codec: values,
      planes: async (from, to, signal) => ({
        codes: await readRowBytes(weight, from, to, signal),
        cols,
        groups: perRow,
        groupOf: consecutiveGroups(cols, scaled.block.cols),
        scales: await scalesOf(scaled, perRow, from, to, signal),
        values: table,
      }),
    }),
  );
}

/** Codes of any shape that nothing scales. */
function asFloat32(
  codes: SafeTensor,
  table: Float32Array,
): Pick<TensorSource, 'type' | 'sizeBytes' | 'read'> {
  return {
    type: ggmlTypeByLabel('F32'),
    sizeBytes: codes.sizeBytes * 4,
    async read(start, end, signal) {
      const first = Math.floor(start / 4);
      const values = looked(await codes.read(first, Math.ceil(end / 4), signal), table);
      return bytesOf(values).slice(start - first * 4, end - first * 4);
    },
  };
}
