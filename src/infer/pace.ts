/** Maximum tokens per submit. */
export const MAX_BATCH = 8;
/** Maximum submits in flight; each has its own readback buffer. */
export const IN_FLIGHT = 2;
export const READBACK_BYTES = 4 * MAX_BATCH;
/** A longer submit delays stopping noticeably; a shorter one leaves the GPU idle between submits. */
const MAX_SUBMIT_MS = 120;
const MIN_SUBMIT_MS = 40;

/** Adapts the number of tokens per submit: enough to keep the GPU busy, few enough to stop quickly. */
export class Pace {
  #batch = 1;

  get batch(): number {
    return this.#batch;
  }
  /** Records the time that a submit of `count` tokens took. */
  record(count: number, elapsedMs: number): void {
    const batchMs = (elapsedMs / count) * this.#batch;
    if (batchMs > MAX_SUBMIT_MS) this.#batch = Math.max(1, this.#batch >> 1);
    else if (batchMs < MIN_SUBMIT_MS) this.#batch = Math.min(MAX_BATCH, this.#batch * 2);
  }
}
