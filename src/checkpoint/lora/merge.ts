import { elementCount, ggmlTypeByLabel } from '../../files/ggml-types';
import type { TensorSource } from '../../files/model-file';
import { bytesOf } from '../../util/bytes';
import { FileError, UnsupportedError } from '../../util/errors';
import { visible } from '../../util/foreign-text';
import { readFloats } from '../parts/small-floats';
import type { Adapter, Change } from './adapter';

/** An adapter, and how strongly it acts: 1 is as it was trained. */
export interface ScaledAdapter {
  readonly adapter: Adapter;
  readonly scale: number;
}
type Addition = Extract<Change, { kind: 'add' }>;

/** Values that are worked on at once. */
const STEP = 1 << 20;

/** Both factors with the rows of the product first: left [rows, r], right [r, cols]. */
interface Factors {
  readonly left: Float32Array;
  readonly right: Float32Array;
}
async function factorsOf({ a, b, rank, isTransposed }: Addition, signal?: AbortSignal): Promise<Factors> {
  const [first, second] = (await Promise.all(
    [a, b].map((t) => readFloats(t, 0, elementCount(t.shape)!, signal)),
  )) as [Float32Array, Float32Array];
  if (!isTransposed) return { left: second, right: first };
  return { left: transposed(first, rank), right: transposed(second, second.length / rank) };
}
function transposed(values: Float32Array, rows: number): Float32Array {
  const cols = values.length / rows;
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) out[c * rows + r] = values[r * cols + c]!;
  return out;
}

/** W + scale * B A, with DoRA scaled to the length of each row, in doubles and rounded once. */
function added(base: TensorSource, change: Addition, scale: number): TensorSource {
  const cols = base.shape[1]!;
  let kept: Promise<{ factors: Factors; magnitude: Float32Array | undefined }> | undefined;
  const load = async (signal?: AbortSignal) => ({
    factors: await factorsOf(change, signal),
    magnitude: change.magnitude && (await readFloats(change.magnitude, 0, base.shape[0]!, signal)),
  });
  const sizeBytes = elementCount(base.shape)! * 4;
  return {
    name: base.name,
    shape: base.shape,
    type: ggmlTypeByLabel('F32'),
    sizeBytes,
    async read(start, end, signal) {
      kept ??= load(signal).catch((error: unknown) => {
        kept = undefined;
        throw error;
      });
      const { factors, magnitude } = await kept;
      const out = new Uint8Array(end - start);
      const [first, last] = [Math.floor(start / 4 / cols), Math.ceil(end / 4 / cols)];
      const step = Math.max(1, Math.floor(STEP / cols));
      for (let row = first; row < last; row += step) {
        const to = Math.min(last, row + step);
        const values = await readFloats(base, row * cols, to * cols, signal);
        addRows(values, row, cols, factors, change.rank, scale, magnitude);
        const at = row * cols * 4 - start;
        const bytes = bytesOf(values);
        out.set(bytes.subarray(Math.max(0, -at), out.length - at), Math.max(0, at));
      }
      // Rows are asked for in order: the factors of a tensor that was read are not needed any more.
      if (end === sizeBytes) kept = undefined;
      return out;
    },
  };
}

function addRows(
  values: Float32Array,
  firstRow: number,
  cols: number,
  { left, right }: Factors,
  rank: number,
  scale: number,
  magnitude: Float32Array | undefined,
): void {
  const sum = new Float64Array(cols);
  for (let at = 0; at < values.length; at += cols) {
    const row = firstRow + at / cols;
    sum.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = left[row * rank + k]!;
      if (factor === 0) continue;
      const from = k * cols;
      for (let c = 0; c < cols; c++) sum[c]! += factor * right[from + c]!;
    }
    for (let c = 0; c < cols; c++) sum[c] = values[at + c]! + scale * sum[c]!;
    if (magnitude) {
      let squares = 0;
      for (let c = 0; c < cols; c++) squares += sum[c]! * sum[c]!;
      const factor = magnitude[row]! / Math.sqrt(squares);
      for (let c = 0; c < cols; c++) sum[c]! *= factor;
    }
    values.set(sum, at);
  }
}

function changed(base: TensorSource, change: Change, { adapter, scale }: ScaledAdapter): TensorSource {
  const isWhole = change.kind === 'replace' || change.magnitude !== undefined;
  if (isWhole && scale !== 1)
    throw new UnsupportedError(
      `${adapter.label}: tensor "${visible(base.name)}" is replaced or scaled row by row (modules_to_save, DoRA), which a strength of ${scale} does not mean anything for; expected 1.`,
      'Take it with --lora.',
    );
  const [rows, cols] =
    change.kind === 'replace'
      ? change.tensor.shape
      : change.isTransposed
        ? [change.a.shape[1], change.b.shape[0]]
        : [change.b.shape[0], change.a.shape[1]];
  const shape = change.kind === 'replace' ? change.tensor.shape : [rows!, cols!];
  if (String(shape) !== String(base.shape))
    throw new FileError(
      `${adapter.label}: its change of "${visible(base.name)}" is [${shape}], but the model's tensor is [${base.shape}].`,
      'The adapter was made for another model.',
    );
  if (change.kind === 'add' && change.magnitude && String(change.magnitude.shape) !== String([rows]))
    throw new FileError(
      `${adapter.label}: lora_magnitude_vector of "${visible(base.name)}" is [${change.magnitude.shape}], expected [${rows}].`,
      'Download the adapter again.',
    );
  if (change.kind === 'replace') return { ...change.tensor, name: base.name };
  return added(base, change, change.scale * scale);
}

/**
 * The tensors of a checkpoint with adapters merged into them, one after the other: W + scale * B A as float32, computed as it is
 * read. Throws FileError for an adapter of another model, by the tensor.
 */
export function merged(tensors: readonly TensorSource[], adapters: readonly ScaledAdapter[]): TensorSource[] {
  let out = [...tensors];
  for (const scaled of adapters) {
    const { adapter } = scaled;
    const names = new Set(out.map((t) => t.name));
    const unknown = [...adapter.changes.keys()].find((name) => !names.has(name));
    if (unknown !== undefined)
      throw new FileError(
        `${adapter.label}: it changes "${visible(unknown)}", which the model does not have.`,
        'The adapter was made for another model.',
      );
    out = out.map((t) => {
      const change = adapter.changes.get(t.name);
      return change ? changed(t, change, scaled) : t;
    });
  }
  return out;
}
