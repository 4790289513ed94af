import { spend } from './budget';
import { order } from './compare';
import { TemplateError } from './template-error';
import { floatText, integerText } from './text';
import { Dict, typeName, type Value } from './values';

export interface JsonOptions {
  readonly ensureAscii: boolean;
  /** The indentation of a level; JavaScript's undefined for one line. */
  readonly indent: string | undefined;
  readonly separators: readonly [item: string, key: string];
  readonly sortKeys: boolean;
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
};

function quoted(text: string, ensureAscii: boolean): string {
  let out = '"';
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    const code = text.charCodeAt(i);
    if (SHORT[char]) out += SHORT[char];
    else if (code < 0x20 || (ensureAscii && code > 0x7e)) out += `\\u${code.toString(16).padStart(4, '0')}`;
    else out += char;
  }
  return `${out}"`;
}

const floatJson = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? floatText(value) : value > 0 ? 'Infinity' : '-Infinity';
};

function scalar(value: Value): string | undefined {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return integerText(value);
  return typeof value === 'number' ? floatJson(value) : undefined;
}

/** Python's json.dumps. */
export function toJson(value: Value, options: JsonOptions, level = 0): string {
  spend(typeof value === 'string' ? 1 + value.length / 4 : 1 + level / 16);
  if (typeof value === 'string') return quoted(value, options.ensureAscii);
  const plain = scalar(value);
  if (plain !== undefined) return plain;
  const [itemSeparator, keySeparator] = options.separators;
  const wrap = (open: string, items: readonly string[], close: string): string => {
    if (items.length === 0) return open + close;
    if (options.indent === undefined) return open + items.join(itemSeparator) + close;
    const line = `\n${options.indent.repeat(level + 1)}`;
    return `${open}${line}${items.join(itemSeparator + line)}\n${options.indent.repeat(level)}${close}`;
  };
  if (Array.isArray(value))
    return wrap(
      '[',
      [...value].map((item) => toJson(item, options, level + 1)),
      ']',
    );
  if (!(value instanceof Dict))
    throw new TemplateError(`Object of type ${typeName(value)} is not JSON serializable`);
  const entries = value.entries();
  if (options.sortKeys) entries.sort(([a], [b]) => order(a, b));
  const pairs = entries.map(([key, item]) => {
    const name = typeof key === 'string' ? key : scalar(key);
    if (name === undefined)
      throw new TemplateError(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
    return `${quoted(name, options.ensureAscii)}${keySeparator}${toJson(item, options, level + 1)}`;
  });
  return wrap('{', pairs, '}');
}
