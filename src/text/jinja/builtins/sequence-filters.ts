import type { Context, Given } from './arguments';
import { byPath, folded } from './attribute-path';
import { equal, iterate, order, truth } from '../python/compare';
import type { Filter } from './filter';
import { arithmetic } from '../python/operators';
import { TemplateError } from '../python/template-error';
import { str } from '../python/text';
import {
  Dict,
  Group,
  hashKey,
  Iterator,
  orElse,
  tuple,
  typeName,
  Undefined,
  type Value,
} from '../python/values';

const empty = (what: string): Undefined => new Undefined(what);

function first(value: Value, context: Context): Value {
  context.budget.steps();
  for (const item of iterate(value)) return item;
  return empty('No first item, sequence was empty.');
}

function last(value: Value, context: Context): Value {
  if (value instanceof Iterator) throw new TemplateError(`'${typeName(value)}' object is not reversible`);
  const items = typeof value === 'string' ? [...value] : context.items(value);
  return orElse(items.at(-1), () => empty('No last item, sequence was empty.'));
}

/** A stable sort; `key` is compared. */
function sorted(items: Value[], key: (item: Value) => Value, reverse: boolean, context: Context): Value[] {
  context.budget.steps(Math.ceil(items.length * Math.log2(items.length + 2)));
  const pairs = items.map((item) => [key(item), item] as const);
  pairs.sort(([a], [b]) => (reverse ? order(b, a) : order(a, b)));
  return pairs.map(([, item]) => item);
}

function sort(value: Value, given: Given, context: Context): Value {
  const fold = folded(truth(given.value('case_sensitive', false)));
  const path = given.value('attribute');
  const steps = typeof path === 'string' ? path.split(',').map((p) => byPath(p, context)) : undefined;
  const key = (item: Value): Value => {
    if (steps) return [...steps.map((step) => fold(step(item)))];
    return path === null ? fold(item) : fold(byPath(path, context)(item));
  };
  return sorted(context.items(value), key, truth(given.value('reverse', false)), context);
}

function dictSort(value: Value, given: Given, context: Context): Value {
  if (value instanceof Undefined) value.fail();
  if (!(value instanceof Dict))
    throw new TemplateError(`'${typeName(value)}' object has no attribute 'items'`);
  const by = given.text('by', 'key');
  if (by !== 'key' && by !== 'value') throw new TemplateError('You can only sort by either "key" or "value"');
  const fold = folded(truth(given.value('case_sensitive', false)));
  const pairs = value.entries().map((entry) => tuple(entry));
  const key = (pair: Value): Value => fold((pair as Value[])[by === 'key' ? 0 : 1]!);
  return sorted(pairs, key, truth(given.value('reverse', false)), context);
}

function groupBy(value: Value, given: Given, context: Context): Value {
  const of = byPath(
    given.value('attribute'),
    context,
    given.has('default') ? given.value('default') : undefined,
  );
  const fold = folded(truth(given.value('case_sensitive', false)));
  const items = sorted(context.items(value), (item) => fold(of(item)), false, context);
  const groups: [Value, Value[]][] = [];
  for (const item of items) {
    const group = groups.at(-1);
    if (group && equal(fold(group[0]), fold(of(item)))) group[1].push(item);
    else groups.push([of(item), [item]]);
  }
  return groups.map(([grouper, list]) => new Group(grouper, list));
}

/** min and max: the first of the extreme items. */
const extreme =
  (sign: number): Filter[1] =>
  (value, given, context) => {
    const path = given.value('attribute');
    const fold = folded(truth(given.value('case_sensitive', false)));
    const of = path === null ? (item: Value) => item : byPath(path, context);
    let best: { key: Value; item: Value } | undefined;
    for (const item of context.items(value)) {
      const key = fold(of(item));
      if (!best || sign * order(key, best.key) > 0) best = { key, item };
    }
    return best ? best.item : empty('No aggregated item, sequence was empty.');
  };

function* unique(value: Value, given: Given, context: Context): Generator<Value> {
  const path = given.value('attribute');
  const fold = folded(truth(given.value('case_sensitive', false)));
  const of = path === null ? (item: Value) => item : byPath(path, context);
  const seen = new Set<string>();
  for (const item of iterate(value)) {
    context.budget.steps();
    const hash = hashKey(fold(of(item)));
    if (!seen.has(hash)) yield item;
    seen.add(hash);
  }
}

function* batches(value: Value, given: Given, context: Context): Generator<Value> {
  const size = given.integer('linecount');
  let row: Value[] = [];
  for (const item of iterate(value)) {
    context.budget.steps();
    if (row.length === size) {
      yield row;
      row = [];
    }
    row.push(item);
  }
  if (row.length === 0) return;
  const fill = given.value('fill_with');
  context.budget.steps(fill === null ? 0 : Math.max(0, size - row.length));
  while (fill !== null && row.length < size) row.push(fill);
  yield row;
}

function* slices(value: Value, given: Given, context: Context): Generator<Value> {
  const items = context.items(value);
  const count = given.integer('slices');
  if (count === 0) throw new TemplateError('integer division or modulo by zero');
  const fill = given.value('fill_with');
  const size = Math.floor(items.length / count);
  const longer = items.length % count;
  let offset = 0;
  for (let i = 0; i < count; i++) {
    context.budget.steps(4);
    const start = offset + i * size;
    if (i < longer) offset++;
    const part = items.slice(start, offset + (i + 1) * size);
    if (fill !== null && i >= longer) part.push(fill);
    yield part;
  }
}

function sum(value: Value, given: Given, context: Context): Value {
  const path = given.value('attribute');
  const of = path === null ? (item: Value) => item : byPath(path, context);
  const start = given.value('start', 0n);
  if (typeof start === 'string')
    throw new TemplateError("sum() can't sum strings [use ''.join(seq) instead]");
  return context
    .items(value)
    .reduce((total, item) => arithmetic('+', total, of(item), context.budget), start);
}

function join(value: Value, given: Given, context: Context): Value {
  const path = given.value('attribute');
  const of = path === null ? (item: Value) => item : byPath(path, context);
  const separator = str(given.value('d', ''));
  const parts = context.items(value).map((item) => str(of(item)));
  context.budget.string(parts.reduce((total, part) => total + part.length + separator.length, 0));
  return parts.join(separator);
}

function reverse(value: Value, context: Context): Value {
  if (typeof value === 'string') return [...value].reverse().join('');
  return new Iterator(context.items(value).reverse());
}

const AGGREGATE = ['case_sensitive?', 'attribute?'];

export const sequenceFilters: Readonly<Record<string, Filter>> = {
  batch: [
    ['linecount', 'fill_with?'],
    (value, given, context) => new Iterator(batches(value, given, context)),
  ],
  dictsort: [['case_sensitive?', 'by?', 'reverse?'], dictSort],
  first: [[], (value, _, context) => first(value, context)],
  groupby: [['attribute', 'default?', 'case_sensitive?'], groupBy],
  join: [['d?', 'attribute?'], join],
  last: [[], (value, _, context) => last(value, context)],
  list: [[], (value, _, context) => context.items(value)],
  max: [AGGREGATE, extreme(1)],
  min: [AGGREGATE, extreme(-1)],
  reverse: [[], (value, _, context) => reverse(value, context)],
  slice: [['slices', 'fill_with?'], (value, given, context) => new Iterator(slices(value, given, context))],
  sort: [['reverse?', 'case_sensitive?', 'attribute?'], sort],
  sum: [['attribute?', 'start?'], sum],
  unique: [AGGREGATE, (value, given, context) => new Iterator(unique(value, given, context))],
};
