// Values of a pickle. Containers are shared, not copied.
import { FileError } from '../../../util/errors';

/** A name of a Python module: a class or a function, which is never looked up. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}
/** Immutable here; `List` and `Dict` are changed while a pickle is read. */
export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}
export class PickleList {
  readonly items: PickleValue[] = [];
}
export class PickleDict {
  readonly entries = new Map<PickleValue, PickleValue>();
}
export class PickleBytes {
  constructor(readonly bytes: Uint8Array) {}
}
/** A thing that the caller of `unpickle` made. */
export class PickleMade {
  constructor(readonly made: object) {}
}
export type PickleValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | PickleGlobal
  | PickleTuple
  | PickleList
  | PickleDict
  | PickleBytes
  | PickleMade;

/** Makes a value of the arguments of a class or function. Throws an Error that says what is wrong with them. */
export type PickleMaker = (args: readonly PickleValue[]) => PickleValue;

export interface PickleOptions {
  /** Names of the file and of the pickle in it, for errors. */
  readonly label: string;
  /** All classes and functions that may be named, and what is made for each. A name without a maker cannot be called. */
  readonly makers: ReadonlyMap<string, PickleMaker | null>;
  /** Makes what a persistent id stands for. */
  readonly persistent?: (id: PickleValue) => PickleValue;
}

/** The bytes ended before STOP. Whoever has more bytes may try again. */
export class PickleCutOff extends FileError {}

/** A pickle ends with its STOP, whatever follows. */
export interface Pickle {
  readonly value: PickleValue;
  readonly sizeBytes: number;
}
