import type { AnyFuzzer } from './reader';
import { gguf } from './readers/gguf';

/** A fuzzer for each reader. */
export const fuzzers: readonly AnyFuzzer[] = [gguf];
