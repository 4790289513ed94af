import { untilCancelled } from '../util/errors';

/**
 * Runs reads in order and starts up to `ahead` of them before they are requested, so at most `ahead` results are
 * buffered beside the one that the caller holds. Whoever makes it releases it: reads that were begun and that nobody takes
 * any more end then.
 */
export class ReadAhead<T> {
  readonly #reads: readonly ((signal: AbortSignal) => Promise<T>)[];
  readonly #released = new AbortController();
  readonly #ahead: number;
  readonly #begun: Promise<T>[] = [];
  #next = 0;

  constructor(reads: readonly ((signal: AbortSignal) => Promise<T>)[], ahead = 1) {
    this.#reads = reads;
    this.#ahead = ahead;
  }

  #begin(): void {
    const read = this.#reads[this.#next++]!(this.#released.signal);
    read.catch(() => {}); // take() reports it; this only silences "unhandled rejection" after an earlier failure
    this.#begun.push(read);
  }

  /** The next result, in order; throws what its read threw, or CancelledError without waiting for a read that hangs. */
  async take(signal?: AbortSignal): Promise<T> {
    if (this.#begun.length === 0) {
      if (this.#next >= this.#reads.length) throw new RangeError('nothing is left to read');
      this.#begin();
    }
    const result = await untilCancelled(this.#begun.shift()!, signal);
    while (this.#begun.length < this.#ahead && this.#next < this.#reads.length) this.#begin();
    return result;
  }

  /** Ends the reads that were begun. */
  release(): void {
    this.#released.abort();
  }
}
