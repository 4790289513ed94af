import type { Budget } from './python/budget';
import { changed } from './builtins/globals';
import { TemplateError } from './python/template-error';
import { Callable, LoopValue, orElse, Undefined, type Value } from './python/values';

/** The variable `loop`. Items are read one by one, and ahead only where a template asks for it. */
export class Loop extends LoopValue {
  readonly #source: globalThis.Iterator<Value>;
  readonly #budget: Budget;
  readonly #depth: number;
  readonly #recurse: ((items: Value) => Value) | undefined;
  readonly #ahead: Value[] = [];
  #index = -1;
  #current: Value | undefined;
  #previous: Value | undefined;
  #changedOn: readonly Value[] | undefined;

  constructor(
    source: Iterable<Value>,
    budget: Budget,
    depth: number,
    recurse: ((items: Value) => Value) | undefined,
  ) {
    super();
    this.#source = source[Symbol.iterator]();
    this.#budget = budget;
    this.#depth = depth;
    this.#recurse = recurse;
  }

  #read(): Value | undefined {
    this.#budget.steps();
    const next = this.#source.next();
    return next.done ? undefined : next.value;
  }

  /** Goes on to the next item; JavaScript's undefined after the last. */
  next(): Value | undefined {
    const item = this.#ahead.length > 0 ? this.#ahead.shift() : this.#read();
    if (item === undefined) return undefined;
    this.#previous = this.#current;
    this.#current = item;
    this.#index++;
    return item;
  }

  #peek(): Value | undefined {
    if (this.#ahead.length === 0) {
      const item = this.#read();
      if (item !== undefined) this.#ahead.push(item);
    }
    return this.#ahead[0];
  }

  #length(): number {
    for (let item = this.#read(); item !== undefined; item = this.#read()) this.#ahead.push(item);
    return this.#index + 1 + this.#ahead.length;
  }

  attribute(name: string): Value | undefined {
    switch (name) {
      case 'index':
        return BigInt(this.#index + 1);
      case 'index0':
        return BigInt(this.#index);
      case 'revindex':
        return BigInt(this.#length() - this.#index);
      case 'revindex0':
        return BigInt(this.#length() - this.#index - 1);
      case 'length':
        return BigInt(this.#length());
      case 'first':
        return this.#index === 0;
      case 'last':
        return this.#peek() === undefined;
      case 'previtem':
        return orElse(this.#previous, () => new Undefined('there is no previous item'));
      case 'nextitem':
        return orElse(this.#peek(), () => new Undefined('there is no next item'));
      case 'depth':
        return BigInt(this.#depth + 1);
      case 'depth0':
        return BigInt(this.#depth);
      case 'cycle':
        return new Callable(name, (args) => {
          if (args.length === 0) throw new TemplateError('no items for cycling given');
          return args[this.#index % args.length]!;
        });
      case 'changed':
        return new Callable(name, (args) => {
          const isChanged = changed(this.#changedOn, args);
          this.#changedOn = args;
          return isChanged;
        });
      default:
        return undefined;
    }
  }

  call(args: readonly Value[]): Value {
    if (!this.#recurse)
      throw new TemplateError("The loop must have the 'recursive' marker to be called recursively.");
    const [items = null] = args;
    return this.#recurse(items);
  }
}
