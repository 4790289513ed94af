// Python's % for strings, and str.format.
import { asNumber, isNumeric } from './compare';
import { fixedText } from './round';
import { TemplateError } from './template-error';
import { floatText, repr, str } from './text';
import { Dict, Tuple, typeName, type Value } from './values';

interface Spec {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly alternate: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly type: string;
}

/** Wider fields than this are refused: a width is as easily written as a loop. */
const MAX_WIDTH = 100_000;

const group = (digits: string, by: string): string =>
  by === '' ? digits : digits.replace(/\B(?=(?:\d{3})+(?!\d))/g, by);

function exponentText(value: number, precision: number): string {
  const [mantissa, power] = value.toExponential(precision).split('e') as [string, string];
  return `${mantissa}e${power[0]}${power.slice(1).padStart(2, '0')}`;
}

function generalText(value: number, precision: number, alternate: boolean): string {
  const digits = Math.max(precision, 1);
  const exponent = value === 0 ? 0 : Number(value.toExponential(digits - 1).split('e')[1]);
  const text =
    exponent < -4 || exponent >= digits
      ? exponentText(value, digits - 1)
      : fixedText(value, Math.max(0, digits - 1 - exponent));
  if (alternate || !text.includes('.')) return text;
  return text.replace(/\.?0+(?=e|$)/, '');
}

/** The digits of a number without its sign. */
function magnitude(value: bigint | number, spec: Spec): string {
  const { type, precision, alternate, grouping } = spec;
  if (type === 'd' || type === 'x' || type === 'X' || type === 'o' || type === 'b') {
    const whole = typeof value === 'bigint' ? value : BigInt(Math.trunc(value));
    const radix = { d: 10, x: 16, X: 16, o: 8, b: 2 }[type];
    const digits = (whole < 0n ? -whole : whole).toString(radix).padStart(precision ?? 0, '0');
    const prefix = alternate && type !== 'd' ? `0${type}` : '';
    return prefix + (type === 'X' ? digits.toUpperCase() : group(digits, grouping));
  }
  const size = Math.abs(Number(value));
  if (!Number.isFinite(size)) return Number.isNaN(size) ? 'nan' : 'inf';
  if (type === '') return precision === undefined ? floatText(size) : generalText(size, precision, alternate);
  const digits = Math.min(precision ?? 6, 100);
  if (type === '%') return `${fixedText(size * 100, digits)}%`;
  const text =
    type.toLowerCase() === 'e'
      ? exponentText(size, digits)
      : type.toLowerCase() === 'g'
        ? generalText(size, digits, alternate)
        : fixedText(size, digits);
  const [whole = '', rest = ''] = text.split('.');
  const grouped = group(whole, grouping) + (text.includes('.') ? `.${rest}` : '');
  return type === type.toUpperCase() ? grouped.toUpperCase() : grouped;
}

function pad(sign: string, text: string, spec: Spec, usual: string): string {
  const align = spec.align || usual;
  const missing = Math.max(0, spec.width - [...(sign + text)].length);
  if (align === '=') return sign + spec.fill.repeat(missing) + text;
  if (align === '<') return sign + text + spec.fill.repeat(missing);
  if (align === '^') {
    const left = missing >> 1;
    return spec.fill.repeat(left) + sign + text + spec.fill.repeat(missing - left);
  }
  return spec.fill.repeat(missing) + sign + text;
}

function formatNumber(value: bigint | number, spec: Spec): string {
  const negative = value < 0 || Object.is(value, -0);
  const sign = negative ? '-' : spec.sign === '-' ? '' : spec.sign;
  return pad(sign, magnitude(value, spec), spec, '>');
}

const width = (text: string | undefined): number => {
  const value = Number(text ?? 0);
  if (value > MAX_WIDTH) throw new TemplateError(`a field is ${value} characters wide`);
  return value;
};

/** `template % value`. */
export function percent(template: string, value: Value): string {
  const queue = value instanceof Tuple ? [...value] : [value];
  let used = 0;
  let named = false;
  const next = (): Value => {
    if (used >= queue.length) throw new TemplateError('not enough arguments for format string');
    return queue[used++]!;
  };
  const text = template.replace(
    /%(?:\(([^)]*)\))?([-+ #0]*)(\d+|\*)?(?:\.(\d+|\*)?)?[hlL]?([\s\S])?/g,
    (match, key: string | undefined, flags: string, wide?: string, precise?: string, type?: string) => {
      if (type === '%') return '%';
      if (type === undefined) throw new TemplateError('incomplete format');
      const star = (given: string | undefined): string | undefined =>
        given === '*' ? String(asNumber(next() as bigint)) : given;
      const columns = width(star(wide));
      const digits = star(precise);
      const precision = digits === undefined ? (match.includes('.') ? 0 : undefined) : width(digits);
      let item: Value;
      if (key === undefined) item = next();
      else {
        if (!(value instanceof Dict)) throw new TemplateError('format requires a mapping');
        named = true;
        const found = value.get(key);
        if (found === undefined) throw new TemplateError(repr(key));
        item = found;
      }
      const spec: Spec = {
        fill: flags.includes('0') && !flags.includes('-') ? '0' : ' ',
        align: flags.includes('-') ? '<' : flags.includes('0') ? '=' : '>',
        sign: flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '-',
        alternate: flags.includes('#'),
        width: columns,
        grouping: '',
        precision,
        type: /[diu]/.test(type) ? 'd' : type,
      };
      if (/[sra]/.test(type)) {
        const plain = type === 's' ? str(item) : repr(item);
        const cut = precision === undefined ? plain : [...plain].slice(0, precision).join('');
        return pad('', cut, { ...spec, fill: ' ', align: spec.align === '<' ? '<' : '>' }, '>');
      }
      if (type === 'c')
        return typeof item === 'string' ? item : String.fromCodePoint(Number(asNumber(item as bigint)));
      if (!/[diuoxXeEfFgG]/.test(type))
        throw new TemplateError(
          `unsupported format character '${type}' (0x${type.charCodeAt(0).toString(16)})`,
        );
      if (!isNumeric(item)) {
        const wanted = /[eEfFgG]/.test(type)
          ? `must be real number, not ${typeName(item)}`
          : `%${type} format: a real number is required, not ${typeName(item)}`;
        throw new TemplateError(wanted);
      }
      return formatNumber(asNumber(item), spec);
    },
  );
  if (used < queue.length && !named && !(value instanceof Dict))
    throw new TemplateError('not all arguments converted during string formatting');
  return text;
}

/** `{value:spec}` of str.format. */
export function formatValue(value: Value, text: string): string {
  const match = /^(?:([\s\S])?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u.exec(text);
  if (!match) throw new TemplateError('Invalid format specifier');
  const [, fill, align = '', sign = '-', alternate, zero, wide, grouping = '', precise, type = ''] = match;
  const spec: Spec = {
    fill: fill ?? (zero ? '0' : ' '),
    align: align || (zero ? '=' : ''),
    sign,
    alternate: alternate !== undefined,
    width: width(wide),
    grouping,
    precision: precise === undefined ? undefined : width(precise),
    type,
  };
  if (isNumeric(value) && !(typeof value === 'boolean' && type === '')) {
    const number = asNumber(value);
    if (/[sc]/.test(type) && type !== '')
      throw new TemplateError(`Unknown format code '${type}' for object of type '${typeName(value)}'`);
    const usual = typeof number === 'bigint' && type === '' ? 'd' : type === 'n' ? 'g' : type;
    return formatNumber(number, { ...spec, type: usual });
  }
  if (type !== '' && type !== 's')
    throw new TemplateError(`Unknown format code '${type}' for object of type '${typeName(value)}'`);
  const plain = str(value);
  const cut = spec.precision === undefined ? plain : [...plain].slice(0, spec.precision).join('');
  return pad('', cut, spec, '<');
}

/** str.format; `lookup` finds attributes and items of a field. */
export function formatText(
  template: string,
  args: readonly Value[],
  keywords: ReadonlyMap<string, Value>,
  lookup: (value: Value, name: string, isItem: boolean) => Value,
): string {
  let automatic = 0;
  return template.replace(/\{\{|\}\}|\{([^{}]*)\}|[{}]/g, (match, field: string | undefined) => {
    if (match === '{{' || match === '}}') return match[0]!;
    if (field === undefined) throw new TemplateError(`Single '${match}' encountered in format string`);
    const [, path = '', conversion, spec = ''] = /^([^!:]*)(?:!([rsa]))?(?::([\s\S]*))?$/.exec(field) ?? [];
    const [, first = '', rest = ''] = /^([^.[]*)([\s\S]*)$/.exec(path) ?? [];
    const name = first === '' ? String(automatic++) : first;
    const start = /^\d+$/.test(name) ? args[Number(name)] : keywords.get(name);
    if (start === undefined)
      throw new TemplateError(
        /^\d+$/.test(name) ? `Replacement index ${name} out of range for positional args tuple` : repr(name),
      );
    let value = start;
    for (const [, attribute, item] of rest.matchAll(/\.([^.[]+)|\[([^\]]*)\]/g))
      value = attribute === undefined ? lookup(value, item!, true) : lookup(value, attribute, false);
    return formatValue(
      conversion === undefined ? value : conversion === 's' ? str(value) : repr(value),
      spec,
    );
  });
}
