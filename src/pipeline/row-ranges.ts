// Slicing of tensors for the GPU.
import type { TensorSource } from '../files/model-file';
import { formatBytesFor, type QuantFormat } from '../quant/format';
import { formatByGgmlType } from '../quant/registry';
import { FileError, UnsupportedError } from '../util/errors';
import type { RowRange } from './encode-step';

/** Whole rows; when more than one slice of `sliceWeights` is needed, a multiple of four rows each. */
export function rowRanges(
  rows: number,
  cols: number,
  sliceWeights: number,
): { readonly first: number; readonly count: number }[] {
  const step = rows * cols <= sliceWeights ? rows : Math.floor(sliceWeights / cols / 4) * 4;
  if (step === 0)
    throw new UnsupportedError(`Rows of ${cols} weights are wider than a slice of ${sliceWeights}.`);
  const out = [];
  for (let first = 0; first < rows; first += step) out.push({ first, count: Math.min(step, rows - first) });
  return out;
}

/** The format of a tensor in its file. Throws UnsupportedError when the GPU has none for it. */
export function sourceFormat(tensor: TensorSource): QuantFormat {
  const format = formatByGgmlType(tensor.type.id);
  if (!format)
    throw new UnsupportedError(
      `${tensor.name} is ${tensor.type.label}, which cannot be read on the GPU yet.`,
    );
  return format;
}

/** Reads rows in their file encoding. Throws FileError when bytes are missing. */
export async function readRows(
  tensor: TensorSource,
  rows: RowRange,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const format = sourceFormat(tensor);
  const first = rows.first * rows.cols;
  const elements = rows.count * rows.cols;
  const [from, to] = [formatBytesFor(format, first), formatBytesFor(format, first + elements)];
  const bytes = await tensor.read(from, to, signal);
  if (bytes.length !== formatBytesFor(format, elements))
    throw new FileError(
      `${tensor.name}: ${bytes.length} bytes came from the file, expected ${formatBytesFor(format, elements)}.`,
      'The file changed or became unreadable while it was read. Drop it again.',
    );
  return bytes;
}
