import type { Context } from './arguments';
import { Undefined, type Value } from '../python/values';

/** An attribute of an item by a path with dots, as `attribute=` of map, sort, join and their like takes it. */
export function byPath(path: Value, context: Context, usual?: Value): (item: Value) => Value {
  const steps: Value[] =
    typeof path === 'string'
      ? path.split('.').map((part) => (/^\d+$/.test(part) ? BigInt(part) : part))
      : [path];
  return (item) => {
    let value = item;
    for (const step of steps) {
      value = context.item(value, step);
      if (usual !== undefined && value instanceof Undefined) value = usual;
    }
    return value;
  };
}

/** Texts in lower case unless case matters, for comparisons. */
export const folded =
  (caseSensitive: boolean) =>
  (value: Value): Value =>
    typeof value === 'string' && !caseSensitive ? value.toLowerCase() : value;
