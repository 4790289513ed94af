import { TARGET_MS } from '../gpu/pacer';

/** Maximum tokens per submit. */
export const MAX_BATCH = 8;
/** Maximum submits in flight; each has its own readback buffer. */
export const IN_FLIGHT = 2;

/**
 * Chooses the number of tokens per submit by the predicted time of one: enough to keep the device busy, few enough to
 * stop quickly. Batches start with one token and grow twofold at most.
 */
export class Pace {
  #batch = 0;

  /** Tokens of the next submit; 0 if one token is too long for a submit. */
  next(tokenMs: number, left: number): number {
    const fits = Math.floor(TARGET_MS / tokenMs);
    const count = Math.min(MAX_BATCH, left, fits, Math.max(1, 2 * this.#batch));
    this.#batch = count;
    return count;
  }
}
