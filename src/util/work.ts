/** The last argument of every function that takes time. */
export interface Work<P = unknown> {
  /** Cancels the work: it throws CancelledError and releases its resources. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every step. */
  readonly progress?: ((progress: P) => void) | undefined;
}

/** Completed steps: chunks of a text, runs of a benchmark, tensors of a model. */
export interface RunProgress {
  readonly done: number;
  readonly total: number;
}
