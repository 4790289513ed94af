import { TemplateError } from '../../../text/jinja/python/template-error';
import { renderTemplate } from '../../../text/jinja/render';
import { NibbleError } from '../../../util/errors';
import { type Chooser, oddTexts } from '../chooser';
import { mutateBytes } from '../mutate-json';
import { fuzzer, rule } from '../reader';

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

const body: Part = (r, depth) => Array.from({ length: 1 + r.below(3) }, () => statement(r, depth)).join('');

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

const encoder = new TextEncoder();

interface Input {
  readonly text: string;
  /** The rendering, where it is known without the reader. */
  readonly known?: string;
}

/** A piece of a template, and what Python and Jinja make of it. */
function knownPiece(r: Chooser): readonly [text: string, rendered: string] {
  const a = r.below(41) - 20;
  const b = r.below(20) + 1;
  const word = r.pick(['abcdef', 'hello', 'xxayxx']);
  const [from, to] = [r.below(4), r.below(7)];
  switch (r.below(9)) {
    case 0:
      return [`{{ ${a} // ${b} }}`, String(Math.floor(a / b))];
    case 1:
      return [`{{ ${a} % ${b} }}`, String(a - b * Math.floor(a / b))];
    case 2:
      return [`{{ ${a} + ${b} * 2 }}`, String(a + b * 2)];
    case 3: {
      const all = Array.from({ length: b }, (_, i) => i + 1).join(',');
      return [
        `{% for i in range(${b}) %}{{ loop.index }}{% if not loop.last %},{% endif %}{% endfor %}`,
        all,
      ];
    }
    case 4:
      return [`{{ '${word}'[${from}:${to}] }}`, word.slice(from, to)];
    case 5:
      return [`{{ 'x' if ${a} < ${b - 10} else 'y' }}`, a < b - 10 ? 'x' : 'y'];
    case 6:
      return [`{{ '${word}'.strip('x') }}`, word.replace(/^x+|x+$/g, '')];
    case 7:
      return [`a  {{- ${b} -}}  b`, `a${b}b`];
    default:
      return [`{% if ${b} > 0 %}\nx\n{% endif %}\n`, 'x\n'];
  }
}

function makeKnown(r: Chooser): Input {
  const pieces = Array.from({ length: 1 + r.below(4) }, () => knownPiece(r));
  const known = pieces.map(([, rendered]) => `${rendered}|`).join('');
  return { text: pieces.map(([text]) => `${text}|`).join(''), known };
}

function make(r: Chooser): Input {
  return r.oneIn(20) ? makeKnown(r) : { text: makeText(r) };
}

function makeText(r: Chooser): string {
  const text = body(r, 1 + r.below(3));
  if (r.oneIn(30)) return text + r.pick(oddTexts);
  if (r.oneIn(4)) return new TextDecoder().decode(mutateBytes(r, encoder.encode(text)));
  if (!r.oneIn(4)) return text;
  // By structure: a tag is lost, doubled or moved.
  const tags = text.split(/(?=\{[{%#])|(?<=[}%#]\})/);
  const place = r.below(tags.length);
  if (r.oneIn(3)) tags.splice(place, 1);
  else tags.splice(r.below(tags.length), 0, tags[place]!);
  return tags.join('');
}

const variables = {
  messages: [
    { role: 'system', content: 'a b' },
    { role: 'user', content: 'ab\n' },
    { role: 'assistant', content: '' },
  ],
  bos_token: '<s>',
  add_generation_prompt: true,
  tools: null,
  ns: { v: 1 },
};
const NOW = new Date(0);

function render(text: string): string {
  try {
    return renderTemplate(text, variables, () => NOW);
  } catch (error) {
    if (error instanceof TemplateError) throw new NibbleError(error.message);
    throw error;
  }
}

export const reader = fuzzer<Input, string>({
  name: 'template',
  sources: [
    'src/text/jinja/render.ts',
    'src/text/jinja/interpreter.ts',
    'src/text/jinja/evaluator.ts',
    'src/text/jinja/loop.ts',
    'src/text/jinja/scope.ts',
    'src/text/jinja/syntax/lexer.ts',
    'src/text/jinja/syntax/parse.ts',
    'src/text/jinja/syntax/parse-expression.ts',
    'src/text/jinja/syntax/parse-target.ts',
    'src/text/jinja/syntax/token-stream.ts',
  ],
  inputs: 100_000,
  make,
  read: ({ text }) => render(text),
  check({ text, known }, rendered) {
    rule(known === undefined || rendered === known, `it renders as ${JSON.stringify(known)}`);
    rule(typeof rendered === 'string', 'it renders as text');
    // A brace at the end would begin a tag with what is put behind it; joiners and memory addresses change.
    if (/joiner|0x|\{$/.test(text)) return;
    rule(render(text) === rendered, 'it renders the same again');
    // Within a condition that holds it is the same, but for the white space that tags take with them.
    const inside = render(`{% if true %}${text}{% endif %}`);
    const bare = (s: string) => s.replace(/\s+/g, '');
    rule(bare(inside) === bare(rendered), 'it renders the same within a condition that holds');
    rule(render(`{% raw %}${'{'}{ x }}{% endraw %}${text}`).startsWith('{{ x }}'), 'text before it stays');
    if (!/[{}#%]/.test(text)) rule(bare(rendered) === bare(text), 'text without tags is printed');
  },
  show: ({ text }) => text,
});
