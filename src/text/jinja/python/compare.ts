import { spend } from './budget';
import { TemplateError } from './template-error';
import { Dict, DictView, Namespace, Range, Tuple, typeName, Undefined, type Value } from './values';

type Numeric = bigint | number | boolean;
export const isNumeric = (value: Value): value is Numeric =>
  typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean';
/** A truth value as the integer it is. */
export const asNumber = (value: Numeric): bigint | number =>
  typeof value === 'boolean' ? BigInt(value) : value;

/** Python's ==. */
export function equal(a: Value, b: Value): boolean {
  spend(typeof a === 'string' ? 1 + a.length / 64 : 1);
  // biome-ignore lint/suspicious/noDoubleEquals: 1 and 1.0 are equal
  if (isNumeric(a) && isNumeric(b)) return asNumber(a) == asNumber(b);
  if (Array.isArray(a) && Array.isArray(b))
    return (
      a instanceof Tuple === b instanceof Tuple &&
      a.length === b.length &&
      a.every((item, i) => equal(item, b[i]!))
    );
  if (a instanceof Dict && b instanceof Dict)
    return (
      a.size === b.size &&
      a.entries().every(([key, value]) => {
        const other = b.get(key);
        return other !== undefined && equal(value, other);
      })
    );
  if (a instanceof Range && b instanceof Range) return equal(a.items(), b.items());
  if (a instanceof Undefined && b instanceof Undefined) return true;
  if (a instanceof DictView && b instanceof DictView && a.kind === 'keys' && b.kind === 'keys')
    return equal(new Dict(a.items().map((k) => [k, null])), new Dict(b.items().map((k) => [k, null])));
  return a === b;
}

const byPoints = (a: string, b: string): number => {
  if (a === b) return 0;
  // UTF-16 orders characters beyond U+FFFF before U+E000; Python does not.
  if (!/[\ud800-\udfff]/.test(a + b)) return a < b ? -1 : 1;
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((char, i) => char !== right[i]);
  if (at < 0) return -1;
  if (at >= right.length) return 1;
  return left[at]!.codePointAt(0)! - right[at]!.codePointAt(0)!;
};

/** Below zero, zero or above zero; NaN where neither is less. Throws where Python knows no order. */
export function order(a: Value, b: Value, operator = '<'): number {
  if (isNumeric(a) && isNumeric(b)) {
    const [x, y] = [asNumber(a), asNumber(b)];
    if (x < y) return -1;
    if (x > y) return 1;
    return Number.isNaN(Number(x)) || Number.isNaN(Number(y)) ? Number.NaN : 0;
  }
  if (typeof a === 'string' && typeof b === 'string') return byPoints(a, b);
  if (Array.isArray(a) && Array.isArray(b) && a instanceof Tuple === b instanceof Tuple) {
    for (let i = 0; i < Math.min(a.length, b.length); i++)
      if (!equal(a[i]!, b[i]!)) return order(a[i]!, b[i]!, operator);
    return a.length - b.length;
  }
  if (a instanceof Undefined) a.fail();
  if (b instanceof Undefined) b.fail();
  throw new TemplateError(
    `'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`,
  );
}

export function truth(value: Value): boolean {
  if (value === null || value instanceof Undefined) return false;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return value !== 0n;
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return value !== '';
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Dict || value instanceof Range) return value.size > 0;
  if (value instanceof DictView) return value.items().length > 0;
  return true;
}

/** Of strings, code points are counted. JavaScript's undefined where there is no length. */
export function lengthOf(value: Value): number | undefined {
  if (typeof value === 'string') return /[\ud800-\udfff]/.test(value) ? [...value].length : value.length;
  if (Array.isArray(value)) return value.length;
  if (value instanceof Dict || value instanceof Range) return value.size;
  if (value instanceof DictView) return value.items().length;
  if (value instanceof Undefined) return 0;
  return undefined;
}

/** The items that a loop over a value visits. Throws where it cannot be looped over. */
export function iterate(value: Value): Iterable<Value> {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value;
  if (value instanceof Dict) return value.entries().map(([key]) => key);
  if (value instanceof DictView || value instanceof Range) return value.items();
  if (value instanceof Undefined) return [];
  if (value !== null && typeof value === 'object' && Symbol.iterator in value) return value;
  throw new TemplateError(`'${typeName(value)}' object is not iterable`);
}

export function contains(container: Value, item: Value): boolean {
  if (typeof container === 'string') {
    if (typeof item === 'string') return container.includes(item);
    throw new TemplateError(`'in <string>' requires string as left operand, not ${typeName(item)}`);
  }
  if (container instanceof Dict) return container.has(item);
  if (container instanceof Namespace || container === null || isNumeric(container))
    throw new TemplateError(`argument of type '${typeName(container)}' is not iterable`);
  for (const other of iterate(container)) if (equal(other, item)) return true;
  return false;
}
