import { describe, expect, test } from 'vitest';
import { safeFileName } from './file-name';
import { seededRandom } from './random';

const PARTS = [
  'a',
  'Z',
  '9',
  '.',
  '..',
  '/',
  '\\',
  ':',
  '*',
  '?',
  '"',
  '<',
  '>',
  '|',
  ' ',
  '-',
  '_',
  '~',
  '$',
  '\0',
  '\n',
  '\t',
  '\u001b[2J',
  '\u007f',
  '\u0085',
  '\u202e',
  '\u2066',
  '\u200b',
  '\ufeff',
  '\u2028',
  '\ud800',
  '\udc80',
  '\u00e9',
  '\u6a21\u578b',
  '\ud83d\ude00',
  'con',
  'NUL',
  'com1',
  'LPT\u00b9',
  'aux.',
  '%00',
  "'",
  'x'.repeat(90),
  '\u6a21'.repeat(80),
]; // prettier-ignore

describe('a name to save a file by', () => {
  test.each([
    ['Tiny-Llama-Q4_K_M.gguf', 'Tiny-Llama-Q4_K_M.gguf'],
    ['../../etc/passwd', 'etc-passwd'],
    ['C:\\Windows\\x.gguf', 'C-Windows-x.gguf'],
    ['.bashrc', 'model.bashrc'],
    ['-rf.gguf', 'rf.gguf'],
    ['con.gguf', '_con.gguf'],
    ['NUL', '_NUL'],
    ['com1.x.json', '_com1.x.json'],
    ['console.gguf', 'console.gguf'],
    ['model. .', 'model'],
    ['a .gguf', 'a.gguf'],
    ['gpj\u202efgug.gguf', 'gpj-fgug.gguf'],
    ['\u6a21\u578b-Q8_0.gguf', '\u6a21\u578b-Q8_0.gguf'],
    ['', 'model'],
    ['...', 'model'],
    ['/.gguf', 'model.gguf'],
  ])('%j becomes %j', (name, want) => expect(safeFileName(name)).toBe(want));
  test('a long one is cut at a character and keeps its extension and the number of its split', () => {
    const name = safeFileName(`${'\u6a21'.repeat(300)}-00001-of-00003.gguf`);
    expect(name).toMatch(/^\u6a21+-00001-of-00003\.gguf$/);
    expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(200);
    expect(new TextEncoder().encode(name).length).toBeGreaterThan(190);
  });
  test('of 5,000 hostile names each is safe, a second pass changes none, and the extension stays', () => {
    const random = seededRandom(5);
    for (let i = 0; i < 5000; i++) {
      const count = 1 + Math.floor(random() * 8);
      const hostile = Array.from({ length: count }, () => PARTS[Math.floor(random() * PARTS.length)]!).join(
        '',
      );
      const extension = i % 2 === 0 ? '.gguf' : '';
      const name = safeFileName(hostile + extension);
      const said = JSON.stringify([hostile, name]);
      expect(name, said).toMatch(/^[^\s.-].*$/u);
      expect(name, said).not.toMatch(/[/\\:*?"<>|\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|[\s.]$/u);
      expect(name.split('.')[0]!.trim(), said).not.toMatch(/^(con|prn|aux|nul|(com|lpt)[0-9\u00b9])$/i);
      expect(new TextEncoder().encode(name).length, said).toBeLessThanOrEqual(200);
      expect(name.endsWith(extension), said).toBe(true);
      expect(safeFileName(name), said).toBe(name);
    }
  });
});
