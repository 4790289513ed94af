import type { Budget } from '../python/budget';
import { asNumber, isNumeric } from '../python/compare';
import { TemplateError } from '../python/template-error';
import { type Keywords, typeName, Undefined, type Value } from '../python/values';

/** The interpreter, as filters, tests and functions see it. */
export interface Context {
  readonly budget: Budget;
  readonly now: () => Date;
  attribute(value: Value, name: string): Value;
  item(value: Value, key: Value): Value;
  call(callee: Value, args: readonly Value[], keywords?: Keywords): Value;
  filter(name: string, args: readonly Value[], keywords: Keywords): Value;
  test(name: string, args: readonly Value[], keywords: Keywords): boolean;
  /** The items of a value, each counted as a step. */
  items(value: Value): Value[];
}

/** Arguments of a call by the names of the parameters, as Python binds them. */
export class Given {
  readonly #name: string;
  readonly #values = new Map<string, Value>();

  /** A parameter that ends in `?` may be left out. */
  constructor(name: string, parameters: readonly string[], args: readonly Value[], keywords: Keywords) {
    this.#name = name;
    const names = parameters.map((p) => p.replace('?', ''));
    if (args.length > names.length)
      throw new TemplateError(`${name}() takes at most ${names.length} arguments (${args.length} given)`);
    for (const [i, value] of args.entries()) this.#values.set(names[i]!, value);
    for (const [key, value] of keywords) {
      if (!names.includes(key))
        throw new TemplateError(`${name}() got an unexpected keyword argument '${key}'`);
      if (this.#values.has(key))
        throw new TemplateError(`${name}() got multiple values for argument '${key}'`);
      this.#values.set(key, value);
    }
    for (const parameter of parameters)
      if (!parameter.endsWith('?') && !this.#values.has(parameter))
        throw new TemplateError(`${name}() missing 1 required positional argument: '${parameter}'`);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }
  value(name: string, usual: Value = null): Value {
    const value = this.#values.get(name);
    return value === undefined ? usual : value;
  }
  #fail(name: string, wanted: string, value: Value): never {
    if (value instanceof Undefined) value.fail();
    throw new TemplateError(`${this.#name}() argument '${name}' must be ${wanted}, not ${typeName(value)}`);
  }
  text(name: string, usual?: string): string {
    const value = this.value(name, usual);
    return typeof value === 'string' ? value : this.#fail(name, 'str', value);
  }
  /** A text, or JavaScript's undefined for None and what was left out. */
  optionalText(name: string): string | undefined {
    return this.value(name) === null ? undefined : this.text(name);
  }
  integer(name: string, usual?: number): number {
    const value = this.value(name, usual === undefined ? null : BigInt(usual));
    if (!isNumeric(value) || typeof value === 'number') return this.#fail(name, 'int', value);
    return Number(asNumber(value));
  }
  optionalInteger(name: string): number | undefined {
    return this.value(name) === null ? undefined : this.integer(name);
  }
}
