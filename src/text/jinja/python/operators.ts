import type { Operator } from '../syntax/ast';
import type { Budget } from './budget';
import { asNumber, isNumeric } from './compare';
import { percent } from './format';
import { TemplateError } from './template-error';
import { Tuple, tuple, typeName, Undefined, type Value } from './values';

/** Integers of more bits than this are refused. */
const MAX_BITS = 2 ** 16;

const bits = (value: bigint): number => value.toString(16).length * 4;
function bounded(size: number): void {
  if (size > MAX_BITS) throw new TemplateError(`a number has more than ${MAX_BITS} bits`);
}

const divisionByZero = (what: string): never => {
  throw new TemplateError(what);
};

function integers(operator: Operator, a: bigint, b: bigint): bigint | number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      bounded(bits(a) + bits(b));
      return a * b;
    case '/':
      return b === 0n ? divisionByZero('division by zero') : Number(a) / Number(b);
    case '//':
    case '%': {
      if (b === 0n) return divisionByZero('integer division or modulo by zero');
      const rest = a % b;
      const floors = rest !== 0n && rest < 0n !== b < 0n;
      if (operator === '%') return floors ? rest + b : rest;
      return floors ? a / b - 1n : a / b;
    }
    case '**':
      if (b < 0n) {
        if (a === 0n) return divisionByZero('0.0 cannot be raised to a negative power');
        return Number(a) ** Number(b);
      }
      if (a !== 0n && a !== 1n && a !== -1n) bounded(bits(a) * Number(b));
      return a ** b;
  }
}

function floats(operator: Operator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? divisionByZero('float division by zero') : a / b;
    case '//':
      return b === 0 ? divisionByZero('float floor division by zero') : Math.floor(a / b);
    case '%': {
      if (b === 0) return divisionByZero('float modulo');
      const rest = a % b;
      return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
    }
    case '**':
      return a ** b;
  }
}

function repeated(value: string | Value[], times: bigint, budget: Budget): Value {
  const count = times < 0n ? 0 : Number(times);
  if (typeof value === 'string') {
    budget.string(value.length * count);
    return value === '' ? '' : value.repeat(count);
  }
  budget.steps(value.length * count);
  const items = Array.from({ length: value.length === 0 ? 0 : count }, () => [...value]).flat();
  return value instanceof Tuple ? tuple(items) : items;
}

export function arithmetic(operator: Operator, a: Value, b: Value, budget: Budget): Value {
  if (isNumeric(a) && isNumeric(b)) {
    const [x, y] = [asNumber(a), asNumber(b)];
    if (typeof x === 'bigint' && typeof y === 'bigint') return integers(operator, x, y);
    return floats(operator, Number(x), Number(y));
  }
  if (operator === '%' && typeof a === 'string') {
    const text = percent(a, b);
    budget.string(text.length);
    return text;
  }
  if (operator === '+') {
    if (typeof a === 'string' && typeof b === 'string') {
      budget.string(a.length + b.length);
      return a + b;
    }
    if (Array.isArray(a) && Array.isArray(b) && a instanceof Tuple === b instanceof Tuple) {
      budget.steps(a.length + b.length);
      return a instanceof Tuple ? tuple([...a, ...b]) : [...a, ...b];
    }
  }
  if (operator === '*') {
    const isSequence = (value: Value): value is string | Value[] =>
      typeof value === 'string' || Array.isArray(value);
    if (isSequence(a) && isNumeric(b) && typeof b !== 'number')
      return repeated(a, asNumber(b) as bigint, budget);
    if (isSequence(b) && isNumeric(a) && typeof a !== 'number')
      return repeated(b, asNumber(a) as bigint, budget);
  }
  if (a instanceof Undefined) a.fail();
  if (b instanceof Undefined) b.fail();
  if (operator === '+' && typeof a === 'string')
    throw new TemplateError(`can only concatenate str (not "${typeName(b)}") to str`);
  const shown = operator === '**' ? '** or pow()' : operator;
  throw new TemplateError(`unsupported operand type(s) for ${shown}: '${typeName(a)}' and '${typeName(b)}'`);
}

export function negative(value: Value): Value {
  if (value instanceof Undefined) value.fail();
  if (!isNumeric(value)) throw new TemplateError(`bad operand type for unary -: '${typeName(value)}'`);
  return -asNumber(value);
}

export function positive(value: Value): Value {
  if (value instanceof Undefined) value.fail();
  if (!isNumeric(value)) throw new TemplateError(`bad operand type for unary +: '${typeName(value)}'`);
  return asNumber(value);
}
