import { seededRandom } from '../../util/random';

/** Random choices of one input: the same for a seed and a number, on every machine. */
export class Chooser {
  readonly #next: () => number;

  constructor(seed: number, index: number) {
    this.#next = seededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
    this.#next();
  }
  /** An integer in [0, end). */
  below(end: number): number {
    return Math.floor(this.#next() * end);
  }
  /** True once in so many. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }
  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }
  /** Few as a rule, up to eight. */
  few(): number {
    let n = 1;
    while (n < 8 && this.oneIn(3)) n++;
    return n;
  }
}

/** Numbers at which readers have gone wrong: around zero, powers of two, and beyond what a type holds. */
export const odd = [
  0,
  1,
  2,
  3,
  4,
  5,
  7,
  8,
  16,
  31,
  32,
  33,
  64,
  127,
  128,
  255,
  256,
  257,
  512,
  1000,
  4096,
  65535,
  65536,
  1e6,
  1e7,
  0x7fffffff,
  0x80000000,
  0xffffffff,
  0x100000000,
  1e9,
  1e12,
  Number.MAX_SAFE_INTEGER,
  2 ** 53,
  2 ** 63,
  -1,
  -2,
  -128,
  -0x80000000,
] as const;

/** Texts at which readers have gone wrong. */
export const oddTexts = [
  '',
  ' ',
  'a',
  '\u0000',
  '\ufeff',
  '\ufeffa',
  '\u202eabc',
  '\ud800',
  '\u0301',
  '__proto__',
  'constructor',
  'toString',
  '../../x',
  'a\nb',
  '$(id)\';"',
  '<0x0A>',
  '<|end|>',
  '\u2581',
  '\u{1f600}',
  'x'.repeat(300),
] as const;
