import type { Context, Given } from './arguments';
import type { Keywords, Value } from '../python/values';

/** A filter: its parameters after the value, and what it does. */
export type Filter = readonly [
  parameters: readonly string[],
  run: (value: Value, given: Given, context: Context) => Value,
];

/** A filter that hands arguments on, to another filter, a test or a format. */
export type PassingFilter = (
  value: Value,
  args: readonly Value[],
  keywords: Keywords,
  context: Context,
) => Value;
