import { TemplateError } from './template-error';

/** Evaluated nodes and visited items: some tenths of a second. A thousand messages take about 100,000. */
const MAX_STEPS = 1_000_000;
/** Characters of all strings that come into being, and of any one of them. */
const MAX_CHARACTERS = 64 * 2 ** 20;
const MAX_STRING = 8 * 2 ** 20;
/** Macros that call each other, and loops within loops. */
const MAX_DEPTH = 200;

/** Bounds on a rendering, so that no template can hold its thread or fill the memory. */
export class Budget {
  #steps = 0;
  #characters = 0;
  #depth = 0;

  /** Before work on so many nodes or items. */
  steps(count = 1): void {
    this.#steps += count;
    if (this.#steps > MAX_STEPS)
      throw new TemplateError(`it does not come to an end (more than ${MAX_STEPS} steps)`);
  }
  /** Before a string of this length comes into being. */
  string(length: number): void {
    this.#characters += length;
    if (length > MAX_STRING || this.#characters > MAX_CHARACTERS)
      throw new TemplateError(`its text grows beyond bounds (more than ${MAX_STRING} characters)`);
  }
  enter(): void {
    if (++this.#depth > MAX_DEPTH) throw new TemplateError(`it is nested more than ${MAX_DEPTH} deep`);
  }
  leave(): void {
    this.#depth--;
  }
}

let current: Budget | undefined;

/** Runs with a budget that `spend` draws on, too. */
export function within<T>(budget: Budget, run: () => T): T {
  const outer = current;
  current = budget;
  try {
    return run();
  } finally {
    current = outer;
  }
}

/**
 * Steps of work inside of a value, for functions that know no interpreter: a list that holds itself twice, a hundred
 * times over, is small until it is printed, compared or hashed.
 */
export const spend = (steps: number): void => current?.steps(steps);
