import { describe, expect, test } from 'vitest';
import { UnsupportedError } from '../../util/errors';
import { seededRandom } from '../../util/random';
import { NameList } from './names';
import { compilePattern } from './pattern';

/** Seeded expressions over few letters. */
function expression(next: () => number, depth: number): string {
  const pick = (from: readonly string[]) => from[Math.floor(next() * from.length)]!;
  const part = (): string => {
    if (depth > 0 && next() < 0.35) {
      const open = pick(['(', '(?:', '(', '(?=', '(?!']);
      const group = `${open}${expression(next, depth - 1)}${next() < 0.3 ? `|${expression(next, depth - 1)}` : ''})`;
      return open.startsWith('(?=') || open.startsWith('(?!')
        ? group
        : group + pick(['', '', '*', '?', '{0,2}']);
    }
    const atom = pick(['a', 'b', '.', '\\.', '[ab]', '[^a]', '\\d', '\\w', '[a-c1]', '1', '\\b', '^', '$']);
    return ['^', '$', '\\b'].includes(atom)
      ? atom
      : atom + pick(['', '', '', '*', '+', '?', '*?', '{2}', '{1,}']);
  };
  return Array.from({ length: 1 + Math.floor(next() * 4) }, part).join('');
}

describe('expressions of config.json', () => {
  test('match the texts that a backtracking engine matches', () => {
    const next = seededRandom(33);
    let matched = 0;
    for (let i = 0; i < 4000; i++) {
      const pattern = expression(next, 2);
      const text = Array.from({ length: Math.floor(next() * 7) }, () => 'ab.1c'[Math.floor(next() * 5)]).join(
        '',
      );
      const want = new RegExp(`^(?:${pattern})`).test(text);
      if (want) matched++;
      expect(compilePattern(pattern)(text), `${pattern} on "${text}"`).toBe(want);
    }
    expect(matched).toBeGreaterThan(500);
  });

  test.each([
    ['.*mlp\\.gate$', 'model.layers.0.mlp.gate', true],
    ['.*mlp\\.gate$', 'model.layers.0.mlp.gate_proj', false],
    ['lm_head', 'lm_head.0', true],
    ['lm_head', 'model.lm_head', false],
    ['model\\.layers\\.(?:1[0-9]|2)\\..*', 'model.layers.17.mlp.up_proj', true],
    ['model\\.layers\\.(?:1[0-9]|2)\\..*', 'model.layers.27.mlp.up_proj', false],
    ['^(?!.*(?:mlp|attn)).*$', 'model.norm', true],
    ['^(?!.*(?:mlp|attn)).*$', 'model.layers.0.mlp.up_proj', false],
    ['(?P<layer>layers)\\.0\\Z', 'layers.0', true],
    ['[\\w.\\-]+\\]', 'a-b.c]', true],
    ['[]a]+$', 'a]', true],
    ['a{0}b', 'b', true],
    ['(){3}b', 'b', true],
    ['x{', 'x{', true],
  ])('%s on %s', (pattern, text, matches) => {
    expect(compilePattern(pattern)(text)).toBe(matches);
  });

  test.each([
    '(',
    ')',
    'a|)',
    '*a',
    '[a',
    '(?i)a',
    'a\\',
    '\\1',
    '(?<=a)b',
    '\\p',
    '(?P<a',
    `${'('.repeat(60)}${')'.repeat(60)}`,
  ])('%s is refused', (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(UnsupportedError);
  });

  test('take no time that grows beyond reason', () => {
    const started = performance.now();
    const name = `${'a'.repeat(900)}b`;
    for (const pattern of ['(a+)+$', '(a*)*c', '(a|aa)+$', '(.*.*.*.*)*x'])
      expect(compilePattern(pattern)(name), pattern).toBe(false);
    expect(() => compilePattern('(?=.*(?=.*(?=.*x)))')(name)).toThrow(/takes too long to be matched/);
    expect(() => compilePattern('(a{1,500}){1,500}c')).toThrow(/more than 100000 states/);
    expect(() => compilePattern('a'.repeat(1001))).toThrow(/1001 characters/);
    expect(compilePattern('.*')('a'.repeat(1001))).toBe(false);
    // Each takes milliseconds; machines are shared.
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('a list has names, and expressions behind "re:"', () => {
    const list = new NameList(['lm_head', 're:.*\\.gate$', 'a.*']);
    expect(['lm_head', 'x.gate', 'a.b', 'lm_head.x', 'a.*'].map((name) => list.has(name))).toEqual([
      true,
      true,
      false,
      false,
      true,
    ]);
  });
});
