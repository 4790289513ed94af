import { describe, expect, test } from 'vitest';
import { exactPattern, tensorPattern } from './pattern';

const DOWN = 'blk.12.ffn_down.weight';

describe('patterns of tensor names are those of std::regex', () => {
  // Answers of libstdc++ 12: std::regex_search of the pattern in small letters.
  test.each([
    ['blk\\.[[:digit:]]+\\.ffn_down', DOWN, true],
    ['BLK\\.[[:DIGIT:]]', DOWN, true],
    ['^blk\\.[[:alpha:]]', DOWN, false],
    ['[[.period.]][[.f.]]fn', DOWN, true],
    ['[[=F=]]fn_', DOWN, true],
    ['[[:w:]]{3}[^[:space:]]', DOWN, true],
    ['attn_v', DOWN, false],
    ['ffn_(?:up|down)\\.weight$', DOWN, true],
    ['ffn_(up|gate)', DOWN, false],
    ['blk\\.(1|2)\\.', DOWN, false],
    ['\\d\\d\\.', DOWN, true],
    // Small letters make the class of what is no digit that of digits.
    ['^\\D', DOWN, false],
    ['blk(?!\\.1)', DOWN, false],
    ['blk(?=\\.1)', DOWN, true],
    ['(f)\\1n', DOWN, true],
    ['(b)?(x)?\\2', DOWN, false],
    ['\\bffn', DOWN, true],
    ['\\bblk\\b', DOWN, true],
    ['[]', DOWN, false],
    ['[^]', DOWN, true],
    ['[a-]l', 'a-l', true],
    ['[\\d-]l', '-l', true],
    ['x{2,3}$', 'xx', true],
    ['x{2}{2}$', 'xxx', false],
    ['a**', '', true],
    ['(a*)*b', 'aaab', true],
    ['a|', 'zz', true],
    ['.', '\n', false],
    ['\u00e9', 'caf\u00e9', true],
    ['^...$', '\u00e9a', true],
    ['^[^\u00e9]+$', '\u00e8', false],
    ['\\x62lk', DOWN, true],
    [']}', ']}', true],
  ])('%s in %s: %s', (pattern, name, found) => {
    expect(tensorPattern(pattern).test(name)).toBe(found);
  });
  test.each([
    ['(?<=blk)a', /byte 2: .*no lookbehind/],
    ['(?<layer>a)', /no names/],
    ['(?i)a', /of the forms/],
    ['[[:number:]]', /there is no class \[:number:\]/],
    ['[[.long.]]', /there is no character \[\.long\.\]/],
    ['[a', /a bracket is not closed/],
    ['[[:alpha', /\[: is not closed/],
    ['[b-a]', /a range ends before it begins/],
    ['[\\w-a]', /a class begins a range/],
    ['[a-\\w]', /a class ends a range/],
    ['(a', /a group is not closed/],
    ['a)', /closes a group that is not open/],
    ['*a', /nothing to repeat/],
    ['^*', /nothing to repeat/],
    ['a{', /braces hold no count/],
    ['a{2', /braces are not closed/],
    ['a{3,2}', /from 3 to 2 times/],
    ['\\p{L}', /braces hold no count/],
    ['\\2(a)', /refers to a group that is not there/],
    ['(a\\1)', /refers to a group that is not there/],
    ['\\x6g', /wants 2 hexadecimal digits/],
    ['a\\', /ends with a backslash/],
    ['('.repeat(5000), /nested deeper/],
    ['a'.repeat(20_000), /longer than/],
    [`a${'*'.repeat(9000)}`, /repeats repetitions too often/],
    ['(((a{100}){100}){100})', /more than 100000 states/],
    ['(){1000000000}', /more than 100000 states/],
  ])('%.30s is refused', (pattern, says) => {
    expect(() => tensorPattern(pattern)).toThrow(says);
  });
  test.each(['(a+)+$', '(a|a)*b$', '(a|aa)+$', '(.*)*(.*)*(.*)*x', '((a{0,30}){0,30})b$', '(?=(a+)+$)b'])(
    '%s does not take long, though it backtracks without end',
    (pattern) => {
      const started = performance.now();
      expect(tensorPattern(pattern).test(`${'a'.repeat(64)}!`)).toBe(false);
      expect(performance.now() - started).toBeLessThan(1000);
    },
  );
  test('one that refers back and has no end is refused, not waited for', () => {
    const started = performance.now();
    expect(() => tensorPattern('((a+)+)\\1$').test(`${'a'.repeat(64)}!`)).toThrow(/takes too long/);
    expect(performance.now() - started).toBeLessThan(5000);
  });
  test('a name as a pattern matches itself alone, and needs no quotes', () => {
    for (const name of [
      DOWN,
      'a\'b"$(x)`\\n\n',
      'A=B',
      '-x',
      '\u00e9\ud83d\ude00',
      'a.b[0]*',
      '\0',
      '\udc80',
    ]) {
      const pattern = exactPattern(name);
      expect(pattern).toMatch(/^\^[a-z0-9_\\.-]*\$$/);
      expect(tensorPattern(pattern).test(name)).toBe(true);
      expect(tensorPattern(pattern).test(`${name}x`)).toBe(false);
      expect(tensorPattern(pattern).test(name.toLowerCase())).toBe(name === name.toLowerCase());
    }
  });
});
