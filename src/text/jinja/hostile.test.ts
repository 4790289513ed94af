// Templates that would hold their thread, or fill the memory, are stopped; each without the bounds would outlast the test.
import { describe, expect, test } from 'vitest';
import { renderTemplate } from './render';
import { TemplateError } from './python/template-error';

const loops = (depth: number): string =>
  `${'{% for x in range(100000) %}'.repeat(depth)}x${'{% endfor %}'.repeat(depth)}`;

const HOSTILE: Readonly<Record<string, string>> = {
  'loops within loops': loops(3),
  'loops that print nothing':
    '{% for x in range(100000) %}{% for y in range(100000) %}{% endfor %}{% endfor %}',
  'a string that doubles':
    "{% set ns = namespace(s='ab') %}{% for x in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
  'a string that doubles by ~':
    "{% set ns = namespace(s='ab') %}{% for x in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
  'a string that doubles by replace':
    "{% set ns = namespace(s='a') %}{% for x in range(100) %}{% set ns.s = ns.s|replace('a', 'aa') %}{% endfor %}",
  'a string times a number': "{{ 'a' * 10000000000 }}",
  'a list times a number': '{{ [1] * 10000000000 }}',
  'a list that doubles':
    '{% set ns = namespace(s=[1]) %}{% for x in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}',
  'a list that doubles itself and is printed':
    '{% set ns = namespace(s=[1]) %}{% for x in range(100) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}',
  'a list that doubles itself as JSON':
    '{% set ns = namespace(s=[1]) %}{% for x in range(100) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s|tojson }}',
  'lists that double themselves and are compared':
    '{% set ns = namespace(s=[1], t=[1]) %}{% for x in range(100) %}{% set ns.s = [ns.s, ns.s] %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.s == ns.t }}',
  'a tuple that doubles itself as a key':
    '{% set ns = namespace(s=(1,)) %}{% for x in range(100) %}{% set ns.s = (ns.s, ns.s) %}{% endfor %}{{ {ns.s: 1} }}',
  'a number that grows': '{{ 9 ** 9 ** 9 ** 9 ** 9 }}',
  'a number that squares itself':
    '{% set ns = namespace(n=9) %}{% for x in range(100) %}{% set ns.n = ns.n * ns.n %}{% endfor %}',
  'a wide field': "{{ '%1000000000d' % 1 }}{{ '{:>1000000000}'.format(1) }}{{ 'a'.center(10000000000) }}",
  'a macro that calls itself': '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}',
  'a macro that calls itself twice':
    '{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}',
  'a recursive loop': '{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}',
  'an expression of parentheses': `{{ ${'('.repeat(200_000)}1${')'.repeat(200_000)} }}`,
  'lists within lists': `{{ ${'['.repeat(100_000)}${']'.repeat(100_000)} }}`,
  'ifs within ifs': '{% if 1 %}'.repeat(40_000) + '{% endif %}'.repeat(40_000),
  nots: `{{ ${'not '.repeat(200_000)}1 }}`,
  'a template of many megabytes': 'x'.repeat(60 * 2 ** 20),
  'an indentation':
    "{{ [[[1]]]|tojson(indent=1000000000) }}{{ 'a\\nb'|indent(1000000000) }}{% for x in range(100000) %}{{ ('a\\n' * 100000)|indent(1000) }}{% endfor %}",
  'batches with a fill': "{{ [1]|batch(10000000000, 'x')|list }}",
  slices: '{{ [1]|slice(10000000000)|list }}',
  'a join that multiplies':
    "{% set ns = namespace(s='ab') %}{% for x in range(100) %}{% set ns.s = ns.s.join([ns.s, ns.s, ns.s]) %}{% endfor %}",
  'searches in a long text':
    "{% set s = 'a' * 8000000 %}{% for x in range(100000) %}{{ s.count('aaab') }}{% endfor %}",
  'sorting again and again':
    '{% set r = range(100000)|list %}{% for x in r %}{% set y = r|sort %}{% endfor %}',
  'a namespace that holds itself': '{% set ns = namespace() %}{% set ns.me = ns %}{{ ns }}',
  'slicing again and again':
    "{% set s = 'a' * 1000000 %}{% for x in range(100000) %}{% set y = s[1:] %}{% endfor %}",
  tabs: "{{ ('\\t' * 1000000).expandtabs(100000) }}",
};

describe('hostile templates', () => {
  test.each(Object.entries(HOSTILE))('%s', (_, template) => {
    expect(() => renderTemplate(template, {})).toThrow(TemplateError);
  });
  test('a long conversation is far from the bounds', () => {
    const messages = Array.from({ length: 400 }, (_, i) => ({
      role: i % 2 ? 'assistant' : 'user',
      content: 'word '.repeat(400),
    }));
    const template =
      "{% for m in messages %}{% if m.role == 'user' %}{{ '[INST] ' + m.content|trim + ' [/INST]' }}{% else %}{{ m.content.strip() ~ eos }}{% endif %}{% endfor %}";
    expect(renderTemplate(template, { messages, eos: '</s>' }).length).toBeGreaterThan(700_000);
  });
});
