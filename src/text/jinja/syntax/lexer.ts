import { isSpace, strip } from '../python/space';
import { TemplateError } from '../python/template-error';

export type TokenKind =
  | 'data'
  | 'block begin'
  | 'block end'
  | 'print begin'
  | 'print end'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'operator'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly value: string;
  readonly line: number;
}

const OPEN = /\{[%{#]/g;
const RAW = /\{%[-+]?\s*raw\s*(-?)%\}/y;
const END_RAW = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;
const FLOAT = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const NAME = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*/uy;
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y;
const PAIRS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** A string literal's text; what is no escape of Python's stays as it is written. */
const unescaped = (text: string): string =>
  text.includes('\\')
    ? text.replace(
        /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))/g,
        (match, octal?: string, x?: string, u?: string, U?: string, plain?: string) => {
          if (octal) return String.fromCharCode(Number.parseInt(octal, 8));
          const code = x ?? u ?? U;
          if (code) {
            const point = Number.parseInt(code, 16);
            if (point > 0x10ffff) throw new TemplateError('illegal Unicode character in a string');
            return String.fromCodePoint(point);
          }
          if (plain === 'x' || plain === 'u' || plain === 'U')
            throw new TemplateError(`truncated \\${plain} escape in a string`);
          if (plain === 'N') throw new TemplateError('characters by name (\\N{...}) are not known here');
          return ESCAPES[plain!] ?? match;
        },
      )
    : text;

/**
 * Cuts a template into tokens, with trim_blocks and lstrip_blocks as transformers sets them. Source: Jinja2's lexer.py.
 */
export class Lexer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  /** The last tag ended a line, or there was none. */
  #lineStarts = true;
  #line = 1;
  #counted = 0;

  constructor(template: string) {
    const source = template.replace(/\r\n?/g, '\n');
    this.#source = source.endsWith('\n') ? source.slice(0, -1) : source;
  }

  tokenize(): Token[] {
    while (this.#at < this.#source.length) {
      OPEN.lastIndex = this.#at;
      const start = OPEN.exec(this.#source)?.index ?? -1;
      if (start < 0) {
        this.#push('data', this.#source.slice(this.#at));
        break;
      }
      this.#tag(start);
    }
    this.#push('end', '');
    return this.#tokens;
  }

  #push(kind: TokenKind, value: string): void {
    if (kind === 'data' && value === '') return;
    for (; this.#counted < this.#at; this.#counted++) if (this.#source[this.#counted] === '\n') this.#line++;
    this.#tokens.push({ kind, value, line: this.#line });
  }

  #fail(message: string): never {
    throw new TemplateError(`${message} (line ${this.#line})`);
  }

  /** Text before a tag, without what the tag's sign or lstrip_blocks takes away. */
  #before(text: string, sign: string | undefined, isPrint: boolean): string {
    if (sign === '-') return strip(text, undefined, 'end');
    if (sign === '+' || isPrint) return text;
    const line = text.lastIndexOf('\n') + 1;
    if (line === 0 && !this.#lineStarts) return text;
    const isBlank = line < text.length && strip(text.slice(line), undefined, 'both') === '';
    return isBlank ? text.slice(0, line) : text;
  }

  /** Past the end of a tag: `-` takes all white space, a block without a sign one line end. */
  #after(end: number, sign: string | undefined, trims: boolean): void {
    const from = end;
    if (sign === '-') while (end < this.#source.length && isSpace(this.#source.charCodeAt(end))) end++;
    else if (sign !== '+' && trims && this.#source[end] === '\n') end++;
    this.#lineStarts = end > from && this.#source[end - 1] === '\n';
    this.#at = end;
  }

  #tag(start: number): void {
    const source = this.#source;
    const text = source.slice(this.#at, start);
    const opener = source[start + 1]!;
    const sign = /[-+]/.exec(source[start + 2] ?? '')?.[0];
    this.#push('data', this.#before(text, sign, opener === '{'));
    this.#at = start;
    const inside = start + 2 + (sign ? 1 : 0);
    if (opener === '#') {
      this.#comment(inside);
      return;
    }
    RAW.lastIndex = start;
    const raw = opener === '%' ? RAW.exec(source) : null;
    if (raw) {
      this.#raw(start + raw[0].length, raw[1]);
      return;
    }
    this.#push(opener === '%' ? 'block begin' : 'print begin', '');
    this.#at = inside;
    this.#lineStarts = false;
    this.#inside(opener === '%');
  }

  #comment(from: number): void {
    const end = this.#source.indexOf('#}', from);
    if (end < 0) this.#fail('Missing end of comment tag');
    const sign = end > from ? /[-+]/.exec(this.#source[end - 1]!)?.[0] : undefined;
    this.#after(end + 2, sign, true);
  }

  #raw(from: number, sign: string | undefined): void {
    this.#after(from, sign, false);
    END_RAW.lastIndex = this.#at;
    const end = END_RAW.exec(this.#source);
    if (!end) this.#fail('Missing end of raw directive');
    this.#push('data', this.#before(this.#source.slice(this.#at, end.index), end[1], false));
    this.#after(end.index + end[0].length, end[2], true);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#source)?.[0];
  }

  /** Tokens of a tag up to its end. */
  #inside(isBlock: boolean): void {
    const source = this.#source;
    const close = isBlock ? '%}' : '}}';
    const stack: string[] = [];
    for (;;) {
      while (this.#at < source.length && isSpace(source.charCodeAt(this.#at))) this.#at++;
      if (this.#at >= source.length) this.#fail(`unexpected end of template, expected '${close}'`);
      if (stack.length === 0) {
        const signed = source[this.#at] === '-' || (isBlock && source[this.#at] === '+');
        if (source.startsWith(close, this.#at + (signed ? 1 : 0))) {
          this.#push(isBlock ? 'block end' : 'print end', '');
          const sign = signed ? source[this.#at] : undefined;
          this.#after(this.#at + (signed ? 3 : 2), sign, isBlock);
          return;
        }
      }
      this.#token(stack);
    }
  }

  #token(stack: string[]): void {
    const char = this.#source[this.#at]!;
    if (char === "'" || char === '"') {
      this.#string(char);
      return;
    }
    const float = this.#source[this.#at - 1] === '.' ? undefined : this.#match(FLOAT);
    const number = float ?? this.#match(INTEGER);
    const name = number ?? this.#match(NAME);
    const word = name ?? this.#match(OPERATOR);
    if (word === undefined) this.#fail(`unexpected char ${JSON.stringify(char)}`);
    if (name === undefined) {
      if (PAIRS[word]) stack.push(PAIRS[word]);
      else if (word === ')' || word === ']' || word === '}') {
        const expected = stack.pop();
        if (expected !== word)
          this.#fail(`unexpected '${word}'${expected ? `, expected '${expected}'` : ''}`);
      }
      this.#push('operator', word);
    } else if (float) this.#push('float', float.replaceAll('_', ''));
    else if (number) this.#push('integer', number.replaceAll('_', '').toLowerCase());
    else this.#push('name', name);
    this.#at += word.length;
  }

  #string(quote: string): void {
    let end = this.#at + 1;
    for (; this.#source[end] !== quote; end++) {
      if (end >= this.#source.length) this.#fail('a string does not end');
      if (this.#source[end] === '\\') end++;
    }
    this.#push('string', unescaped(this.#source.slice(this.#at + 1, end)));
    this.#at = end + 1;
  }
}
