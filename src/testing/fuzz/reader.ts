import type { Chooser } from './chooser';

/**
 * A fuzzer of one reader. `make` mutates seeds by structure and by byte; `read` is the reader, which may refuse with a
 * NibbleError; `check` holds what was accepted to what it must be, and throws.
 */
export interface Fuzzer<Input, Accepted> {
  /** The word of the command line, and the name of its file in `readers`. */
  readonly name: string;
  /** Sources whose branches are counted, from the root of the project. */
  readonly sources: readonly string[];
  /** Inputs of a row in docs/testing.md. */
  readonly inputs: number;
  make(r: Chooser): Input;
  read(input: Input): Accepted | Promise<Accepted>;
  check(input: Input, accepted: Accepted): void | Promise<void>;
  /** The input as it is printed when something is wrong. */
  show(input: Input): string;
}

/** A fuzzer whose types only it knows. */
export type AnyFuzzer = Fuzzer<unknown, unknown>;

export const fuzzer = <Input, Accepted>(of: Fuzzer<Input, Accepted>): AnyFuzzer => of as unknown as AnyFuzzer;

/** Throws unless a rule for what was accepted holds. */
export function rule(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`accepted, though not true: ${what}`);
}

/** Bytes for a message, as base64 that `Buffer.from(text, 'base64')` reads. */
export const shownBytes = (bytes: Uint8Array): string => {
  const part = bytes.subarray(0, 3000);
  return `${bytes.length} bytes: ${Buffer.from(part).toString('base64')}${part.length < bytes.length ? '...' : ''}`;
};
