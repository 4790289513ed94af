import { type Context, Given } from './arguments';
import { equal } from '../python/compare';
import { TemplateError } from '../python/template-error';
import { repr } from '../python/text';
import { Callable, Dict, DictView, orElse, tuple, type Value } from '../python/values';

const method = (name: string, parameters: readonly string[], run: (given: Given) => Value): Callable =>
  new Callable(name, (args, keywords) => run(new Given(name, parameters, args, keywords)));

/** Methods of a dict that change nothing. */
export function dictMethods(dict: Dict, name: string): Callable | undefined {
  switch (name) {
    case 'get':
      return method(name, ['key', 'default?'], (given) =>
        orElse(dict.get(given.value('key')), () => given.value('default')),
      );
    case 'items':
    case 'keys':
    case 'values':
      return method(name, [], () => new DictView(name, dict));
    case 'copy':
      return method(name, [], () => new Dict(dict.entries()));
    case 'fromkeys':
      return method(name, ['iterable', 'value?'], (given) => {
        const keys = given.value('iterable');
        return new Dict((Array.isArray(keys) ? keys : []).map((key) => [key, given.value('value')] as const));
      });
    default:
      return undefined;
  }
}

/** Methods of a list or tuple that change nothing. */
export function listMethods(items: readonly Value[], name: string, context: Context): Callable | undefined {
  switch (name) {
    case 'count':
      return method(name, ['value'], (given) => {
        context.budget.steps(items.length);
        return BigInt(items.filter((item) => equal(item, given.value('value'))).length);
      });
    case 'index':
      return method(name, ['value'], (given) => {
        context.budget.steps(items.length);
        const at = items.findIndex((item) => equal(item, given.value('value')));
        if (at < 0) throw new TemplateError(`${repr(given.value('value'))} is not in list`);
        return BigInt(at);
      });
    case 'copy':
      return method(name, [], () => [...items]);
    default:
      return undefined;
  }
}

/** Attributes of numbers. */
export function numberAttribute(value: bigint | number | boolean, name: string): Value | undefined {
  if (name === 'real') return typeof value === 'boolean' ? BigInt(value) : value;
  if (name === 'imag') return typeof value === 'number' ? 0 : 0n;
  if (typeof value === 'number') {
    if (name === 'is_integer') return method(name, [], () => Number.isInteger(value));
    if (name === 'as_integer_ratio' && Number.isInteger(value))
      return method(name, [], () => tuple([BigInt(value), 1n]));
    return undefined;
  }
  if (name === 'numerator') return BigInt(value);
  if (name === 'denominator') return 1n;
  if (name === 'bit_length')
    return method(name, [], () =>
      BigInt(value === 0n || value === false ? 0 : BigInt(value).toString(2).replace('-', '').length),
    );
  return undefined;
}
