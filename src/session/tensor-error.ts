/** What quantizing took from a tensor, measured on the GPU against its source. */
export interface TensorError {
  readonly name: string;
  readonly type: string;
  /** Root mean square of the error. */
  readonly rmse: number;
  readonly squaredError: number;
  /** Sum of the squared weights, for errors relative to them. */
  readonly squares: number;
}

/** RMS error over all tensors relative to the RMS of the weights. */
export function overallError(errors: readonly TensorError[]): number {
  const sum = (key: 'squaredError' | 'squares') => errors.reduce((n, e) => n + e[key], 0);
  return sum('squares') > 0 ? Math.sqrt(sum('squaredError') / sum('squares')) : 0;
}
