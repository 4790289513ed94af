import type { TensorSource } from '../files/model-file';
import { formatBytesFor, type QuantFormat } from '../quant/format';
import { FileError, untilCancelled } from '../util/errors';

/** Quantization error of a tensor, measured on the GPU against its source. */
export interface TensorError {
  readonly name: string;
  readonly type: string;
  /** Root mean square error. */
  readonly rmse: number;
  readonly squaredError: number;
  /** Sum of the squared weights; the denominator of relative errors. */
  readonly squares: number;
}

/** RMS error over all tensors, relative to the RMS of the weights. */
export function overallError(errors: readonly TensorError[]): number {
  const sum = (key: 'squaredError' | 'squares') => errors.reduce((n, e) => n + e[key], 0);
  return sum('squares') > 0 ? Math.sqrt(sum('squaredError') / sum('squares')) : 0;
}

/** An error naming the first non-finite weight; rereads the tensor to find it. */
export async function notFiniteError(
  tensor: TensorSource,
  source: QuantFormat,
  bad: number,
  count: number,
  signal?: AbortSignal,
): Promise<FileError> {
  const step = 1 << 20;
  let where = '';
  for (let at = 0; at < count && !where; at += step) {
    const end = Math.min(count, at + step);
    const [from, to] = [formatBytesFor(source, at), formatBytesFor(source, end)];
    const raw = await untilCancelled(tensor.read(from, to, signal), signal);
    const x = source.decode(raw);
    const i = x.findIndex((v) => !Number.isFinite(v));
    if (i >= 0) where = `, the first at index ${at + i} (${x[i]})`;
  }
  return new FileError(
    `${tensor.name}: ${bad} of ${count} weights are NaN or infinite${where}; expected finite numbers.`,
    'The checkpoint is broken (a diverged training run, or a damaged download). It cannot be quantized.',
  );
}

/** The error of a tensor and its count of non-finite weights, from the partial sums of shaders/ops/error-stats.wgsl. */
export function errorFromSums(
  sums: Float32Array,
  tensor: TensorSource,
  target: QuantFormat,
  count: number,
): TensorError & { readonly notFinite: number } {
  let error = 0;
  let squares = 0;
  let bad = 0;
  for (let i = 0; i < sums.length; i += 4) {
    error += sums[i]!;
    squares += sums[i + 1]!;
    bad += sums[i + 2]!;
  }
  return {
    notFinite: bad,
    name: tensor.name,
    type: target.label,
    rmse: Math.sqrt(error / count),
    squaredError: error,
    squares,
  };
}
