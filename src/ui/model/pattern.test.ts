import { expect, it } from 'vitest';
import { patternOf } from './pattern';

const NAMES = ['token_embd.weight', 'blk.0.attn_v.weight', 'blk.10.attn_v.weight', 'blk.1.ffn_up.weight'];
const named = (filter: string) => NAMES.filter((name) => patternOf(filter).test(name));

it.each([
  ['', NAMES],
  ['attn_v', [NAMES[1], NAMES[2]]],
  ['blk.*.attn_v', [NAMES[1], NAMES[2]]],
  ['BLK.1.', [NAMES[3]]],
  ['blk.1*weight', [NAMES[2], NAMES[3]]],
  ['blk+', []],
  ['[', []],
])('%j', (filter, found) => expect(named(filter)).toEqual(found));

it('a filter of many stars takes no time', () => {
  const name = 'a'.repeat(60);
  expect(patternOf(`${'*a'.repeat(8)}b`).test(name)).toBe(false);
});
