// Numbers as the language of the page writes them.
import { languageNow } from '../words/language';

const marks = new Map<string, string>();
/** The mark before decimals. */
function markOf(language: string): string {
  const known = marks.get(language);
  if (known !== undefined) return known;
  const parts = new Intl.NumberFormat(language).formatToParts(1.5);
  const mark = parts.find(({ type }) => type === 'decimal')?.value ?? '.';
  marks.set(language, mark);
  return mark;
}

/** A number that was written with a point, such as 1.2e−4, with the mark of the language. */
export const numeral = (written: string): string => written.replace('.', markOf(languageNow()));
/** A number with so many decimals. */
export const fixed = (n: number, digits: number): string => numeral(n.toFixed(digits));
/** A number with so many significant digits. */
export const precise = (n: number, digits: number): string => numeral(n.toPrecision(digits));
/** A number with an exponent. */
export const exponential = (n: number, digits: number): string => numeral(n.toExponential(digits));
/** A count, with its thousands set apart. */
export const whole = (n: number): string => n.toLocaleString(languageNow());
/** A moment, as its day and time are written. */
export const moment = (ms: number): string => new Date(ms).toLocaleString(languageNow());
