import { describe, expect, test } from 'vitest';
import { visible, visibleJson, visibleText } from './foreign-text';

const HOSTILE = '\u001b]0;owned\u0007\u001b[2K\rok\u009b31m\n\u202egpj\u2066\u200b\ufeff\0\u007f\udc80\ud800';

describe('text of files, shown', () => {
  test('names keep nothing that acts or hides', () => {
    expect(visible(HOSTILE)).toBe(
      '\\x1b]0;owned\\x07\\x1b[2K\\rok\\x9b31m\\n\\u{202e}gpj\\u{2066}\\u{200b}\\u{feff}\\x00\\x7f\\x80\\u{d800}',
    );
    expect(visible('\u05e9\u05dc\u05d5\u05dd \u6a21\u578b \ud83d\ude00 e\u0301')).toBe(
      '\u05e9\u05dc\u05d5\u05dd \u6a21\u578b \ud83d\ude00 e\u0301',
    );
    expect(visible('\u3164\u115f')).toBe('\\u{3164}\\u{115f}');
  });
  test('every control character is escaped, in names and in texts', () => {
    for (let code = 0; code < 0xa0; code++) {
      const isControl = code < 32 || code >= 127;
      const character = String.fromCharCode(code);
      expect(visible(character) !== character, String(code)).toBe(isControl);
      const stays = !isControl || code === 9 || code === 10;
      expect(visibleText(character) === character, String(code)).toBe(stays);
    }
  });
  test('a text keeps its lines, its joiners and the marks of its language', () => {
    const family = '\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67 \u0646\u200c\u0647\u200f\n\tx';
    expect(visibleText(family)).toBe(family);
    expect(visibleText('a\rb\u001b[1A\u202ec')).toBe('a\\rb\\x1b[1A\\u{202e}c');
  });
  test('JSON stays JSON of the same value', () => {
    const value = { [HOSTILE]: [HOSTILE, 1, null], tag: '\u{e0041}' };
    const text = visibleJson(value);
    expect(text).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+$/u);
    expect(JSON.parse(text)).toEqual(value);
  });
});
