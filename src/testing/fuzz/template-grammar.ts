// Random templates by the grammar of Jinja.
import type { Chooser } from './chooser';

const NAMES = ['messages', 'm', 'x', 'ns', 'loop', 'bos_token', 'add_generation_prompt', 'tools', 'missing'];
const FIELDS = [
  'index0',
  'revindex',
  'revindex0',
  'previtem',
  'nextitem',
  'depth',
  'depth0',
  'cycle(1, 2)',
  'cycle()',
  'changed(x)',
  'role',
  'content',
  'index',
  'first',
  'last',
  'length',
  'items()',
  'keys()',
  'upper()',
  'strip()',
  'v',
];
const FILTERS = [
  'trim',
  'length',
  'upper',
  'tojson',
  'join(",")',
  'first',
  'last',
  'list',
  'default("d")',
  'string',
  'int',
  'replace("a", "b")',
  'selectattr("role", "equalto", "user")',
  'map(attribute="content")',
  'reverse',
  'sort',
  'indent(2)',
  'items',
  'nosuch',
];
const TESTS = [
  'defined',
  'none',
  'string',
  'mapping',
  'iterable',
  'odd',
  'divisibleby(2)',
  'in [1]',
  'true',
  'nosuch',
];
const BINARY = [
  '+',
  '-',
  '*',
  '/',
  '//',
  '%',
  '**',
  '~',
  '==',
  '!=',
  '<',
  '>',
  '<=',
  '>=',
  'and',
  'or',
  'in',
  'not in',
];
const STRINGS = ["''", "'a'", "'user'", '"b\\n"', "'{{'", "'\\u00e9'", "'%s'"];

type Part = (r: Chooser, depth: number) => string;

const expression: Part = (r, depth) => {
  if (depth <= 0)
    return r.pick<Part>([(q) => q.pick(NAMES), (q) => q.pick(STRINGS), (q) => String(q.below(20) - 3)])(r, 0);
  const inner = () => expression(r, depth - 1 - r.below(2));
  switch (r.below(22)) {
    case 0:
      return `${inner()} ${r.pick(BINARY)} ${inner()}`;
    case 1:
      return `${r.pick(NAMES)}.${r.pick(FIELDS)}`;
    case 2:
      return `${r.pick(NAMES)}[${inner()}]`;
    case 3:
      return `${inner()}|${r.pick(FILTERS)}`;
    case 4:
      return `${inner()} is ${r.oneIn(3) ? 'not ' : ''}${r.pick(TESTS)}`;
    case 5:
      return `(${inner()} if ${inner()}${r.oneIn(3) ? '' : ` else ${inner()}`})`;
    case 6:
      return `[${inner()}, ${inner()}]`;
    case 7:
      return `{'a': ${inner()}, 'role': ${inner()}}`;
    case 8:
      return `(${inner()})`;
    case 9:
      return `not ${inner()}`;
    case 10:
      return `-${inner()}`;
    case 11:
      return `${r.pick(NAMES)}[${inner()}:${r.oneIn(2) ? inner() : ''}${r.oneIn(3) ? `:${inner()}` : ''}]`;
    case 12:
      return `range(${r.below(6)})`;
    case 13:
      return `namespace(v=${inner()})`;
    case 14:
      return `(${inner()}, ${inner()})`;
    case 15:
      return `${r.pick(['raise_exception', 'strftime_now', 'dict', 'f', 'joiner', 'caller', 'lipsum'])}(${r.oneIn(3) ? '' : inner()})`;
    case 16:
      return `${r.pick(['f', 'loop', 'dict', 'namespace', 'range'])}(${r.pick(['*messages', '**ns', '*[1, 2]', "**{'b': 2}", 'x, b=1', '1, 2, 3', 'b=1, x', '[1]'])})`;
    case 17:
      return `+${inner()}`;
    case 18:
      return r.pick([
        '1.5',
        '1e3',
        '0x1f',
        '1_000',
        '.5',
        '1.',
        "'\\x41\\u0041\\101\\n'",
        "'\\N{DASH}'",
        "'\\U00110000'",
        '[]',
        '{}',
        '()',
        'x[]',
        '[1,]',
        '{1: 2,}',
        "'a' 'b'",
      ]);
    case 19:
      return `${inner()}|${r.pick(['a.b', 'map("upper")', '1', 'join', 'dictsort', 'batch(2)'])}`;
    case 20:
      return `${r.pick(STRINGS)}.${r.pick(['split("a")', 'startswith("a")', 'replace("a", "b")', 'format(1)', 'join([1])'])}`;
    default:
      return expression(r, 0);
  }
};

const block = (r: Chooser, inside: string): string =>
  `{%${r.oneIn(6) ? r.pick(['-', '+']) : ''} ${inside} ${r.oneIn(6) ? '-' : ''}%}`;

/** Statements and texts of a template; `depth` bounds how deep they stand in each other. */
export const body: Part = (r, depth) =>
  Array.from({ length: 1 + r.below(3) }, () => statement(r, depth)).join('');

const statement: Part = (r, depth) => {
  const value = () => expression(r, 1 + r.below(3));
  if (depth <= 0) return r.oneIn(2) ? r.pick(['text\n', ' ', 'a', '  b ', '\n']) : `{{ ${value()} }}`;
  const b = (inside: string) => block(r, inside);
  switch (r.below(17)) {
    case 0:
      return `${b(`if ${value()}`)}${body(r, depth - 1)}${r.oneIn(3) ? b(`elif ${value()}`) + body(r, depth - 1) : ''}${r.oneIn(2) ? b('else') + body(r, depth - 1) : ''}${b('endif')}`;
    case 1:
      return `${b(`for m in ${r.oneIn(2) ? 'messages' : value()}${r.oneIn(4) ? ` if ${value()}` : ''}${r.oneIn(8) ? ' recursive' : ''}`)}${body(r, depth - 1)}${r.oneIn(5) ? b('else') + body(r, depth - 1) : ''}${b('endfor')}`;
    case 2:
      return `${b(`for x, v in ${value()}`)}${body(r, depth - 1)}${b('endfor')}`;
    case 3:
      return b(`set ${r.pick(['x', 'ns.v', 'x, v', 'm', 'ns'])} = ${value()}`);
    case 4:
      return `${b('set x')}${body(r, depth - 1)}${b('endset')}`;
    case 5:
      return `${b(`macro f(a${r.oneIn(2) ? `, b=${value()}` : ''})`)}${body(r, depth - 1)}${b('endmacro')}{{ f(${value()}) }}`;
    case 6:
      return `${b(`filter ${r.pick(FILTERS)}`)}${body(r, depth - 1)}${b('endfilter')}`;
    case 7:
      return `${b(`call${r.oneIn(2) ? '(y)' : ''} f(${value()})`)}${body(r, depth - 1)}${b('endcall')}`;
    case 8:
      return b(r.pick(['break', 'continue', 'generation', 'endgeneration', 'do x', 'include "x"']));
    case 14:
      return `${b(`block ${r.pick(['a', 'b scoped', 'c required'])}`)}${body(r, depth - 1)}${b('endblock')}`;
    case 15:
      return `${b(`macro f(a, b=1${r.oneIn(3) ? ', c' : ''})`)}{{ varargs }}{{ kwargs }}${r.oneIn(2) ? '{{ caller() }}' : ''}${b('endmacro')}${body(r, depth - 1)}`;
    case 13:
      return `${b(`set x | ${r.pick(FILTERS)}`)}${body(r, depth - 1)}${b('endset')}${b(r.pick(['set (x, v) = [1, 2]', 'set true = 1', 'set = 1', 'for (a, b) in [[1, 2]]', 'call x']))}`;
    case 12:
      return `${b('for m in messages recursive')}{{ loop.index0 }}{{ loop(${r.pick(['[1]', '[]', 'm', 'x'])}) if loop.depth < 3 }}${body(r, depth - 1)}${b('endfor')}`;
    case 9:
      return `{# ${r.pick(['note', '{{', '%}'])} #}`;
    case 10:
      return `${b('raw')}${r.pick(['{{ x }}', '{% if', 'a'])}${b('endraw')}`;
    case 11:
      return `${b(`with x = ${value()}`)}${body(r, depth - 1)}${b('endwith')}`;
    default:
      return r.oneIn(2)
        ? r.pick(['text\n', ' ', 'a', '  b '])
        : `{{${r.oneIn(8) ? '-' : ''} ${value()} ${r.oneIn(8) ? '-' : ''}}}`;
  }
};
