import { NibbleError } from '../util/errors';

/**
 * The engine's side of a public object, which its class does not show. A WeakMap and no private field, so that other files
 * of this folder reach it and nobody else does.
 */
export class Handles<Public extends object, Inner> {
  readonly #kept = new WeakMap<Public, Inner>();
  readonly #what: string;

  constructor(what: string) {
    this.#what = what;
  }
  keep(of: Public, inner: Inner): void {
    this.#kept.set(of, inner);
  }
  /** @throws NibbleError for an object that this library did not make, or that another copy of it did. */
  get(of: Public): Inner {
    const inner = this.#kept.get(of);
    if (inner === undefined)
      throw new NibbleError(`This is no ${this.#what} of this library.`, `Pass on what it gave you.`);
    return inner;
  }
}
