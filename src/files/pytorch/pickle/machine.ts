import { FileError, UnsupportedError } from '../../../util/errors';
import { visible } from '../../../util/foreign-text';
import { decodeUtf8 } from '../../../util/utf8';
import {
  type Pickle,
  PickleCutOff,
  PickleDict,
  PickleGlobal,
  PickleList,
  type PickleOptions,
  PickleTuple,
  type PickleValue,
} from './values';

const HINT =
  'Weights alone do not need it, and programs that do run it would execute what it says. Take a file with safetensors.';
const MARK = Symbol('mark');
type Slot = PickleValue | typeof MARK;

/** The stack and the memo of a pickle that is read, and what opcodes do with them. */
export class Machine {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #options: PickleOptions;
  #at = 0;
  #start = 0;
  #stack: Slot[] = [];
  /** Values that were kept by their number. */
  readonly #memo = new Map<number, PickleValue>();

  constructor(bytes: Uint8Array<ArrayBuffer>, options: PickleOptions) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#options = options;
  }

  bad(what: string): never {
    throw new FileError(
      `${this.#options.label}: byte ${this.#start} of the pickle: ${what}`,
      'The file is damaged, or no checkpoint of PyTorch. Download it again.',
    );
  }
  refuse(what: string): never {
    throw new UnsupportedError(
      `${this.#options.label}: byte ${this.#start} of the pickle: ${what}; expected tensors, numbers, texts, lists and dictionaries.`,
      HINT,
    );
  }
  /** Takes bytes, which must be there. */
  take(count: number): number {
    const at = this.#at;
    if (!(count <= this.#bytes.length - at))
      throw new PickleCutOff(
        `${this.#options.label}: byte ${this.#start} of the pickle: ${count} bytes are wanted, ${this.#bytes.length - at} are there.`,
        'The file is damaged or cut off. Download it again.',
      );
    this.#at += count;
    return at;
  }
  u8 = (): number => this.#bytes[this.take(1)]!;
  u16 = (): number => this.#view.getUint16(this.take(2), true);
  i32 = (): number => this.#view.getInt32(this.take(4), true);
  f64 = (): number => this.#view.getFloat64(this.take(8), false);
  u32 = (): number => this.#view.getUint32(this.take(4), true);
  u64 = (): number => Number(this.#view.getBigUint64(this.take(8), true));
  some(count: number): Uint8Array<ArrayBuffer> {
    const at = this.take(count);
    return this.#bytes.subarray(at, at + count);
  }
  text = (count: number): string => decodeUtf8(this.some(count));
  line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    const at = this.take(end < 0 ? this.#bytes.length - this.#at + 1 : end - this.#at + 1);
    return decodeUtf8(this.#bytes.subarray(at, end));
  }
  integer(count: number): number | bigint {
    const bytes = this.some(count);
    if (count > 16) return this.bad(`an integer of ${count} bytes, expected at most 16`);
    let value = 0n;
    for (let i = count - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    if (count > 0 && bytes[count - 1]! >= 128) value -= 1n << BigInt(8 * count);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
  }
  pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) return this.bad('the stack has no value');
    return value;
  }
  top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) return this.bad('the stack has no value');
    return value;
  }
  popMark(): PickleValue[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) return this.bad('there is no mark on the stack');
    const values = this.#stack.splice(mark) as PickleValue[];
    return values.slice(1);
  }
  popTuple(count: number): void {
    const items: PickleValue[] = [];
    for (let i = 0; i < count; i++) items.unshift(this.pop());
    this.push(new PickleTuple(items));
  }
  put(index: number): void {
    // A pickler numbers values as they come, so no index reaches the number of bytes.
    if (index >= this.#bytes.length) this.bad(`a value is kept at ${index}, beyond all values`);
    this.#memo.set(index, this.top());
  }
  get(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) this.bad(`the value kept at ${index} is not there`);
    else this.push(value);
  }

  global(module: PickleValue, name: PickleValue): void {
    const full = `${String(module)}.${String(name)}`;
    if (typeof module !== 'string' || typeof name !== 'string' || !this.#options.makers.has(full))
      this.refuse(`it wants ${visible(full.slice(0, 200))}`);
    this.push(new PickleGlobal(full));
  }
  reduce(): void {
    const args = this.pop();
    const callee = this.pop();
    if (!(callee instanceof PickleGlobal)) this.refuse('it calls what is no class or function');
    const make = this.#options.makers.get(callee.name);
    if (!make) this.refuse(`it calls ${callee.name}`);
    if (!(args instanceof PickleTuple)) this.bad(`${callee.name} is called without arguments`);
    this.push(this.#made(callee.name, () => make(args.items)));
  }
  /** A maker's complaint is told with the place in the file. */
  #made(what: string, make: () => PickleValue): PickleValue {
    try {
      return make();
    } catch (error) {
      if (error instanceof FileError || error instanceof UnsupportedError) throw error;
      return this.bad(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  build(): void {
    this.pop();
    // torch keeps versions of modules as a state of its dictionaries, which weights do not need.
    if (!(this.top() instanceof PickleDict)) this.refuse('BUILD sets the state of an object');
  }
  setItems(values: readonly PickleValue[]): void {
    const dict = this.top();
    if (!(dict instanceof PickleDict) || values.length % 2 !== 0)
      this.bad('items are set on what is no dictionary, or without values');
    for (let i = 0; i < values.length; i += 2) {
      const key = values[i]!;
      if (dict.entries.has(key)) this.bad(`"${visible(String(key).slice(0, 200))}" is there twice`);
      dict.entries.set(key, values[i + 1]!);
    }
  }
  append(values: readonly PickleValue[]): void {
    const list = this.top();
    if (!(list instanceof PickleList)) this.bad('values are appended to what is no list');
    for (const value of values) list.items.push(value);
  }

  /** A value under the next number. */
  memoize(): void {
    this.put(this.#memo.size);
  }
  mark(): void {
    this.#stack.push(MARK);
  }
  persistent(): void {
    const id = this.pop();
    const { persistent } = this.#options;
    if (!persistent) this.refuse('it takes a persistent id');
    this.push(this.#made('a persistent id', () => persistent(id)));
  }
  /** A frame says how many bytes follow it. */
  frame(): void {
    const sizeBytes = this.u64();
    const at = this.#at;
    this.take(sizeBytes);
    this.#at = at;
  }
  /** Takes the next opcode. */
  next(): number {
    this.#start = this.#at;
    return this.u8();
  }
  /** The value that is left when a pickle stops. */
  end(): Pickle {
    const value = this.pop();
    if (this.#stack.length > 0) this.bad(`${this.#stack.length} values are left on the stack`);
    return { value, sizeBytes: this.#at };
  }
}
