import type { Arguments, Comparison, Expression, Operator } from './ast';
import { CONSTANTS } from './parse-target';
import type { TokenStream } from './token-stream';

const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='];
const NONE: Arguments = { args: [], keywords: [] };

/** Expressions of a template, with Jinja2's precedences. Source: Jinja2's parser.py. */
export class ExpressionParser {
  readonly stream: TokenStream;

  constructor(stream: TokenStream) {
    this.stream = stream;
  }

  /** An expression, `a if b else c` included unless that is left out. */
  expression(withChoice = true): Expression {
    if (!withChoice) return this.#or();
    let value = this.#or();
    while (this.stream.isName('if')) {
      this.stream.take();
      const test = this.#or();
      const no = this.stream.skip('name', 'else') ? this.expression() : undefined;
      value = { kind: 'choice', test, yes: value, no };
    }
    return value;
  }

  /** An expression, or several with commas. `end` is a name that ends them. */
  tuple({ withChoice = true, end = '', inParentheses = false } = {}): Expression {
    const { stream } = this;
    const items: Expression[] = [];
    let isTuple = false;
    for (;;) {
      if (items.length > 0) {
        if (!stream.skip('operator', ',')) break;
        isTuple = true;
      }
      const ended =
        stream.is('print end') ||
        stream.is('block end') ||
        stream.is('operator', ')') ||
        (end !== '' && stream.isName(end));
      if (ended) break;
      items.push(this.expression(withChoice));
    }
    if (!isTuple && items.length > 0) return items[0]!;
    if (!isTuple && !inParentheses) stream.fail(`expected an expression, got ${stream.shown}`);
    return { kind: 'tuple', items };
  }

  #or(): Expression {
    let left = this.#and();
    while (this.stream.skip('name', 'or')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.stream.skip('name', 'and')) left = { kind: 'and', left, right: this.#not() };
    return left;
  }

  #not(): Expression {
    if (this.stream.skip('name', 'not')) return { kind: 'not', of: this.#not() };
    return this.#compare();
  }

  #compare(): Expression {
    const { stream } = this;
    const first = this.#sum();
    const rest: [Comparison, Expression][] = [];
    for (;;) {
      const { kind, value } = stream.current;
      if (kind === 'operator' && COMPARISONS.includes(value)) {
        stream.take();
        rest.push([value as Comparison, this.#sum()]);
      } else if (stream.skip('name', 'in')) rest.push(['in', this.#sum()]);
      else if (stream.isName('not') && stream.next.kind === 'name' && stream.next.value === 'in') {
        stream.take();
        stream.take();
        rest.push(['not in', this.#sum()]);
      } else return rest.length === 0 ? first : { kind: 'compare', first, rest };
    }
  }

  #chain(operators: readonly string[], operand: () => Expression): Expression {
    let left = operand();
    while (this.stream.current.kind === 'operator' && operators.includes(this.stream.current.value)) {
      const operator = this.stream.take().value as Operator;
      left = { kind: 'arithmetic', operator, left, right: operand() };
    }
    return left;
  }

  #sum = (): Expression => this.#chain(['+', '-'], this.#concat);
  #product = (): Expression => this.#chain(['*', '/', '//', '%'], this.#power);
  #power = (): Expression => this.#chain(['**'], () => this.#unary(true));

  #concat = (): Expression => {
    const items = [this.#product()];
    while (this.stream.skip('operator', '~')) items.push(this.#product());
    return items.length === 1 ? items[0]! : { kind: 'concat', items };
  };

  #unary(withFilters: boolean): Expression {
    let value: Expression;
    if (this.stream.skip('operator', '-')) value = { kind: 'negative', of: this.#unary(false) };
    else if (this.stream.skip('operator', '+')) value = { kind: 'positive', of: this.#unary(false) };
    else value = this.primary();
    value = this.#postfix(value);
    return withFilters ? this.#filtersAndTests(value) : value;
  }

  primary(): Expression {
    const { stream } = this;
    const { kind, value } = stream.current;
    if (kind === 'name') {
      stream.take();
      return value in CONSTANTS
        ? { kind: 'constant', value: CONSTANTS[value]! }
        : { kind: 'name', name: value };
    }
    if (kind === 'string') {
      let text = '';
      while (stream.is('string')) text += stream.take().value;
      return { kind: 'constant', value: text };
    }
    if (kind === 'integer') return { kind: 'constant', value: BigInt(stream.take().value) };
    if (kind === 'float') return { kind: 'constant', value: Number(stream.take().value) };
    if (stream.skip('operator', '(')) {
      const inner = this.tuple({ inParentheses: true });
      stream.expect('operator', ')');
      return inner;
    }
    if (stream.skip('operator', '[')) {
      const items = this.#list(']', () => this.expression());
      return { kind: 'list', items };
    }
    if (stream.skip('operator', '{')) {
      const items = this.#list('}', (): readonly [Expression, Expression] => {
        const key = this.expression();
        stream.expect('operator', ':');
        return [key, this.expression()];
      });
      return { kind: 'dict', items };
    }
    return stream.fail(`unexpected ${stream.shown}`);
  }

  #list<T>(close: string, item: () => T): T[] {
    const items: T[] = [];
    while (!this.stream.is('operator', close)) {
      if (items.length > 0) this.stream.expect('operator', ',');
      if (this.stream.is('operator', close)) break;
      items.push(item());
    }
    this.stream.expect('operator', close);
    return items;
  }

  #postfix(value: Expression): Expression {
    const { stream } = this;
    for (;;) {
      if (stream.skip('operator', '.')) {
        const { kind, value: name } = stream.take();
        if (kind === 'name') value = { kind: 'attribute', object: value, name };
        else if (kind === 'integer')
          value = { kind: 'item', object: value, key: { kind: 'constant', value: BigInt(name) } };
        else stream.fail('expected name or number');
      } else if (stream.skip('operator', '[')) value = this.#subscript(value);
      else if (stream.is('operator', '(')) value = { kind: 'call', callee: value, given: this.#arguments() };
      else return value;
    }
  }

  #subscript(object: Expression): Expression {
    const { stream } = this;
    const bounds: (Expression | undefined)[] = [];
    let isSlice = false;
    const bound = (): Expression | undefined =>
      stream.is('operator', ':') || stream.is('operator', ']') || stream.is('operator', ',')
        ? undefined
        : this.expression();
    const first = bound();
    bounds.push(first);
    while (bounds.length < 3 && stream.skip('operator', ':')) {
      isSlice = true;
      bounds.push(bound());
    }
    if (isSlice) {
      stream.expect('operator', ']');
      return { kind: 'slice', object, bounds };
    }
    if (!first) return stream.fail('expected subscript expression');
    if (!stream.is('operator', ',')) {
      stream.expect('operator', ']');
      return { kind: 'item', object, key: first };
    }
    const items = [first];
    while (stream.skip('operator', ',')) if (!stream.is('operator', ']')) items.push(this.expression());
    stream.expect('operator', ']');
    return { kind: 'item', object, key: { kind: 'tuple', items } };
  }

  #arguments(): Arguments {
    const { stream } = this;
    stream.expect('operator', '(');
    const args: Expression[] = [];
    const keywords: [string, Expression][] = [];
    let moreArgs: Expression | undefined;
    let moreKeywords: Expression | undefined;
    this.#list(')', () => {
      const isNamed = stream.is('name') && stream.next.kind === 'operator' && stream.next.value === '=';
      if (stream.is('operator', '*') && !moreArgs && !moreKeywords) {
        stream.take();
        moreArgs = this.expression();
      } else if (stream.is('operator', '**') && !moreKeywords) {
        stream.take();
        moreKeywords = this.expression();
      } else if (isNamed && !moreKeywords) {
        const name = stream.take().value;
        stream.take();
        keywords.push([name, this.expression()]);
      } else {
        if (moreArgs || moreKeywords || keywords.length > 0)
          stream.fail('invalid syntax for function call expression');
        args.push(this.expression());
      }
    });
    return { args, keywords, moreArgs, moreKeywords };
  }

  #filtersAndTests(value: Expression): Expression {
    const { stream } = this;
    for (;;) {
      if (stream.is('operator', '|')) value = this.filter(value);
      else if (stream.isName('is')) value = this.#test(value);
      else if (stream.is('operator', '(')) value = { kind: 'call', callee: value, given: this.#arguments() };
      else return value;
    }
  }

  #dotted(): string {
    let name = this.stream.expect('name').value;
    while (this.stream.skip('operator', '.')) name += `.${this.stream.expect('name').value}`;
    return name;
  }

  /** Filters from here on; `inline` when the first stands without `|`. */
  filter(value: Expression | undefined, inline = false): Expression {
    const { stream } = this;
    let filtered = value;
    for (let isInline = inline; isInline || stream.is('operator', '|'); isInline = false) {
      if (!isInline) stream.take();
      const name = this.#dotted();
      const given = stream.is('operator', '(') ? this.#arguments() : NONE;
      filtered = { kind: 'filter', name, object: filtered, given };
    }
    return filtered ?? stream.fail('expected a filter');
  }

  #test(value: Expression): Expression {
    const { stream } = this;
    stream.take();
    const isNot = stream.skip('name', 'not');
    const name = this.#dotted();
    let given = NONE;
    const { kind, value: text } = stream.current;
    const begins =
      ['name', 'string', 'integer', 'float'].includes(kind) ||
      (kind === 'operator' && ['[', '{'].includes(text));
    if (stream.is('operator', '(')) given = this.#arguments();
    else if (begins && !stream.isName('else', 'or', 'and')) {
      if (stream.isName('is')) stream.fail('You cannot chain multiple tests with is');
      given = { args: [this.#postfix(this.primary())], keywords: [] };
    }
    const test: Expression = { kind: 'test', name, object: value, given };
    return isNot ? { kind: 'not', of: test } : test;
  }
}
