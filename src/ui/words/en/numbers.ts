export const whole = (n: number): string => n.toLocaleString('en');
/** A, B and C. */
export const all = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
export const levels = (n: number): string => (n === 1 ? '1 level' : `${n} levels`);
