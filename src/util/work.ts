/** The last argument of every function that takes time. */
export interface Work<P = unknown> {
  /** Cancels the work: it throws CancelledError and releases its resources. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every step. */
  readonly progress?: ((progress: P) => void) | undefined;
}

/** Completed steps: chunks of a text, runs of a benchmark, tensors of a model, kernels. */
export interface RunProgress {
  readonly done: number;
  readonly total: number;
}

/** Work that makes a level ready to run. `progress` is told of the weights that are quantized. */
export interface LevelWork<P> extends Work<P> {
  /** Called after every kernel that is compiled for the level; never where all are compiled. */
  readonly kernels?: ((progress: RunProgress) => void) | undefined;
}
