import type { Fault } from './bundle';

/** Faults that the fuzzers must notice, three and more for each reader. The text that one replaces is there exactly once. */
export const faults: readonly Fault[] = [];
