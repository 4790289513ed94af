import type { Expression, MacroBody, Parameter, Statement, Target } from './ast';
import { Lexer } from './lexer';
import { ExpressionParser } from './parse-expression';
import { parseTarget } from './parse-target';
import { TokenStream } from './token-stream';

const SPECIAL = ['varargs', 'kwargs', 'caller'];

/** The names among `varargs`, `kwargs` and `caller` that are read anywhere below a node. */
function specialReads(node: unknown, found: Set<string>): Set<string> {
  if (Array.isArray(node)) for (const item of node) specialReads(item, found);
  else if (node !== null && typeof node === 'object') {
    const { kind, name } = node as { kind?: unknown; name?: unknown };
    if (kind === 'name' && typeof name === 'string' && SPECIAL.includes(name)) found.add(name);
    for (const item of Object.values(node)) specialReads(item, found);
  }
  return found;
}

/** Statements of a template. Source: Jinja2's parser.py, ext.py (loop controls), transformers' `generation` block. */
class Parser {
  readonly #stream: TokenStream;
  readonly #expressions: ExpressionParser;
  #loops = 0;

  constructor(stream: TokenStream) {
    this.#stream = stream;
    this.#expressions = new ExpressionParser(stream);
  }

  /** Statements up to a tag of one of these names, which stays; without names up to the end. */
  statements(...ends: string[]): Statement[] {
    const stream = this.#stream;
    const body: Statement[] = [];
    for (;;) {
      if (stream.is('data')) body.push({ kind: 'text', text: stream.take().value });
      else if (stream.skip('print begin')) {
        body.push({ kind: 'print', value: this.#expressions.tuple() });
        stream.expect('print end');
      } else if (stream.skip('block begin')) {
        if (stream.isName(...ends)) return body;
        body.push(this.#statement(ends));
        stream.expect('block end');
      } else if (ends.length === 0) return body;
      else stream.fail(`unexpected end of template, expected '${ends.join("' or '")}'`);
    }
  }

  /** The body of a block up to its end tag, of which the name is taken. */
  #body(end: string): Statement[] {
    this.#stream.expect('block end');
    const body = this.statements(end);
    this.#stream.take();
    return body;
  }

  #statement(ends: readonly string[]): Statement {
    const stream = this.#stream;
    const tag = stream.expect('name').value;
    switch (tag) {
      case 'if':
        return this.#if();
      case 'for':
        return this.#for();
      case 'set':
        return this.#set();
      case 'macro': {
        const name = stream.expect('name').value;
        return { kind: 'macro', macro: { ...this.#macro(name, 'endmacro'), name } };
      }
      case 'call':
        return this.#call();
      case 'filter': {
        const filter = this.#expressions.filter(undefined, true);
        return { kind: 'filter block', filter, body: this.#body('endfilter') };
      }
      case 'with':
        return this.#with();
      case 'generation':
        return { kind: 'scope', body: this.#body('endgeneration') };
      case 'block':
        return this.#block();
      case 'break':
      case 'continue':
        if (this.#loops === 0) stream.fail(`'${tag}' outside loop`);
        return { kind: tag };
      default: {
        const expected = ends.length > 0 ? ` (expected '${ends.join("' or '")}')` : '';
        return stream.fail(`Encountered unknown tag '${tag}'${expected}`);
      }
    }
  }

  #if(): Statement {
    const stream = this.#stream;
    const branches: [Expression, Statement[]][] = [];
    for (;;) {
      const test = this.#expressions.tuple({ withChoice: false });
      stream.expect('block end');
      branches.push([test, this.statements('elif', 'else', 'endif')]);
      const { value } = stream.take();
      if (value === 'elif') continue;
      return { kind: 'if', branches, otherwise: value === 'else' ? this.#body('endif') : [] };
    }
  }

  #for(): Statement {
    const stream = this.#stream;
    const target = parseTarget(stream, 'in');
    stream.expect('name', 'in');
    const over = this.#expressions.tuple({ withChoice: false, end: 'recursive' });
    const test = stream.skip('name', 'if') ? this.#expressions.expression() : undefined;
    const recursive = stream.skip('name', 'recursive');
    stream.expect('block end');
    this.#loops++;
    const body = this.statements('endfor', 'else');
    this.#loops--;
    const otherwise = stream.take().value === 'else' ? this.#body('endfor') : [];
    return { kind: 'for', target, over, test, recursive, body, otherwise };
  }

  #set(): Statement {
    const target = parseTarget(this.#stream);
    if (this.#stream.skip('operator', '=')) return { kind: 'set', target, value: this.#expressions.tuple() };
    const filter = this.#stream.is('operator', '|') ? this.#expressions.filter(undefined) : undefined;
    return { kind: 'set block', target, filter, body: this.#body('endset') };
  }

  #parameters(): Parameter[] {
    const stream = this.#stream;
    const parameters: Parameter[] = [];
    stream.expect('operator', '(');
    while (!stream.is('operator', ')')) {
      if (parameters.length > 0) stream.expect('operator', ',');
      if (stream.is('operator', ')')) break;
      const name = stream.expect('name').value;
      const usual = stream.skip('operator', '=') ? this.#expressions.expression() : undefined;
      if (!usual && parameters.some((p) => p.usual))
        stream.fail('non-default argument follows default argument');
      parameters.push({ name, usual });
    }
    stream.expect('operator', ')');
    return parameters;
  }

  #macro(name: string | undefined, end: string): MacroBody {
    const parameters = name !== undefined || this.#stream.is('operator', '(') ? this.#parameters() : [];
    return this.#macroBody(name, parameters, end);
  }

  #macroBody(name: string | undefined, parameters: readonly Parameter[], end: string): MacroBody {
    const loops = this.#loops;
    this.#loops = 0;
    const body = this.#body(end);
    this.#loops = loops;
    return { name, parameters, body, reads: specialReads(body, new Set()) };
  }

  #call(): Statement {
    const parameters = this.#stream.is('operator', '(') ? this.#parameters() : [];
    const call = this.#expressions.expression();
    if (call.kind !== 'call') return this.#stream.fail('expected call');
    return { kind: 'call block', call, macro: this.#macroBody(undefined, parameters, 'endcall') };
  }

  #with(): Statement {
    const stream = this.#stream;
    const pairs: [Target, Expression][] = [];
    while (!stream.is('block end')) {
      if (pairs.length > 0) stream.expect('operator', ',');
      const name = stream.expect('name').value;
      stream.expect('operator', '=');
      pairs.push([{ kind: 'name', name }, this.#expressions.expression()]);
    }
    return { kind: 'with', pairs, body: this.#body('endwith') };
  }

  /** Without inheritance a block is where it stands. */
  #block(): Statement {
    const stream = this.#stream;
    const name = stream.expect('name').value;
    while (stream.skip('name', 'scoped') || stream.skip('name', 'required'));
    const body = this.#body('endblock');
    stream.skip('name', name);
    return { kind: 'scope', body };
  }
}

/** Reads a template. Throws TemplateError with the line. */
export const parse = (template: string): readonly Statement[] =>
  new Parser(new TokenStream(new Lexer(template).tokenize())).statements();
