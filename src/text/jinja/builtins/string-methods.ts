import { type Context, Given } from './arguments';
import { formatText } from '../python/format';
import { isSpace, splitLines, strip, words } from '../python/space';
import { TemplateError } from '../python/template-error';
import { str } from '../python/text';
import { Callable, Dict, Tuple, tuple, typeName, type Value } from '../python/values';

type Method = readonly [
  parameters: readonly string[],
  run: (text: string, given: Given, context: Context) => Value,
];

const is = (pattern: RegExp) => (text: string) => pattern.test(text);
/** Of cased characters all must pass, and there must be one. */
const cased = (text: string, wanted: (char: string) => boolean): boolean => {
  const letters = [...text].filter((char) => char.toLowerCase() !== char.toUpperCase());
  return letters.length > 0 && letters.every(wanted);
};

/** The first letter of each word in upper case, the others in lower case: str.title. */
export const title = (text: string): string =>
  text.replace(/[\p{L}\p{M}]+/gu, (word) => {
    const [first = '', ...rest] = [...word];
    return first.toUpperCase() + rest.join('').toLowerCase();
  });
export const capitalize = (text: string): string => {
  const [first = '', ...rest] = [...text];
  return first.toUpperCase() + rest.join('').toLowerCase();
};

function isTitle(text: string): boolean {
  let inWord = false;
  let found = false;
  for (const char of text) {
    const isUpper = char !== char.toLowerCase();
    const isLower = char !== char.toUpperCase();
    if ((isUpper && inWord) || (isLower && !isUpper && !inWord)) return false;
    inWord = isUpper || isLower;
    found ||= inWord;
  }
  return found;
}

const occurrences = (text: string, part: string, limit = Number.POSITIVE_INFINITY): number => {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0 && count < limit; at = text.indexOf(part, at + part.length))
    count++;
  return count;
};

/** str.replace; a count below zero replaces all. */
export function replaced(text: string, old: string, by: string, count: number, context: Context): string {
  const limit = count < 0 ? Number.POSITIVE_INFINITY : count;
  const gaps = old === '' ? [...text].length + 1 : occurrences(text, old, limit);
  const times = Math.min(limit, gaps);
  context.budget.steps(times / 2);
  context.budget.string(text.length + times * Math.max(0, by.length - old.length));
  if (old === '') {
    const chars = [...text];
    const out = chars.map((char, i) => (i < times ? by + char : char)).join('');
    return times > chars.length ? out + by : out;
  }
  if (limit === Number.POSITIVE_INFINITY) return text.replaceAll(old, () => by);
  let out = '';
  let at = 0;
  for (let done = 0; done < times; done++) {
    const next = text.indexOf(old, at);
    out += text.slice(at, next) + by;
    at = next + old.length;
  }
  return out + text.slice(at);
}

function split(text: string, given: Given, context: Context, fromEnd: boolean): Value[] {
  const limit = given.integer('maxsplit', -1);
  const separator = given.optionalText('sep');
  if (separator === '') throw new TemplateError('empty separator');
  context.budget.steps(separator === undefined ? text.length / 16 : occurrences(text, separator) / 4);
  const parts = separator === undefined ? words(text, limit, fromEnd) : text.split(separator);
  if (separator === undefined || limit < 0 || parts.length <= limit + 1) return parts;
  const cut = fromEnd ? parts.length - limit : limit;
  const joined = fromEnd ? parts.slice(0, cut) : parts.slice(cut);
  return fromEnd
    ? [joined.join(separator), ...parts.slice(cut)]
    : [...parts.slice(0, cut), joined.join(separator)];
}

/** The part of a text between two positions in code points, and how many code points lie before it. */
function part(text: string, given: Given): readonly [text: string, before: number] {
  const start = given.optionalInteger('start');
  const end = given.optionalInteger('end');
  if (start === undefined && end === undefined) return [text, 0];
  const points = [...text];
  const from = start === undefined ? 0 : start < 0 ? Math.max(0, points.length + start) : start;
  return [points.slice(start ?? 0, end).join(''), from];
}

function affix(text: string, given: Given, where: 'startsWith' | 'endsWith'): boolean {
  const wanted = given.value('prefix');
  const [within] = part(text, given);
  const choices = wanted instanceof Tuple ? [...wanted] : [wanted];
  return choices.some((choice) => {
    if (typeof choice !== 'string')
      throw new TemplateError(
        `${where.toLowerCase()} first arg must be str or a tuple of str, not ${typeName(choice)}`,
      );
    return within[where](choice);
  });
}

function find(text: string, given: Given, last: boolean): number {
  const [within, before] = part(text, given);
  const at = last ? within.lastIndexOf(given.text('sub')) : within.indexOf(given.text('sub'));
  return at < 0 ? -1 : before + [...within.slice(0, at)].length;
}

function found(text: string, given: Given, last: boolean): bigint {
  const at = find(text, given, last);
  if (at < 0) throw new TemplateError('substring not found');
  return BigInt(at);
}

function justify(text: string, given: Given, context: Context, where: 'left' | 'right' | 'center'): string {
  const width = given.integer('width');
  const fill = given.text('fillchar', ' ');
  if ([...fill].length !== 1)
    throw new TemplateError('The fill character must be exactly one character long');
  const missing = Math.max(0, width - [...text].length);
  context.budget.string(text.length + missing * fill.length);
  if (where === 'left') return text + fill.repeat(missing);
  if (where === 'right') return fill.repeat(missing) + text;
  const left = (missing >> 1) + (missing & width & 1);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

function partition(text: string, separator: string, last: boolean): Value {
  if (separator === '') throw new TemplateError('empty separator');
  const at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
  if (at < 0) return tuple(last ? ['', '', text] : [text, '', '']);
  return tuple([text.slice(0, at), separator, text.slice(at + separator.length)]);
}

function zeroFilled(text: string, width: number, context: Context): string {
  const [, sign = '', rest = ''] = /^([-+]?)([\s\S]*)$/.exec(text)!;
  const missing = Math.max(0, width - [...text].length);
  context.budget.string(text.length + missing);
  return sign + '0'.repeat(missing) + rest;
}

function translate(text: string, table: Value): string {
  if (!(table instanceof Dict)) throw new TemplateError(`'${typeName(table)}' object is not subscriptable`);
  return Array.from(text, (char) => {
    const by = table.get(BigInt(char.codePointAt(0)!));
    if (by === undefined) return char;
    if (by === null) return '';
    return typeof by === 'bigint' ? String.fromCodePoint(Number(by)) : str(by);
  }).join('');
}

const RANGE = ['sub', 'start?', 'end?'];
const test = (check: (text: string) => boolean): Method => [[], (text) => check(text)];
const all = (pattern: RegExp): Method => test((text) => text !== '' && is(pattern)(text));
const map = (change: (text: string) => string): Method => [[], (text) => change(text)];
const stripping = (where: 'both' | 'start' | 'end'): Method => [
  ['chars?'],
  (text, given) => strip(text, given.optionalText('chars'), where),
];
const justifying = (where: 'left' | 'right' | 'center'): Method => [
  ['width', 'fillchar?'],
  (text, given, context) => justify(text, given, context, where),
];

const METHODS: Readonly<Record<string, Method>> = {
  capitalize: map(capitalize),
  casefold: map((text) => text.toLowerCase().replaceAll('ß', 'ss').replaceAll('ς', 'σ')),
  center: justifying('center'),
  count: [
    RANGE,
    (text, given) => {
      const [within] = part(text, given);
      const wanted = given.text('sub');
      return BigInt(wanted === '' ? [...within].length + 1 : occurrences(within, wanted));
    },
  ],
  endswith: [['prefix', 'start?', 'end?'], (text, given) => affix(text, given, 'endsWith')],
  expandtabs: [
    ['tabsize?'],
    (text, given, context) => {
      const size = given.integer('tabsize', 8);
      context.budget.string(text.length * Math.max(1, size));
      let column = 0;
      return Array.from(text, (char) => {
        const gap = char === '\t' && size > 0 ? size - (column % size) : 0;
        column = char === '\n' || char === '\r' ? 0 : column + (char === '\t' ? gap : 1);
        return char === '\t' ? ' '.repeat(gap) : char;
      }).join('');
    },
  ],
  find: [RANGE, (text, given) => BigInt(find(text, given, false))],
  index: [RANGE, (text, given) => found(text, given, false)],
  isalnum: all(/^[\p{L}\p{N}]+$/u),
  isalpha: all(/^\p{L}+$/u),
  isascii: test((text) => [...text].every((char) => char.codePointAt(0)! < 0x80)),
  isdecimal: all(/^\p{Nd}+$/u),
  isdigit: all(/^[\p{Nd}²³¹⁰⁴-⁹₀-₉]+$/u),
  isidentifier: all(/^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*$/u),
  islower: test((text) => cased(text, (char) => char === char.toLowerCase())),
  isnumeric: all(/^\p{N}+$/u),
  isprintable: test((text) => [...text].every((char) => char === ' ' || !/[\p{C}\p{Z}]/u.test(char))),
  isspace: test((text) => text !== '' && [...text].every((char) => isSpace(char.codePointAt(0)!))),
  istitle: test(isTitle),
  isupper: test((text) => cased(text, (char) => char === char.toUpperCase())),
  join: [
    ['iterable'],
    (text, given, context) => {
      const parts = context.items(given.value('iterable')).map((item, i) => {
        if (typeof item === 'string') return item;
        throw new TemplateError(`sequence item ${i}: expected str instance, ${typeName(item)} found`);
      });
      const length = parts.reduce((sum, item) => sum + item.length + text.length, 0);
      context.budget.string(length);
      return parts.join(text);
    },
  ],
  ljust: justifying('left'),
  lower: map((text) => text.toLowerCase()),
  lstrip: stripping('start'),
  partition: [['sep'], (text, given) => partition(text, given.text('sep'), false)],
  removeprefix: [
    ['prefix'],
    (text, given) => {
      const prefix = given.text('prefix');
      return text.startsWith(prefix) ? text.slice(prefix.length) : text;
    },
  ],
  removesuffix: [
    ['suffix'],
    (text, given) => {
      const suffix = given.text('suffix');
      return suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
    },
  ],
  replace: [
    ['old', 'new', 'count?'],
    (text, given, context) =>
      replaced(text, given.text('old'), given.text('new'), given.integer('count', -1), context),
  ],
  rfind: [RANGE, (text, given) => BigInt(find(text, given, true))],
  rindex: [RANGE, (text, given) => found(text, given, true)],
  rjust: justifying('right'),
  rpartition: [['sep'], (text, given) => partition(text, given.text('sep'), true)],
  rsplit: [['sep?', 'maxsplit?'], (text, given, context) => split(text, given, context, true)],
  rstrip: stripping('end'),
  split: [['sep?', 'maxsplit?'], (text, given, context) => split(text, given, context, false)],
  splitlines: [
    ['keepends?'],
    (text, given, context) => {
      const lines = splitLines(text, given.value('keepends', false) === true);
      context.budget.steps(lines.length);
      return lines;
    },
  ],
  startswith: [['prefix', 'start?', 'end?'], (text, given) => affix(text, given, 'startsWith')],
  strip: stripping('both'),
  swapcase: map((text) =>
    Array.from(text, (char) => (char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase())).join(
      '',
    ),
  ),
  title: map(title),
  translate: [['table'], (text, given) => translate(text, given.value('table'))],
  upper: map((text) => text.toUpperCase()),
  zfill: [['width'], (text, given, context) => zeroFilled(text, given.integer('width'), context)],
};

/** A method of str; JavaScript's undefined where there is none of that name. */
export function stringMethods(text: string, name: string, context: Context): Callable | undefined {
  if (name === 'format')
    return new Callable(name, (args, keywords) => {
      const out = formatText(text, args, keywords, (value, key, isItem) =>
        isItem ? context.item(value, /^\d+$/.test(key) ? BigInt(key) : key) : context.attribute(value, key),
      );
      context.budget.string(out.length);
      return out;
    });
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (!method) return undefined;
  const [parameters, run] = method;
  return new Callable(name, (args, keywords) => {
    context.budget.string(text.length);
    return run(text, new Given(name, parameters, args, keywords), context);
  });
}
