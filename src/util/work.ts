/** The last argument of every function that takes time. */
export interface Work<P = unknown> {
  /** Ends the work early: it then throws CancelledError, and what it took is given back. */
  readonly signal?: AbortSignal | undefined;
  /** Told of every step that is done. */
  readonly progress?: ((progress: P) => void) | undefined;
}

/** Steps done of those there are: chunks of a text, runs of a benchmark, tensors of a model. */
export interface RunProgress {
  readonly done: number;
  readonly total: number;
}
