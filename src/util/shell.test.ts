import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { seededRandom } from './random';
import { shellPath, shellWord } from './shell';

const HOSTILE = [
  'plain.gguf',
  'two words',
  '',
  "it's",
  '"quoted"',
  '$(touch owned)',
  '`touch owned`',
  '$HOME',
  '-rf',
  '--help',
  '~',
  '*',
  'a;b',
  'a&b',
  'a|b',
  'a>b',
  '#x',
  '!!',
  'a\nb',
  'a\r\nb',
  '\t',
  '\u001b[2J',
  '\u202egpj',
  '\\',
  '\\\\n',
  "'\\''",
  "$'x'",
  '{a,b}',
  '[ab]',
  '\u6a21\u578b',
  '\ud83d\ude00',
  '\u00a0',
  '\u200b',
  '%s',
  '-n',
  '=x',
  'a=b',
  "'; touch owned; '",
]; // prettier-ignore

/** The words that bash makes of a command line. */
function words(line: string): string[] {
  const command = `set -- ${line}\nprintf '%s\\0' "$#" "$@"`;
  const { stdout, stderr, status } = spawnSync('bash', ['-c', command], { encoding: 'utf8', cwd: '/' });
  expect([status, stderr]).toEqual([0, '']);
  const [count, ...rest] = stdout.split('\0').slice(0, -1);
  expect(rest).toHaveLength(Number(count));
  return rest;
}

test('words come out of bash as they went in', () => {
  expect(words(HOSTILE.map(shellWord).join(' '))).toEqual(HOSTILE);
});
test('so do words put together at random, and none acts on a terminal', () => {
  const random = seededRandom(8);
  const pick = () => HOSTILE[Math.floor(random() * HOSTILE.length)]!;
  const list = Array.from({ length: 500 }, () => pick() + pick() + pick());
  const line = list.map(shellWord).join(' ');
  expect(words(line)).toEqual(list);
  expect(
    list
      .map(shellWord)
      .join('')
      .match(/[\p{Cc}\p{Cf}]/gu),
  ).toBeNull();
});
test('a path with a dash in front is no option, and NUL is left out', () => {
  expect(words([shellPath('-x y'), shellPath('a\0b'), shellPath('/a')].join(' '))).toEqual([
    './-x y',
    'ab',
    '/a',
  ]);
});
