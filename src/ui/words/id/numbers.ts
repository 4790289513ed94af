export const whole = (n: number): string => n.toLocaleString('id');
/** A number with so many decimals, by a comma. */
export const decimal = (n: number, digits: number): string =>
  n.toLocaleString('id', { minimumFractionDigits: digits, maximumFractionDigits: digits });
/** A, B, dan C. */
export const all = (names: readonly string[]): string =>
  names.length < 3 ? names.join(' dan ') : `${names.slice(0, -1).join(', ')}, dan ${names.at(-1)}`;
export const levels = (n: number): string => `${whole(n)} level`;
