/** A resource that is given back by hand, or by a `using` declaration where the runtime has `Symbol.dispose`. */
export interface Disposable {
  /** Gives back everything that the object holds. A second call does nothing. */
  dispose(): void;
}

/** `Symbol.dispose` is no part of ES2023, and Safari lacks it. */
const symbol = (Symbol as unknown as { readonly dispose?: symbol }).dispose;

/** Lets `using` dispose of an object, or of a class's by its prototype. Without `Symbol.dispose` nothing changes. */
export function disposable(prototype: Disposable): void {
  if (symbol === undefined) return;
  Object.defineProperty(prototype, symbol, {
    configurable: true,
    value(this: Disposable) {
      this.dispose();
    },
  });
}
