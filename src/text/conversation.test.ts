import { expect, test } from 'vitest';
import { type ChatMessage, renderConversation } from './conversation';

const render = (template: string, messages: readonly ChatMessage[]): string =>
  renderConversation(template, messages, { bosToken: '<s>', eosToken: '</s>', addGenerationPrompt: true });
const system: ChatMessage = { role: 'system', content: 'Be brief.' };
const user: ChatMessage = { role: 'user', content: 'Hi' };
const answer: ChatMessage = { role: 'assistant', content: 'Hello', reasoningContent: 'They greet me.' };

test('templates that take content as parts get parts', () => {
  expect(render("{{ messages[0]['content'][0]['text'] }}", [user])).toBe('Hi');
  expect(
    render('{% for m in messages %}{% for p in m.content %}{{ p.text }}{% endfor %}{% endfor %}', [user]),
  ).toBe('Hi');
  const selected =
    "{{ messages[0].content | selectattr('type', 'equalto', 'text') | map(attribute='text') | join }}";
  expect(render(selected, [user])).toBe('Hi');
});
test('templates that take texts, or both, get texts', () => {
  expect(render('{% for m in messages %}{{ m.content }}{% endfor %}', [system, user])).toBe('Be brief.Hi');
  const both =
    "{% for m in messages %}{% if m.content is string %}text:{{ m.content }}{% else %}{% for p in m.content %}{{ p['text'] }}{% endfor %}{% endif %}{% endfor %}";
  expect(render(both, [user])).toBe('text:Hi');
  // A list that is printed as a list is no text.
  expect(render('{{ messages[0].content | tojson }}{# .text #}', [user])).toBe('"Hi"');
});
test('each message gets the form that its role wants', () => {
  const mixed =
    "{% for m in messages %}{% if m.role == 'system' %}{{ m.content.strip() }};{% else %}{% for p in m.content %}{{ p.text }}{% endfor %}{% endif %}{% endfor %}";
  expect(render(mixed, [system, user])).toBe('Be brief.;Hi');
});
test("a template's own error stays its own", () => {
  const refuses =
    "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{{ m.content }}{# text #}{% endfor %}";
  expect(() => render(refuses, [system, user])).toThrow('System role not supported');
  expect(() => render("{{ raise_exception('no text') }}", [user])).toThrow('no text');
});
test('thoughts go where the template takes them, and nowhere else', () => {
  const keyed =
    '{% for m in messages %}{% if m.reasoning_content %}<think>{{ m.reasoning_content }}</think>{% endif %}{{ m.content }};{% endfor %}';
  expect(render(keyed, [user, answer])).toBe('Hi;<think>They greet me.</think>Hello;');
  expect(render('{% for m in messages %}{{ m.content }};{% endfor %}', [user, answer])).toBe('Hi;Hello;');
  const parts =
    "{% for m in messages %}{% if m.content is string %}{{ m.content }}{% else %}{% for p in m.content %}{% if p.type == 'thinking' %}[THINK]{{ p.thinking }}[/THINK]{% else %}{{ p.text }}{% endif %}{% endfor %}{% endif %};{% endfor %}";
  expect(render(parts, [user, answer])).toBe('Hi;[THINK]They greet me.[/THINK]Hello;');
});
test('tools and documents are none, as transformers hands them over', () => {
  expect(render('{{ tools }} {{ documents }} {{ bos_token }} {{ add_generation_prompt }}', [user])).toBe(
    'None None <s> True',
  );
});
