import { spend } from './budget';
import { TemplateError } from './template-error';

/**
 * A value of Python, as far as templates can meet one: int is bigint, float is number, list is an array, None is null.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Value[]
  | Dict
  | DictView
  | Range
  | Iterator
  | Namespace
  | Callable
  | Undefined
  | LoopValue;

/** A name, key or attribute that is not there: prints nothing, is false, and most uses of it raise an error. */
export class Undefined {
  readonly #message: string;

  constructor(message: string) {
    this.#message = message;
  }
  fail(): never {
    throw new TemplateError(this.#message);
  }
}

/** A tuple; a list is a plain array. */
export class Tuple extends Array<Value> {
  static get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}
export function tuple(items: readonly Value[]): Tuple {
  const out = new Tuple();
  for (const item of items) out.push(item);
  return out;
}

/** A group of groupby: a tuple whose two items have names. */
export class Group extends Tuple {
  readonly fields: Readonly<Record<string, Value>>;

  constructor(grouper: Value, list: Value[]) {
    super();
    this.push(grouper, list);
    this.fields = { grouper, list };
  }
}

/** A dict: keys in order of insertion, 1 and 1.0 and True one key. */
export class Dict {
  readonly #entries = new Map<string, [Value, Value]>();

  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }
  get size(): number {
    return this.#entries.size;
  }
  set(key: Value, value: Value): void {
    const hash = hashKey(key);
    const [first] = this.#entries.get(hash) ?? [key];
    this.#entries.set(hash, [first, value]);
  }
  /** JavaScript's undefined where there is no such key. */
  get(key: Value): Value | undefined {
    return this.#entries.get(hashKey(key))?.[1];
  }
  has(key: Value): boolean {
    return this.#entries.has(hashKey(key));
  }
  entries(): [Value, Value][] {
    return [...this.#entries.values()];
  }
}

/** The result of dict.keys, values and items. */
export class DictView {
  readonly kind: 'keys' | 'values' | 'items';
  readonly #dict: Dict;

  constructor(kind: 'keys' | 'values' | 'items', dict: Dict) {
    this.kind = kind;
    this.#dict = dict;
  }
  items(): Value[] {
    const entries = this.#dict.entries();
    if (this.kind === 'keys') return entries.map(([key]) => key);
    if (this.kind === 'values') return entries.map(([, value]) => value);
    return entries.map((entry) => tuple(entry));
  }
}

export class Range {
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;

  constructor(start: bigint, stop: bigint, step: bigint) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
  get size(): number {
    const span = this.step > 0n ? this.stop - this.start : this.start - this.stop;
    const step = this.step > 0n ? this.step : -this.step;
    return span <= 0n ? 0 : Number((span + step - 1n) / step);
  }
  items(): bigint[] {
    return Array.from({ length: this.size }, (_, i) => this.start + BigInt(i) * this.step);
  }
}

/** A generator, as map, select and their like return: it is true, has no length, and is read once. */
export class Iterator {
  readonly source: globalThis.Iterator<Value>;

  constructor(source: Iterable<Value>) {
    this.source = source[Symbol.iterator]();
  }
  *[Symbol.iterator](): Generator<Value> {
    for (let next = this.source.next(); !next.done; next = this.source.next()) yield next.value;
  }
}

/** The one thing a template may change: attributes are set by `set ns.name`. */
export class Namespace {
  readonly attributes = new Map<string, Value>();
}

export type Keywords = ReadonlyMap<string, Value>;

/** A function, method or macro. `attributes` are what can be read of it. */
export class Callable {
  readonly name: string;
  readonly call: (args: readonly Value[], keywords: Keywords) => Value;
  readonly attributes: ReadonlyMap<string, Value>;

  constructor(
    name: string,
    call: (args: readonly Value[], keywords: Keywords) => Value,
    attributes: ReadonlyMap<string, Value> = new Map(),
  ) {
    this.name = name;
    this.call = call;
    this.attributes = attributes;
  }
}

/** The variable `loop`. */
export abstract class LoopValue {
  abstract attribute(name: string): Value | undefined;
  abstract call(args: readonly Value[]): Value;
}

/** A value, or another where it is JavaScript's undefined; None is a value. */
export const orElse = (value: Value | undefined, other: () => Value): Value =>
  value === undefined ? other() : value;

/** Values of JavaScript as Python's. Functions, symbols and undefined properties are left out. */
export function toValue(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') return value;
  if (Array.isArray(value)) return value.map(toValue);
  if (typeof value !== 'object') return null;
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return new Dict(entries.map(([key, v]) => [key, toValue(v)] as const));
}

/** Python's name of a value's type, for messages. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  if (value instanceof Tuple) return 'tuple';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Dict) return 'dict';
  if (value instanceof DictView) return `dict_${value.kind}`;
  if (value instanceof Range) return 'range';
  if (value instanceof Iterator) return 'generator';
  if (value instanceof Namespace) return 'Namespace';
  if (value instanceof Callable) return 'function';
  if (value instanceof Undefined) return 'Undefined';
  if (value instanceof LoopValue) return 'LoopContext';
  return { boolean: 'bool', bigint: 'int', number: 'float', string: 'str' }[
    typeof value as 'boolean' | 'bigint' | 'number' | 'string'
  ];
}

/** A text that equal keys share. Throws for what cannot be a key. */
export function hashKey(value: Value): string {
  spend(typeof value === 'string' ? 1 + value.length / 64 : 1);
  if (typeof value === 'string') return `s${value}`;
  if (typeof value === 'boolean') return value ? 'n1' : 'n0';
  if (typeof value === 'bigint' || typeof value === 'number') return `n${value}`;
  if (value === null) return 'none';
  if (value instanceof Tuple) {
    const parts = [...value].map(hashKey);
    return `t${parts.map((part) => part.length).join()}:${parts.join('')}`;
  }
  throw new TemplateError(`unhashable type: '${typeName(value)}'`);
}
