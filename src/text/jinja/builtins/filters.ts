import { type Context, Given } from './arguments';
import { asNumber, isNumeric, lengthOf, truth } from '../python/compare';
import type { Filter } from './filter';
import { toJson } from '../python/json';
import { passingFilters } from './passing-filters';
import { sequenceFilters } from './sequence-filters';
import { strip } from '../python/space';
import { capitalize, replaced } from './string-methods';
import { TemplateError } from '../python/template-error';
import { roundHalfEven } from '../python/round';
import { repr, str } from '../python/text';
import { textFilters } from './text-filters';
import { Dict, type Keywords, Namespace, tuple, typeName, Undefined, type Value } from '../python/values';

/** int() and float() of a text: JavaScript's undefined where it is no number. */
function numberOf(text: string, base: number): bigint | undefined {
  const [, sign = '', digits = ''] = /^([-+]?)([\s\S]*)$/.exec(
    strip(text, undefined, 'both').replace(/(?<=\w)_(?=\w)/g, ''),
  )!;
  const prefix = { 2: '0b', 8: '0o', 16: '0x' }[base];
  const plain = prefix && digits.toLowerCase().startsWith(prefix) ? digits.slice(2) : digits;
  if (plain === '' || digits.length > 4300) return undefined;
  let value = 0n;
  for (const char of plain.toLowerCase()) {
    const digit = Number.parseInt(char, 36);
    if (Number.isNaN(digit) || digit >= base) return undefined;
    value = value * BigInt(base) + BigInt(digit);
  }
  return sign === '-' ? -value : value;
}

function floatOf(value: Value): number | undefined {
  if (value instanceof Undefined) return value.fail();
  if (isNumeric(value)) return Number(asNumber(value));
  if (typeof value !== 'string') return undefined;
  const text = strip(value, undefined, 'both')
    .replace(/(?<=\d)_(?=\d)/g, '')
    .toLowerCase();
  const special = /^([-+]?)(inf|infinity|nan)$/.exec(text);
  if (special) return special[2] === 'nan' ? Number.NaN : special[1] === '-' ? -Infinity : Infinity;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/.test(text) ? Number(text) : undefined;
}

function int(value: Value, given: Given): Value {
  if (value instanceof Undefined) value.fail();
  if (typeof value === 'bigint' || typeof value === 'boolean') return BigInt(value);
  const whole = typeof value === 'string' ? numberOf(value, given.integer('base', 10)) : undefined;
  if (whole !== undefined) return whole;
  const float = floatOf(value);
  return float === undefined || !Number.isFinite(float)
    ? given.value('default', 0n)
    : BigInt(Math.trunc(float));
}

function round(value: Value, given: Given): Value {
  if (value instanceof Undefined) value.fail();
  if (!isNumeric(value)) throw new TemplateError(`type ${typeName(value)} doesn't define __round__ method`);
  const digits = given.integer('precision', 0);
  const way = given.text('method', 'common');
  if (!['common', 'ceil', 'floor'].includes(way))
    throw new TemplateError('method must be common, ceil or floor');
  const number = asNumber(value);
  if (way !== 'common') {
    const power = 10 ** digits;
    return Math[way as 'ceil' | 'floor'](Number(number) * power) / power;
  }
  if (typeof number === 'bigint') return number;
  return roundHalfEven(number, digits);
}

const json: Filter = [
  ['ensure_ascii?', 'indent?', 'separators?', 'sort_keys?'],
  (value, given, context) => {
    const level = given.value('indent');
    const indent = isNumeric(level)
      ? ' '.repeat(Math.min(Math.max(0, Number(asNumber(level))), 1000))
      : given.optionalText('indent');
    const separators = given.value('separators');
    const [item, key] = Array.isArray(separators) ? separators.map(str) : [];
    const text = toJson(value, {
      ensureAscii: truth(given.value('ensure_ascii', false)),
      indent,
      separators: [item ?? (indent === undefined ? ', ' : ','), key ?? ': '],
      sortKeys: truth(given.value('sort_keys', false)),
    });
    context.budget.string(text.length);
    return text;
  },
];

const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
};
export const escapeText = (value: Value): string => str(value).replace(/[&<>'"]/g, (char) => ESCAPED[char]!);

const escaped: Filter = [[], (value) => escapeText(value)];
const defaulted: Filter = [
  ['default_value?', 'boolean?'],
  (value, given) =>
    value instanceof Undefined || (truth(given.value('boolean', false)) && !truth(value))
      ? given.value('default_value', '')
      : value,
];
const length: Filter = [
  [],
  (value) => {
    const count = value instanceof Namespace ? undefined : lengthOf(value);
    if (count === undefined) throw new TemplateError(`object of type '${typeName(value)}' has no len()`);
    return BigInt(count);
  },
];

const FILTERS: Readonly<Record<string, Filter>> = {
  ...sequenceFilters,
  ...textFilters,
  abs: [
    [],
    (value) => {
      if (value instanceof Undefined) value.fail();
      if (!isNumeric(value)) throw new TemplateError(`bad operand type for abs(): '${typeName(value)}'`);
      const number = asNumber(value);
      return number < 0 || Object.is(number, -0) ? -number : number;
    },
  ],
  attr: [['name'], (value, given, context) => context.attribute(value, given.text('name'))],
  capitalize: [[], (value) => capitalize(str(value))],
  count: length,
  d: defaulted,
  default: defaulted,
  e: escaped,
  escape: escaped,
  float: [['default?'], (value, given) => floatOf(value) ?? given.value('default', 0)],
  forceescape: escaped,
  int: [['default?', 'base?'], int],
  items: [
    [],
    (value) => {
      if (value instanceof Undefined) return [];
      if (!(value instanceof Dict)) throw new TemplateError('Can only get item pairs from a mapping.');
      return value.entries().map((entry) => tuple(entry));
    },
  ],
  length,
  lower: [[], (value) => str(value).toLowerCase()],
  pprint: [[], (value) => repr(value)],
  replace: [
    ['old', 'new', 'count?'],
    (value, given, context) =>
      replaced(
        str(value),
        str(given.value('old')),
        str(given.value('new')),
        given.optionalInteger('count') ?? -1,
        context,
      ),
  ],
  round: [['precision?', 'method?'], round],
  safe: [[], (value) => str(value)],
  string: [[], (value) => str(value)],
  tojson: json,
  trim: [['chars?'], (value, given) => strip(str(value), given.optionalText('chars'), 'both')],
  upper: [[], (value) => str(value).toUpperCase()],
};

/** Applies a filter to the first argument. Throws where there is none of that name. */
export function applyFilter(
  name: string,
  args: readonly Value[],
  keywords: Keywords,
  context: Context,
): Value {
  const [value = null, ...rest] = args;
  if (typeof value === 'string') context.budget.string(value.length);
  const passing = Object.hasOwn(passingFilters, name) ? passingFilters[name] : undefined;
  if (passing) return passing(value, rest, keywords, context);
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (!filter) throw new TemplateError(`No filter named '${name}'.`);
  return filter[1](value, new Given(name, filter[0], rest, keywords), context);
}

export const hasFilter = (name: string): boolean =>
  Object.hasOwn(passingFilters, name) || Object.hasOwn(FILTERS, name);
