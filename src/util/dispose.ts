/** A resource to dispose of explicitly, or by a `using` declaration if the runtime has `Symbol.dispose`. */
export interface Disposable {
  /** Releases everything that the object holds. A second call does nothing. */
  dispose(): void;
}

/** `Symbol.dispose` is not in ES2023, and Safari lacks it. */
const symbol = (Symbol as unknown as { readonly dispose?: symbol }).dispose;

/** Makes an object, or a class by its prototype, usable with `using`. Does nothing without `Symbol.dispose`. */
export function disposable(prototype: Disposable): void {
  if (symbol === undefined) return;
  Object.defineProperty(prototype, symbol, {
    configurable: true,
    value(this: Disposable) {
      this.dispose();
    },
  });
}
