import { spend } from './budget';
import { isNumeric } from './compare';
import { TemplateError } from './template-error';
import {
  Callable,
  Dict,
  DictView,
  Iterator,
  LoopValue,
  Namespace,
  Range,
  Tuple,
  Undefined,
  type Value,
} from './values';

/** repr of a float: the shortest digits that come back, an exponent below 1e-4 and from 1e16 on. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa, power] = Math.abs(value).toExponential().split('e') as [string, string];
  const exponent = Number(power);
  const digits = mantissa.replace('.', '');
  if (exponent < -4 || exponent >= 16) {
    const padded = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${padded}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}

/** Python writes no integer of more digits. */
const MAX_DIGITS = 4300;
export function integerText(value: bigint): string {
  const text = String(value);
  if (text.length - (value < 0n ? 1 : 0) > MAX_DIGITS)
    throw new TemplateError(`Exceeds the limit (${MAX_DIGITS} digits) for integer string conversion`);
  return text;
}

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };
const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = '';
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (char === quote) out += `\\${char}`;
    else if (NAMED[char]) out += NAMED[char];
    else if (char === ' ' || (code > 0x20 && code < 0x7f)) out += char;
    else if (!/[\p{C}\p{Z}]/u.test(char)) out += char;
    else if (code < 0x100) out += `\\x${hex(code, 2)}`;
    else out += code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
  }
  return quote + out + quote;
}

/** Python's repr. */
export function repr(value: Value): string {
  spend(typeof value === 'string' ? 1 + value.length / 4 : 1);
  if (typeof value === 'string') return quoted(value);
  if (value instanceof Tuple)
    return value.length === 1 ? `(${repr(value[0]!)},)` : `(${[...value].map(repr).join(', ')})`;
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  if (value instanceof Dict) return dictText(value.entries());
  if (value instanceof DictView) return `dict_${value.kind}([${value.items().map(repr).join(', ')}])`;
  if (value instanceof Range) {
    const step = value.step === 1n ? '' : `, ${value.step}`;
    return `range(${value.start}, ${value.stop}${step})`;
  }
  if (value instanceof Namespace) return `<Namespace ${dictText([...value.attributes])}>`;
  if (value instanceof Callable) return `<function ${value.name}>`;
  if (value instanceof Iterator) return '<generator object>';
  if (value instanceof LoopValue) return '<LoopContext>';
  if (value instanceof Undefined) return 'Undefined';
  return str(value);
}

const dictText = (entries: readonly (readonly [Value, Value])[]): string =>
  `{${entries.map(([key, item]) => `${repr(key)}: ${repr(item)}`).join(', ')}}`;

/** Python's str: what a template prints. */
export function str(value: Value): string {
  if (typeof value === 'string') return value;
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return integerText(value);
  if (isNumeric(value)) return floatText(value);
  return value instanceof Undefined ? '' : repr(value);
}
