/** Milliseconds between two reminders: browsers run no timer more often. */
const REMIND_MS = 4;
/** A device that says later than this that it has nothing to do does not answer when it is done. */
const PROMPT_MS = 20;
/** Waits of a measurement after a first one, which begins at no particular time. */
const TRIALS = 3;
/** At most this part of a wait is taken for delay: the rest is work, or a speed would have no end. */
const MOST_DELAY = 0.9;

const clamp = (ms: number, least: number, most: number): number => Math.min(Math.max(ms, least), most);

/**
 * Waits for what a device answers: maps, and submits that are done. Some browsers look only now and then whether a device
 * is done, Firefox every 100 ms; but they look when something is submitted, too. Where that is so, empty submits remind
 * them as long as somebody waits. What is left of an answer's delay is known, so that nobody takes it for work.
 */
export class Answers {
  readonly #submitNothing: () => void;
  #isReminded = false;
  #delayMs = 0;
  #waiting = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the device was last done, as far as answers tell. */
  #doneMs = Number.NEGATIVE_INFINITY;
  #idleMs = 0;

  /** `submitNothing` makes an empty submit. */
  constructor(submitNothing: () => void) {
    this.#submitNothing = submitNothing;
  }

  /** Milliseconds from the end of work to the answer, at least. 0 until it is measured. */
  get delayMs(): number {
    return this.#delayMs;
  }
  /** Milliseconds by which answers come later than that, at most, on a machine that has nothing else to do. */
  get jitterMs(): number {
    return this.#isReminded ? REMIND_MS : 0;
  }
  /**
   * Milliseconds by a clock that stands still while the device has nothing to do because an answer is under way: what a
   * speed is measured by. Read it while nobody waits.
   */
  now(): number {
    const now = performance.now();
    return now - this.#idleMs - clamp(now - this.#doneMs, 0, this.#delayMs);
  }

  /**
   * Milliseconds that the device worked for a submit whose answer came just now. It began when it was submitted, or when
   * the one before was done, whose answer came at `beforeMs`.
   */
  workMs(submittedMs: number, beforeMs: number): number {
    return Math.max(0, performance.now() - Math.max(submittedMs + this.#delayMs, beforeMs));
  }

  /**
   * Measures the delay, and finds out whether reminders shorten it. Nothing else may be under way. `ask` makes an empty
   * submit and waits by `until` until it is done.
   */
  async measure(ask: () => Promise<void>): Promise<void> {
    const least = async (): Promise<number> => {
      let ms = Number.POSITIVE_INFINITY;
      for (let trial = 0; trial <= TRIALS; trial++) {
        const started = performance.now();
        await ask();
        if (trial > 0) ms = Math.min(ms, performance.now() - started);
      }
      return ms;
    };
    this.#isReminded = false;
    const alone = await least();
    this.#isReminded = alone > PROMPT_MS;
    const reminded = this.#isReminded ? await least() : alone;
    this.#isReminded = reminded < alone / 2;
    this.#delayMs = Math.min(alone, reminded);
  }

  /** Waits for an answer, which was asked for just now. */
  async until<T>(answer: Promise<T>): Promise<T> {
    const askedMs = performance.now();
    this.#waiting++;
    this.#remind();
    try {
      return await answer;
    } finally {
      this.#waiting--;
      if (this.#waiting === 0) this.#rest();
      const now = performance.now();
      this.#idleMs += clamp(askedMs - this.#doneMs, 0, this.#delayMs);
      this.#doneMs = now - Math.min(this.#delayMs, MOST_DELAY * (now - askedMs));
    }
  }

  #remind(): void {
    if (!this.#isReminded || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      try {
        this.#submitNothing();
        this.#remind();
      } catch {
        // A device that takes no submit any more says so to those who wait.
      }
    }, REMIND_MS);
  }
  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
