import {
  arrayValue,
  boolValue,
  f32Value,
  GgufType,
  type MetaValue,
  stringValue,
  u32Value,
} from '../../../files/gguf/metadata';

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
    if (value !== undefined) this.set(key, u32Value(value));
  }
  i32(key: string, value: number | undefined): void {
    if (value !== undefined) this.set(key, { type: GgufType.INT32, value });
  }
  f32(key: string, value: number | undefined): void {
    if (value !== undefined) this.set(key, f32Value(value));
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
    this.set(key, arrayValue(GgufType.INT32, value));
  }
  f32s(key: string, value: readonly number[]): void {
    this.set(key, arrayValue(GgufType.FLOAT32, value));
  }
}
