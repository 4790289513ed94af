import { expect, it } from 'vitest';
import { matcherOf } from './pattern';

const NAMES = ['token_embd.weight', 'blk.0.attn_v.weight', 'blk.10.attn_v.weight', 'blk.1.ffn_up.weight'];
const named = (filter: string) => NAMES.filter(matcherOf(filter));

it.each([
  ['', NAMES],
  ['attn_v', [NAMES[1], NAMES[2]]],
  ['blk.*.attn_v', [NAMES[1], NAMES[2]]],
  ['BLK.1.', [NAMES[3]]],
  ['blk.1*weight', [NAMES[2], NAMES[3]]],
  ['weight*weight', []],
  ['blk+', []],
  ['[', []],
])('%j', (filter, found) => expect(named(filter)).toEqual(found));

it('a filter of many stars is read in one pass', () => {
  const name = 'a'.repeat(100_000);
  expect(matcherOf(`${'*a'.repeat(1000)}b`)(name)).toBe(false);
  expect(matcherOf('*a'.repeat(1000))(name)).toBe(true);
});
