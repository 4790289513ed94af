import { type Context, Given } from './arguments';
import { equal, iterate } from '../python/compare';
import { strftime } from '../python/strftime';
import { TemplateError } from '../python/template-error';
import { str } from '../python/text';
import { Callable, Dict, type Keywords, LoopValue, Namespace, Range, type Value } from '../python/values';

/** transformers' sandbox refuses longer ranges. */
const MAX_RANGE = 100_000;

function range(given: Given): Range {
  const parts = ['a', 'b', 'c'].filter((name) => given.has(name)).map((name) => BigInt(given.integer(name)));
  const [start, stop, step] =
    parts.length === 1 ? [0n, parts[0]!, 1n] : [parts[0]!, parts[1]!, parts[2] ?? 1n];
  if (step === 0n) throw new TemplateError('range() arg 3 must not be zero');
  const made = new Range(start, stop, step);
  if (made.size > MAX_RANGE)
    throw new TemplateError(`Range too big. The sandbox blocks ranges larger than MAX_RANGE (${MAX_RANGE}).`);
  return made;
}

/** dict() and namespace(): pairs or a mapping, and keywords. */
function entriesOf(args: readonly Value[], keywords: Keywords): [Value, Value][] {
  const [source, ...rest] = args;
  if (rest.length > 0) throw new TemplateError(`dict expected at most 1 argument, got ${args.length}`);
  const given =
    source === undefined
      ? []
      : source instanceof Dict
        ? source.entries()
        : [...iterate(source)].map((pair): [Value, Value] => {
            const [key, value, ...more] = [...iterate(pair)];
            if (key === undefined || value === undefined || more.length > 0)
              throw new TemplateError('dictionary update sequence element must have length 2');
            return [key, value];
          });
  return [...given, ...keywords];
}

function namespace(args: readonly Value[], keywords: Keywords): Namespace {
  const made = new Namespace();
  for (const [key, value] of entriesOf(args, keywords)) made.attributes.set(str(key), value);
  return made;
}

class Cycler extends LoopValue {
  readonly #items: readonly Value[];
  #at = 0;

  constructor(items: readonly Value[]) {
    super();
    if (items.length === 0) throw new TemplateError('at least one item has to be provided');
    this.#items = items;
  }
  attribute(name: string): Value | undefined {
    if (name === 'current') return this.#items[this.#at];
    if (name === 'next')
      return new Callable('next', () => {
        const current = this.#items[this.#at]!;
        this.#at = (this.#at + 1) % this.#items.length;
        return current;
      });
    if (name === 'reset')
      return new Callable('reset', () => {
        this.#at = 0;
        return null;
      });
    return undefined;
  }
  call(): never {
    throw new TemplateError("'Cycler' object is not callable");
  }
}

function joiner(given: Given): Callable {
  let used = false;
  return new Callable('joiner', () => {
    const text = used ? given.value('sep', ', ') : '';
    used = true;
    return text;
  });
}

const named = (name: string, parameters: readonly string[], run: (given: Given) => Value): Callable =>
  new Callable(name, (args, keywords) => run(new Given(name, parameters, args, keywords)));

/** Jinja2's functions, and transformers' two. */
export function globalsOf(context: Context): ReadonlyMap<string, Value> {
  const functions = [
    named('range', ['a', 'b?', 'c?'], range),
    new Callable('dict', (args, keywords) => new Dict(entriesOf(args, keywords))),
    new Callable('namespace', namespace),
    new Callable('cycler', (args) => new Cycler(args)),
    named('joiner', ['sep?'], joiner),
    named('raise_exception', ['message'], (given) => {
      throw new TemplateError(str(given.value('message')));
    }),
    named('strftime_now', ['format'], (given) => strftime(context.now(), given.text('format'))),
  ];
  return new Map(functions.map((f) => [f.name, f] as const));
}

/** loop.changed: the last arguments it was called with. */
export const changed = (before: readonly Value[] | undefined, now: readonly Value[]): boolean =>
  !before || before.length !== now.length || now.some((value, i) => !equal(value, before[i]!));
