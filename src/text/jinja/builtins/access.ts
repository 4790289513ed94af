import { dictMethods, listMethods, numberAttribute } from './container-methods';
import type { Context } from './arguments';
import { asNumber, isNumeric } from '../python/compare';
import { stringMethods } from './string-methods';
import { TemplateError } from '../python/template-error';
import { repr } from '../python/text';
import {
  Callable,
  Dict,
  Group,
  hashKey,
  LoopValue,
  Namespace,
  orElse,
  Range,
  Tuple,
  tuple,
  typeName,
  Undefined,
  type Value,
} from '../python/values';

/** Methods that change what they are called on; transformers' sandbox refuses them. */
const CHANGING: Readonly<Record<string, readonly string[]>> = {
  list: ['append', 'clear', 'pop', 'reverse', 'insert', 'sort', 'extend', 'remove'],
  dict: ['clear', 'pop', 'popitem', 'setdefault', 'update'],
};

function methodOf(value: Value, name: string, context: Context): Value | undefined {
  if (typeof value === 'string') return stringMethods(value, name, context);
  if (Array.isArray(value)) return listMethods(value, name, context);
  if (value instanceof Dict) return dictMethods(value, name);
  if (isNumeric(value)) return numberAttribute(value, name);
  return undefined;
}

/** getattr; JavaScript's undefined where there is no such attribute. */
function attributeOf(value: Value, name: string, context: Context): Value | undefined {
  if (value instanceof Namespace) return value.attributes.get(name);
  if (value instanceof LoopValue) return value.attribute(name);
  if (value instanceof Group && Object.hasOwn(value.fields, name)) return value.fields[name];
  if (value instanceof Callable) return name === 'name' ? value.name : value.attributes.get(name);
  if (CHANGING[typeName(value)]?.includes(name))
    return new Undefined(`access to attribute '${name}' of '${typeName(value)}' object is unsafe.`);
  return methodOf(value, name, context);
}

function index(items: readonly Value[], key: Value): Value | undefined {
  if (!isNumeric(key) || typeof key === 'number') return undefined;
  return items.at(Number(asNumber(key)));
}

const isKey = (key: Value): boolean => {
  try {
    hashKey(key);
    return true;
  } catch {
    return false;
  }
};

function itemOf(value: Value, key: Value): Value | undefined {
  if (value instanceof Dict) return isKey(key) ? value.get(key) : undefined;
  if (Array.isArray(value)) return index(value, key);
  if (value instanceof Range) return index(value.items(), key);
  if (typeof value === 'string')
    return /[\ud800-\udfff]/.test(value)
      ? index([...value], key)
      : isNumeric(key) && typeof key !== 'number'
        ? value.at(Number(asNumber(key)))
        : undefined;
  return undefined;
}

const missing = (value: Value, key: Value): Undefined => {
  if (typeof key === 'string') return new Undefined(`'${typeName(value)} object' has no attribute '${key}'`);
  return new Undefined(`${typeName(value)} object has no element ${repr(key)}`);
};

/** `value.name`: the attribute, or else the item. */
export function getAttribute(value: Value, name: string, context: Context): Value {
  if (value instanceof Undefined) return value.fail();
  if (name.startsWith('__'))
    return new Undefined(`access to attribute '${name}' of '${typeName(value)}' object is unsafe.`);
  const attribute = attributeOf(value, name, context);
  return orElse(attribute, () => orElse(itemOf(value, name), () => missing(value, name)));
}

/** `value[key]`: the item, or else the attribute. */
export function getItem(value: Value, key: Value, context: Context): Value {
  if (value instanceof Undefined) return value.fail();
  const found = itemOf(value, key);
  if (found !== undefined) return found;
  const attribute = typeof key === 'string' ? attributeOf(value, key, context) : undefined;
  return orElse(attribute, () => missing(value, key));
}

/** `value[start:stop:step]`. */
export function getSlice(value: Value, bounds: readonly Value[], context: Context): Value {
  const [start, stop, step = 1] = bounds.map((bound) => {
    if (bound === null) return undefined;
    if (bound instanceof Undefined || !isNumeric(bound) || typeof bound === 'number')
      throw new TemplateError('slice indices must be integers or None or have an __index__ method');
    return Number(asNumber(bound));
  });
  if (value instanceof Undefined) return value.fail();
  if (typeof value === 'string') context.budget.string(value.length);
  if (typeof value === 'string' && step === 1 && !/[\ud800-\udfff]/.test(value))
    return value.slice(start ?? 0, stop ?? value.length);
  if (typeof value === 'string') context.budget.steps(value.length / 8);
  const items = typeof value === 'string' ? [...value] : value instanceof Range ? value.items() : value;
  if (value instanceof Dict) throw new TemplateError("unhashable type: 'slice'");
  if (!Array.isArray(items)) throw new TemplateError(`'${typeName(value)}' object is not subscriptable`);
  if (step === 0) throw new TemplateError('slice step cannot be zero');
  const { length } = items;
  const clamp = (bound: number | undefined, usual: number): number => {
    if (bound === undefined) return usual;
    const from = bound < 0 ? bound + length : bound;
    return step > 0 ? Math.min(Math.max(from, 0), length) : Math.min(Math.max(from, -1), length - 1);
  };
  const from = clamp(start, step > 0 ? 0 : length - 1);
  const to = clamp(stop, step > 0 ? length : -1);
  const picked: Value[] = [];
  for (let i = from; step > 0 ? i < to : i > to; i += step) picked.push((items as Value[])[i]!);
  context.budget.steps(typeof value === 'string' ? 1 : picked.length);
  if (typeof value === 'string') return (picked as string[]).join('');
  if (value instanceof Range)
    return new Range(
      value.start + value.step * BigInt(from),
      value.start + value.step * BigInt(to),
      value.step * BigInt(step),
    );
  return value instanceof Tuple ? tuple(picked) : picked;
}
