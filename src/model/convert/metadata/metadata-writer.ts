import {
  arrayValue,
  boolValue,
  f32Value,
  GgufType,
  type MetaValue,
  stringValue,
  u32Value,
} from '../../../files/gguf/metadata';
import { FileError } from '../../../util/errors';

/** Collects metadata in the order of the first write of each key. `%` in a key stands for the architecture. */
export class MetadataWriter {
  readonly entries = new Map<string, MetaValue>();
  readonly #architecture: string;

  constructor(architecture: string) {
    this.#architecture = architecture;
    this.string('general.architecture', architecture);
  }

  set(key: string, value: MetaValue): void {
    this.entries.set(key.replace('%', this.#architecture), value);
  }
  u32(key: string, value: number | undefined): void {
    if (value === undefined) return;
    this.#check(key, value, Number.isInteger(value) && value >= 0 && value < 2 ** 32, 'a 32-bit count');
    this.set(key, u32Value(value));
  }
  i32(key: string, value: number | undefined): void {
    if (value === undefined) return;
    this.#check(key, value, Number.isInteger(value) && Math.abs(value) < 2 ** 31, 'a 32-bit integer');
    this.set(key, { type: GgufType.INT32, value });
  }
  f32(key: string, value: number | undefined): void {
    if (value === undefined) return;
    this.#check(key, value, Number.isFinite(Math.fround(value)), 'a number that float32 holds');
    this.set(key, f32Value(value));
  }
  #check(key: string, value: number, isRight: boolean, expected: string): void {
    if (isRight) return;
    const name = key.replace('%', this.#architecture);
    throw new FileError(
      `config.json gives ${value} for "${name}", expected ${expected}.`,
      'Download config.json again.',
    );
  }
  bool(key: string, value: boolean): void {
    this.set(key, boolValue(value));
  }
  bools(key: string, value: readonly boolean[]): void {
    this.set(key, arrayValue(GgufType.BOOL, value));
  }
  string(key: string, value: string | undefined): void {
    if (value !== undefined) this.set(key, stringValue(value));
  }
  strings(key: string, value: readonly string[]): void {
    this.set(key, arrayValue(GgufType.STRING, value));
  }
  i32s(key: string, value: readonly number[]): void {
    for (const item of value)
      this.#check(key, item, Number.isInteger(item) && item === (item | 0), 'a 32-bit number');
    this.set(key, arrayValue(GgufType.INT32, value));
  }
  f32s(key: string, value: readonly number[]): void {
    this.set(key, arrayValue(GgufType.FLOAT32, value));
  }
}
