import type { Token, TokenKind } from './lexer';
import { TemplateError } from '../python/template-error';

/** Tokens with a place to read at. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }
  get current(): Token {
    return this.#tokens[this.#at]!;
  }
  get next(): Token {
    return this.#tokens[Math.min(this.#at + 1, this.#tokens.length - 1)]!;
  }
  take(): Token {
    const token = this.current;
    if (token.kind !== 'end') this.#at++;
    return token;
  }
  is(kind: TokenKind, value?: string): boolean {
    const token = this.current;
    return token.kind === kind && (value === undefined || token.value === value);
  }
  isName(...names: string[]): boolean {
    return this.current.kind === 'name' && names.includes(this.current.value);
  }
  /** Takes the token if it is this one. */
  skip(kind: TokenKind, value?: string): boolean {
    const here = this.is(kind, value);
    if (here) this.take();
    return here;
  }
  expect(kind: TokenKind, value?: string): Token {
    if (!this.is(kind, value)) this.fail(`expected ${value ? `'${value}'` : kind}, got ${this.shown}`);
    return this.take();
  }
  get shown(): string {
    const { kind, value } = this.current;
    return kind === 'name' || kind === 'operator' ? `'${value}'` : kind === 'end' ? 'end of template' : kind;
  }
  fail(message: string): never {
    throw new TemplateError(`${message} (line ${this.current.line})`);
  }
}
