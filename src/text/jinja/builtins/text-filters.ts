import { encodeUtf8 } from '../../../util/utf8';
import { iterate, truth } from '../python/compare';
import { splitLines, words } from '../python/space';
import { TemplateError } from '../python/template-error';
import { str } from '../python/text';
import { Dict, Undefined, type Value } from '../python/values';
import type { Context, Given } from './arguments';
import type { Filter } from './filter';

function indent(value: Value, given: Given, context: Context): Value {
  const width = given.value('width', 4n);
  const by = typeof width === 'string' ? width : ' '.repeat(Math.min(given.integer('width', 4), 1000));
  const blank = truth(given.value('blank', false));
  const all = splitLines(`${str(value)}\n`);
  context.budget.string(str(value).length + all.length * by.length);
  const [head = '', ...rest] = all;
  const body = rest.map((line) => (line === '' && !blank ? line : by + line));
  return (truth(given.value('first', false)) ? by : '') + [head, ...body].join('\n');
}

function truncate(value: Value, given: Given): Value {
  const text = str(value);
  const points = [...text];
  const length = given.integer('length', 255);
  const end = given.text('end', '...');
  const leeway = given.integer('leeway', 5);
  if (length < [...end].length)
    throw new TemplateError(`expected length >= ${[...end].length}, got ${length}`);
  if (leeway < 0) throw new TemplateError(`expected leeway >= 0, got ${leeway}`);
  if (points.length <= length + leeway) return text;
  const cut = points.slice(0, length - [...end].length).join('');
  if (truth(given.value('killwords', false))) return cut + end;
  const space = cut.lastIndexOf(' ');
  return (space < 0 ? cut : cut.slice(0, space)) + end;
}

/** Capital letters at the starts of words, as Jinja2 cuts words. */
const title = (text: string): string =>
  text
    .split(/([-\s({[<]+)/)
    .filter((part) => part !== '')
    .map((part) => {
      const [first = '', ...rest] = [...part];
      return first.toUpperCase() + rest.join('').toLowerCase();
    })
    .join('');

function fileSize(value: Value, given: Given): Value {
  const binary = truth(given.value('binary', false));
  const base = binary ? 1024 : 1000;
  const bytes = typeof value === 'string' ? Number(value) : Number(value as bigint);
  const units = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'].map((unit) =>
    binary ? `${unit.toUpperCase()}iB` : `${unit}B`,
  );
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  let power = 1;
  while (power < units.length && bytes >= base ** (power + 1)) power++;
  return `${((base * bytes) / base ** (power + 1)).toFixed(1)} ${units[power - 1]}`;
}

/** quote of Python's urllib; a query also turns spaces into plus signs. */
const quote = (value: Value, query: boolean): string => {
  const keep = query ? /[A-Za-z0-9_.~-]/ : /[A-Za-z0-9_.~/-]/;
  const escaped = (char: string) =>
    [...encodeUtf8(char)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  return Array.from(str(value), (char) =>
    keep.test(char) ? char : query && char === ' ' ? '+' : escaped(char),
  ).join('');
};

function urlEncode(value: Value, context: Context): Value {
  if (typeof value === 'string' || value === null || typeof value !== 'object') return quote(value, false);
  if (value instanceof Undefined) return '';
  const pairs =
    value instanceof Dict ? value.entries() : context.items(value).map((pair) => [...iterate(pair)]);
  return pairs.map(([key = '', item = '']) => `${quote(key, true)}=${quote(item, true)}`).join('&');
}

/** Words of a line in rows of at most `width`; Python's textwrap without hyphens to break at. */
function wrapLine(line: string, width: number, breakLong: boolean, breakHyphens: boolean): string[] {
  const pattern = breakHyphens ? /\s+|[^\s-]+-+(?=[^\s-])|[^\s]+?(?=\s|$)|\S+/g : /\s+|\S+/g;
  const chunks = line.match(pattern) ?? [];
  const rows: string[] = [];
  let row = '';
  for (const start of chunks) {
    let chunk = start;
    if (row.length + chunk.length <= width) {
      if (!(row === '' && rows.length > 0 && chunk.trim() === '')) row += chunk;
      continue;
    }
    if (breakLong)
      while (chunk.length > width) {
        const room = Math.max(1, width - row.length);
        rows.push(row + chunk.slice(0, room));
        chunk = chunk.slice(room);
        row = '';
      }
    if (row.trimEnd() !== '') rows.push(row.trimEnd());
    row = chunk.trim() === '' ? '' : chunk;
  }
  if (row.trimEnd() !== '') rows.push(row.trimEnd());
  return rows;
}

function wordWrap(value: Value, given: Given, context: Context): Value {
  const text = str(value);
  const width = Math.max(1, given.integer('width', 79));
  context.budget.string(text.length * 2);
  const by = given.optionalText('wrapstring') ?? '\n';
  const breakLong = truth(given.value('break_long_words', true));
  const breakHyphens = truth(given.value('break_on_hyphens', true));
  return splitLines(text)
    .map((line) => wrapLine(line, width, breakLong, breakHyphens).join(by))
    .join(by);
}

const stripTags = (text: string): string =>
  words(
    text
      .replace(/<!--[\s\S]*?-->/g, '')
      .replace(/<[^>]*>/g, '')
      .replace(/&(lt|gt|amp|quot|#39|#34);/g, (_, name: string) =>
        name === 'lt' ? '<' : name === 'gt' ? '>' : name === 'amp' ? '&' : name === '#39' ? "'" : '"',
      ),
  ).join(' ');

const center = (value: Value, given: Given, context: Context): Value => {
  const text = str(value);
  const width = given.integer('width', 80);
  const missing = Math.max(0, width - [...text].length);
  context.budget.string(text.length + missing);
  const left = (missing >> 1) + (missing & width & 1);
  return ' '.repeat(left) + text + ' '.repeat(missing - left);
};

export const textFilters: Readonly<Record<string, Filter>> = {
  center: [['width?'], center],
  filesizeformat: [['binary?'], fileSize],
  indent: [['width?', 'first?', 'blank?'], indent],
  striptags: [[], (value) => stripTags(str(value))],
  title: [[], (value) => title(str(value))],
  truncate: [['length?', 'killwords?', 'end?', 'leeway?'], truncate],
  urlencode: [[], (value, _, context) => urlEncode(value, context)],
  wordcount: [[], (value) => BigInt(str(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0)],
  wordwrap: [['width?', 'break_long_words?', 'wrapstring?', 'break_on_hyphens?'], wordWrap],
};
