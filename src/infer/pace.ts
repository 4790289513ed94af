/** Most tokens in one submit. */
export const MAX_BATCH = 8;
/** Submits that may be under way at a time; each has a buffer for its ids. */
export const IN_FLIGHT = 2;
export const READBACK_BYTES = 4 * MAX_BATCH;
/** A submit that takes longer than this is felt when it is stopped; one that takes less leaves the GPU waiting for us. */
const LONG_MS = 120;
const SHORT_MS = 40;

/** How many tokens to ask for at once: as many as keep the device fed, few enough to stay quick to stop. */
export class Pace {
  #batch = 1;

  get batch(): number {
    return this.#batch;
  }
  /** `count` tokens took so long. */
  took(count: number, elapsedMs: number): void {
    const whole = (elapsedMs / count) * this.#batch;
    if (whole > LONG_MS) this.#batch = Math.max(1, this.#batch >> 1);
    else if (whole < SHORT_MS) this.#batch = Math.min(MAX_BATCH, this.#batch * 2);
  }
}
