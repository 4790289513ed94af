import type { Context } from './arguments';
import { byPath } from './attribute-path';
import { iterate, truth } from '../python/compare';
import type { PassingFilter } from './filter';
import { percent } from '../python/format';
import { TemplateError } from '../python/template-error';
import { str } from '../python/text';
import { Dict, Iterator, type Keywords, tuple, type Value } from '../python/values';

function* mapped(value: Value, change: (item: Value) => Value, context: Context): Generator<Value> {
  if (!truth(value)) return;
  for (const item of iterate(value)) {
    context.budget.steps();
    yield change(item);
  }
}

const map: PassingFilter = (value, args, keywords, context) => {
  if (args.length === 0 && keywords.has('attribute')) {
    const unknown = [...keywords.keys()].find((key) => key !== 'attribute' && key !== 'default');
    if (unknown) throw new TemplateError(`Unexpected keyword argument '${unknown}'`);
    return new Iterator(
      mapped(value, byPath(keywords.get('attribute')!, context, keywords.get('default')), context),
    );
  }
  const [name, ...rest] = args;
  if (typeof name !== 'string') throw new TemplateError('map requires a filter argument');
  return new Iterator(mapped(value, (item) => context.filter(name, [item, ...rest], keywords), context));
};

function* picked(
  value: Value,
  passes: (item: Value) => boolean,
  keeps: boolean,
  context: Context,
): Generator<Value> {
  if (!truth(value)) return;
  for (const item of iterate(value)) {
    context.budget.steps();
    if (passes(item) === keeps) yield item;
  }
}

/** select and reject; with `byAttribute`, selectattr and rejectattr. */
const picking =
  (keeps: boolean, byAttribute: boolean): PassingFilter =>
  (value, args, keywords, context) => {
    const rest = [...args];
    let of = (item: Value): Value => item;
    if (byAttribute) {
      const path = rest.shift();
      if (path === undefined) throw new TemplateError('Missing parameter for attribute name');
      of = byPath(path, context);
    }
    const test = rest.shift();
    const passes =
      test === undefined
        ? (item: Value) => truth(of(item))
        : (item: Value) => context.test(str(test), [of(item), ...rest], keywords);
    return new Iterator(picked(value, passes, keeps, context));
  };

const format: PassingFilter = (value, args, keywords: Keywords, context) => {
  if (args.length > 0 && keywords.size > 0)
    throw new TemplateError("can't handle positional and keyword arguments at the same time");
  const text = percent(str(value), keywords.size > 0 ? new Dict(keywords) : tuple(args));
  context.budget.string(text.length);
  return text;
};

export const passingFilters: Readonly<Record<string, PassingFilter>> = {
  format,
  map,
  select: picking(true, false),
  reject: picking(false, false),
  selectattr: picking(true, true),
  rejectattr: picking(false, true),
};
