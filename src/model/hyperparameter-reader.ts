import { GgufType, type Metadata, type MetaValue } from '../files/gguf/metadata';
import { FileError, UnsupportedError } from '../util/errors';

/** Values of a hyperparameter that have a meaning. */
export interface Rule {
  /** The rule in words, as a message says it. */
  readonly words: string;
  holds(value: number): boolean;
  /** Layers may state it one by one; here all must agree. */
  readonly perLayer?: boolean;
}

const MAX_INT = 2 ** 31 - 1;
const isFloat32 = (value: number): boolean => Number.isFinite(Math.fround(value));

/** A whole number from `least` on. llama.cpp counts positions and dimensions in 32 bits with a sign. */
export const count = (least: number, most = MAX_INT): Rule => ({
  words: `a whole number from ${least} to ${most}`,
  holds: (value) => Number.isInteger(value) && value >= least && value <= most,
});
/** The same, of which a file may have one for each layer. */
export const countOfLayers = (least: number, most = MAX_INT): Rule => ({
  ...count(least, most),
  perLayer: true,
});
/** A factor; as in llama.cpp, 0 stands for none. */
export const FACTOR: Rule = {
  words: 'a positive number, or 0 for none',
  holds: (value) => isFloat32(value) && value >= 0,
};
/** A number that is divided by, or whose logarithm is taken, as float32. */
export const above = (bound: number, below = Number.POSITIVE_INFINITY): Rule => ({
  words: Number.isFinite(below)
    ? `a number between ${bound} and ${below}`
    : `a number above ${bound}, and finite`,
  holds: (value) => isFloat32(value) && Math.fround(value) > bound && value < below,
});

const kindOf = (entry: MetaValue): string =>
  'itemType' in entry ? `a list of ${entry.value.length} values` : JSON.stringify(String(entry.value));

/** Numbers of a model's metadata, checked before anything is made of them. Errors name the file and the key. */
export class HyperparameterReader {
  readonly #label: string;
  readonly #metadata: Metadata;
  readonly #architecture: string;

  constructor(label: string, metadata: Metadata, architecture: string) {
    this.#label = label;
    this.#metadata = metadata;
    this.#architecture = architecture;
  }

  #fail(key: string, found: string, expected: string): FileError {
    return new FileError(
      `${this.#label}: metadata "${key}" is ${found}, expected ${expected}.`,
      found === 'missing'
        ? 'The file is incomplete. Convert it again.'
        : 'The file is damaged. Convert it again.',
    );
  }

  /** A number by its key below the architecture's name; undefined where there is none. Throws FileError. */
  maybe(key: string, rule: Rule, layers = 0): number | undefined {
    const full = `${this.#architecture}.${key}`;
    const entry = this.#metadata.get(full);
    if (entry === undefined) return undefined;
    if ('itemType' in entry) return this.#ofLayers(full, entry, rule, layers);
    return this.#checked(full, entry.value, rule);
  }

  /** The same; throws FileError where there is none. */
  need(key: string, rule: Rule, layers = 0): number {
    const value = this.maybe(key, rule, layers);
    if (value === undefined) throw this.#fail(`${this.#architecture}.${key}`, 'missing', rule.words);
    return value;
  }

  /** A truth value for each layer, or one number; undefined where there is neither. Throws FileError. */
  layerFlags(key: string, rule: Rule, layers: number): number | readonly boolean[] | undefined {
    const full = `${this.#architecture}.${key}`;
    const entry = this.#metadata.get(full);
    if (entry === undefined || !('itemType' in entry)) return this.maybe(key, rule);
    const { itemType, value } = entry;
    if (itemType === GgufType.STRING || itemType === GgufType.FLOAT32 || itemType === GgufType.FLOAT64)
      throw this.#fail(full, kindOf(entry), 'truth values, one for each layer');
    if (value.length !== layers)
      throw this.#fail(full, `a list of ${value.length} values`, `one for each of ${layers} layers`);
    return value.map(Boolean);
  }

  #ofLayers(key: string, entry: MetaValue, rule: Rule, layers: number): number {
    const values = entry.value as readonly unknown[];
    if (!rule.perLayer) throw this.#fail(key, kindOf(entry), rule.words);
    if (values.length !== layers || layers === 0)
      throw this.#fail(key, kindOf(entry), `one number, or one for each of ${layers} layers`);
    const numbers = values.map((value, i) => this.#checked(`${key}[${i}]`, value, rule));
    const other = numbers.findIndex((n) => n !== numbers[0]);
    if (other >= 0)
      throw new UnsupportedError(
        `${this.#label}: metadata "${key}" is ${numbers[0]} in layer 0 and ${numbers[other]} in layer ${other}; layers of several sizes cannot run here yet.`,
        'It can still be inspected, quantized and exported.',
      );
    return numbers[0]!;
  }

  #checked(key: string, value: unknown, rule: Rule): number {
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number !== 'number') throw this.#fail(key, JSON.stringify(value), rule.words);
    if (!rule.holds(number)) throw this.#fail(key, String(value), rule.words);
    return number;
  }
}
