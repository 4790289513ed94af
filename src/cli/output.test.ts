import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { answer, answerJson, say, status, streamText } from './output';

const written = { out: '', err: '' };
vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
  written.out += String(text);
  return true;
});
vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
  written.err += String(text);
  return true;
});
const terminals = { out: process.stdout.isTTY, err: process.stderr.isTTY };
afterEach(() => {
  written.out = '';
  written.err = '';
  process.stdout.isTTY = terminals.out;
  process.stderr.isTTY = terminals.err;
});

const HOSTILE = 'a\u001b]0;x\u0007b\nnibble: all is well\u202ec\u009b2K\r';

test('a foreign name fills no second line and moves no cursor', () => {
  say(`note: ${HOSTILE}`);
  answer(HOSTILE, 'two');
  expect(written.err.split('\n')).toHaveLength(2);
  expect(written.out.split('\n')).toHaveLength(3);
  answerJson({ name: HOSTILE });
  expect(written.err + written.out).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  expect(JSON.parse(written.out.split('\n')[2]!)).toEqual({ name: HOSTILE });
});
test('what a model writes keeps its lines, and its escape sequences from a terminal', () => {
  process.stdout.isTTY = false;
  streamText(HOSTILE);
  expect(written.out).toBe(HOSTILE);
  written.out = '';
  process.stdout.isTTY = true;
  for (const character of HOSTILE) streamText(character);
  expect(written.out).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  expect(written.out).toContain('\nnibble: all is well');
});
test('a status stands on its line only until the next', () => {
  process.stderr.isTTY = true;
  status(HOSTILE);
  say('done');
  expect(written.err.split('\u001b')).toHaveLength(3);
  expect(written.err.endsWith('\r\u001b[K' + 'done\n')).toBe(true);
  written.err = '';
  process.stderr.isTTY = false;
  status('x');
  expect(written.err).toBe('');
});
test('no command writes past this file', () => {
  for (const name of readdirSync(import.meta.dirname).filter(
    (n) => n !== 'output.ts' && !n.includes('.test.'),
  ))
    expect(readFileSync(join(import.meta.dirname, name), 'utf8'), name).not.toMatch(
      /(stdout|stderr)\.write|console\./,
    );
});
