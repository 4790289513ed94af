import { isRecord, type Json } from '../../files/json';
import { FileError, UnsupportedError } from '../../util/errors';
import { shownValue } from '../../util/foreign-text';

const TAKE_ANOTHER = 'Take the checkpoint that it was made from, or one that another quantizer made.';

/** An object of config.json. Readers throw FileError for what is malformed and UnsupportedError for what is not read. */
export class Settings {
  readonly json: Json;
  /** The model, the file and the place of the object in it, for errors. */
  readonly place: string;

  constructor(json: Json, place: string) {
    this.json = json;
    this.place = place;
  }

  /** An error about one of the values. */
  wrong(key: string, expected: string): FileError {
    return new FileError(
      `${this.place}: "${key}" is ${shownValue(this.json[key] ?? 'missing')}, expected ${expected}.`,
      'Download config.json again.',
    );
  }
  unread(key: string, expected: string): UnsupportedError {
    return new UnsupportedError(
      `${this.place}: "${key}" is ${shownValue(this.json[key] ?? 'missing')}, which cannot be read; expected ${expected}.`,
      TAKE_ANOTHER,
    );
  }

  has(key: string): boolean {
    const value = this.json[key];
    return value !== undefined && value !== null;
  }

  /** A text in lower case. */
  text(key: string, fallback: string): string {
    if (!this.has(key)) return fallback;
    const value = this.json[key];
    if (typeof value !== 'string') throw this.wrong(key, 'a text');
    return value.toLowerCase();
  }

  flag(key: string, fallback = false): boolean {
    if (!this.has(key)) return fallback;
    const value = this.json[key];
    if (typeof value !== 'boolean') throw this.wrong(key, 'true or false');
    return value;
  }

  /** One of the numbers that can be read. */
  number<N extends number>(key: string, allowed: readonly N[], fallback?: N): N {
    if (!this.has(key) && fallback !== undefined) return fallback;
    const value = allowed.find((n) => n === this.json[key]);
    if (value === undefined) throw this.unread(key, allowed.join(', '));
    return value;
  }

  /** Inputs that share a scale; -1 for all. */
  groupSize(key: string, fallback?: number): number {
    if (!this.has(key) && fallback !== undefined) return fallback;
    const value = this.json[key];
    if (
      typeof value === 'number' &&
      Number.isInteger(value) &&
      (value === -1 || (value > 0 && value < 2 ** 24))
    )
      return value;
    throw this.wrong(key, 'a count of inputs, or -1 for all');
  }

  /** An object within; undefined without. */
  record(key: string): Settings | undefined {
    if (!this.has(key)) return undefined;
    const value = this.json[key];
    if (!isRecord(value)) throw this.wrong(key, 'an object');
    return new Settings(value, `${this.place}.${key}`);
  }

  /** A list of texts; empty without. */
  texts(key: string): string[] {
    if (!this.has(key)) return [];
    const value = this.json[key];
    if (!Array.isArray(value) || !value.every((v) => typeof v === 'string'))
      throw this.wrong(key, 'a list of names');
    return value as string[];
  }

  /** These settings with others in the place of some. */
  with(other: Settings): Settings {
    return new Settings({ ...this.json, ...other.json }, other.place);
  }
}
