/** Normalized mean square error of `got` against `want`. */
export function nmse(got: ArrayLike<number>, want: ArrayLike<number>): number {
  let error = 0;
  let power = 0;
  for (let i = 0; i < want.length; i++) {
    error += (got[i]! - want[i]!) ** 2;
    power += want[i]! ** 2;
  }
  return power > 0 ? error / power : error;
}

/** ||got - want|| / ||want||. */
export const relativeError = (got: ArrayLike<number>, want: ArrayLike<number>): number =>
  Math.sqrt(nmse(got, want));

/** The first `max` differing bytes, as messages. */
export function byteDifferences(got: Uint8Array, want: Uint8Array, max = 5): string[] {
  const out: string[] = [];
  if (got.length !== want.length) out.push(`length ${got.length}, expected ${want.length}`);
  for (let i = 0; i < want.length && out.length < max; i++)
    if (got[i] !== want[i]) out.push(`byte ${i}: ${got[i]}, expected ${want[i]}`);
  return out;
}
