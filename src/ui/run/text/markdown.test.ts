import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { alignTokens } from '../../../store/chat/align';
import { Markdown } from './markdown';
import { withDollars } from './plugins';

const htmlOf = (text: string): string => renderToStaticMarkup(createElement(Markdown, { text }));

describe('Markdown', () => {
  test('code, tables, lists and emphasis are elements', () => {
    const html = htmlOf(
      '# Head\n\n**bold** `x`\n\n```js\nconst a = 1;\n```\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n- [x] done',
    );
    expect(html).toContain('<h3 class="h1" dir="auto">Head</h3>');
    expect(html).toContain('<strong>bold</strong> <code>x</code>');
    expect(html).toContain('<span class="hljs-keyword">const</span>');
    expect(html).toMatch(/<td[^>]*>1<\/td>/);
    expect(html).toContain('role="img" aria-label="done"');
  });

  test.each([
    '![a](https://evil.example/a.png)',
    '![a][r]\n\n[r]: https://evil.example/a.png',
    '<img src="https://evil.example/a.png">',
    '<link rel=stylesheet href="https://evil.example/a.css"><style>@import "//evil.example"</style>',
    '<script src="https://evil.example/a.js"></script>',
    '[x](javascript:alert(1))',
    '[x](//evil.example)',
    '[x](#/settings)',
    '[x](data:text/html,a)',
    '| ![a](https://evil.example/a.png) |\n|---|\n| <iframe src="https://evil.example"></iframe> |',
  ])('asks for nothing and leads nowhere: %s', (text) => {
    const html = htmlOf(text);
    expect(html).not.toMatch(/<(img|link|style|script|iframe|a)\b/);
    expect(html).not.toMatch(/<[^>]*\s(src|href|style)=/);
    expect(html).not.toBe('');
  });

  test('a link of the web opens elsewhere, tells nothing of this page, and names its host', () => {
    expect(htmlOf('[bank](https://evil.example/a)')).toMatch(
      /<a href="https:\/\/evil\.example\/a" target="_blank" rel="noopener noreferrer"[^>]*>bank<\/a> <span class="host"><bdi>evil\.example<\/bdi>/,
    );
  });

  test('characters that act are escapes, whether they are written or named', () => {
    const html = htmlOf('a\u202eb &#x202e; `\u0007` <b>\u2066</b>');
    for (const acting of ['\u202e', '\u2066', '\u0007']) expect(html).not.toContain(acting);
    expect(html).toContain('a\\u{202e}b \\u{202e}');
    expect(html).toContain('\\x07');
  });

  test('prices are no math, and formulas are, by all of their delimiters', () => {
    expect(htmlOf('It costs $5 and then $10.')).toContain('It costs $5 and then $10.');
    for (const tex of ['$x^2$', '$$x^2$$', '\\(x^2\\)', '\\[x^2\\]', '$$\nx^2\n$$'])
      expect(htmlOf(tex), tex).toContain('class="math');
    expect(withDollars('a \\(b\\) `\\(c\\)`\n```\n\\[d\\]\n```')).toBe(
      'a $$b$$ `\\(c\\)`\n```\n\\[d\\]\n```',
    );
  });

  test('tokens keep their places in text, emphasis and code', () => {
    const text = 'The **red fox** ran.\n\n```js\nlet a;\n```';
    const tokens = [
      'The',
      ' **',
      'red',
      ' fox',
      '**',
      ' ran',
      '.\n\n',
      '```',
      'js\n',
      'let',
      ' a',
      ';',
      '\n```',
    ];
    const [spans] = alignTokens(
      [{ kind: 'answer', text }],
      tokens.map((t, id) => ({ id, text: t, probability: 1, top: [] })),
    );
    const html = renderToStaticMarkup(createElement(Markdown, { text, spans }));
    const shown = [...html.matchAll(/data-token="(\d+)">([^<]*)/g)].map(([, i, said]) => [
      tokens[Number(i)],
      said,
    ]);
    expect(shown).toEqual([
      ['The', 'The'],
      [' **', ' '],
      ['red', 'red'],
      [' fox', ' fox'],
      [' ran', ' ran'],
      ['.\n\n', '.'],
      ['let', 'let'],
      [' a', ' a'],
      [';', ';'],
      ['\n```', '\n'],
    ]);
  });
});
