/** Maximum tokens per submit. */
export const MAX_BATCH = 8;
/** Maximum submits in flight; each has its own readback buffer. */
export const IN_FLIGHT = 2;
export const READBACK_BYTES = 4 * MAX_BATCH;
/** A longer submit delays stopping noticeably; a shorter one leaves the GPU idle between submits. */
const LONG_MS = 120;
const SHORT_MS = 40;

/** Adapts the number of tokens per submit: enough to keep the GPU busy, few enough to stop quickly. */
export class Pace {
  #batch = 1;

  get batch(): number {
    return this.#batch;
  }
  /** Reports the time that a submit of `count` tokens took. */
  took(count: number, elapsedMs: number): void {
    const whole = (elapsedMs / count) * this.#batch;
    if (whole > LONG_MS) this.#batch = Math.max(1, this.#batch >> 1);
    else if (whole < SHORT_MS) this.#batch = Math.min(MAX_BATCH, this.#batch * 2);
  }
}
