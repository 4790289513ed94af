import type { Context } from './arguments';
import { contains, equal, isNumeric, iterate, order } from '../python/compare';
import { arithmetic } from '../python/operators';
import { TemplateError } from '../python/template-error';
import { str } from '../python/text';
import {
  Callable,
  Dict,
  Iterator,
  type Keywords,
  LoopValue,
  Namespace,
  orElse,
  typeName,
  Undefined,
  type Value,
} from '../python/values';

type Test = (value: Value, other: Value, context: Context) => boolean;

const less: Test = (a, b) => order(a, b, '<') < 0;
const lessOrEqual: Test = (a, b) => order(a, b, '<=') <= 0;
const more: Test = (a, b) => order(a, b, '>') > 0;
const moreOrEqual: Test = (a, b) => order(a, b, '>=') >= 0;
const same: Test = (a, b) => equal(a, b);
const different: Test = (a, b) => !equal(a, b);

const remainder = (value: Value, by: Value, context: Context): Value => {
  if (typeof value === 'string')
    throw new TemplateError('not all arguments converted during string formatting');
  return arithmetic('%', value, by, context.budget);
};

function isIterable(value: Value): boolean {
  try {
    iterate(value);
    return true;
  } catch {
    return false;
  }
}

const cased = (text: string): boolean => text.toLowerCase() !== text.toUpperCase();

/** Tests with one argument; the others have none. */
const WITH_ARGUMENT: Readonly<Record<string, Test>> = {
  divisibleby: (value, by, context) => equal(remainder(value, by, context), 0n),
  eq: same,
  equalto: same,
  '==': same,
  ne: different,
  '!=': different,
  lt: less,
  lessthan: less,
  '<': less,
  le: lessOrEqual,
  '<=': lessOrEqual,
  gt: more,
  greaterthan: more,
  '>': more,
  ge: moreOrEqual,
  '>=': moreOrEqual,
  in: (value, container) => contains(container, value),
  sameas: (value, other) => Object.is(value, other),
};

const TESTS: Readonly<Record<string, Test>> = {
  boolean: (value) => typeof value === 'boolean',
  callable: (value) => value instanceof Callable || value instanceof LoopValue || value instanceof Undefined,
  defined: (value) => !(value instanceof Undefined),
  escaped: () => false,
  even: (value, _, context) => equal(remainder(value, 2n, context), 0n),
  false: (value) => value === false,
  float: (value) => typeof value === 'number',
  integer: (value) => typeof value === 'bigint',
  iterable: isIterable,
  lower: (value) => cased(str(value)) && str(value) === str(value).toLowerCase(),
  mapping: (value) => value instanceof Dict,
  none: (value) => value === null,
  number: (value) => isNumeric(value),
  odd: (value, _, context) => equal(remainder(value, 2n, context), 1n),
  sequence: (value) =>
    !isNumeric(value) &&
    value !== null &&
    !(
      value instanceof Iterator ||
      value instanceof Callable ||
      value instanceof Namespace ||
      value instanceof LoopValue
    ) &&
    !typeName(value).startsWith('dict_'),
  string: (value) => typeof value === 'string',
  true: (value) => value === true,
  undefined: (value) => value instanceof Undefined,
  upper: (value) => cased(str(value)) && str(value) === str(value).toUpperCase(),
};

const hasTest = (name: string): boolean =>
  name === 'filter' || name === 'test' || Object.hasOwn(TESTS, name) || Object.hasOwn(WITH_ARGUMENT, name);

/** Applies a test to the first argument. Throws where there is none of that name. */
export function applyTest(
  name: string,
  args: readonly Value[],
  keywords: Keywords,
  context: Context,
  known: { filter: (name: string) => boolean },
): boolean {
  const [value = null, ...rest] = args;
  if (name === 'filter') return typeof value === 'string' && known.filter(value);
  if (name === 'test') return typeof value === 'string' && hasTest(value);
  const wanted = Object.hasOwn(WITH_ARGUMENT, name) ? 1 : 0;
  const test = wanted === 1 ? WITH_ARGUMENT[name] : Object.hasOwn(TESTS, name) ? TESTS[name] : undefined;
  if (!test) throw new TemplateError(`No test named '${name}'.`);
  const [other] = [...rest, ...keywords.values()];
  if (rest.length + keywords.size !== wanted)
    throw new TemplateError(`the test '${name}' takes ${wanted} arguments (${rest.length} given)`);
  return test(
    value,
    orElse(other, () => null),
    context,
  );
}
