import { TemplateError } from '../../../text/jinja/python/template-error';
import { renderTemplate } from '../../../text/jinja/render';
import { NibbleError } from '../../../util/errors';
import { type Chooser, oddTexts } from '../chooser';
import { mutateBytes } from '../mutate-json';
import { fuzzer, rule } from '../reader';
import { body } from '../template-grammar';

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
