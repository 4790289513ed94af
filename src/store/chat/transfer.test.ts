import { describe, expect, test } from 'vitest';
import type { Conversation, Message } from './conversation';
import { asMarkdown, conversationFile, parseConversations, withNewIds } from './transfer';

const sampling = {
  temperature: 0.8,
  topK: 40,
  topP: 0.95,
  minP: 0.05,
  seed: 1,
  maxTokens: 256,
  repeatPenalty: 1.1,
};
const conversation: Conversation = {
  id: 'c',
  modelId: '00ff',
  modelLabel: 'model.gguf',
  title: 'A story',
  createdMs: 1,
  changedMs: 5,
  head: 'a',
  startsAt: 'q',
  level: 'Q8_0',
  count: 2,
  system: 'Be brief.',
  stop: ['\n\n', 'END'],
  sampling,
};
const messages: Message[] = [
  { id: 'q', conversation: 'c', parent: null, role: 'user', content: 'Tell one.', createdMs: 2 },
  {
    id: 'a',
    conversation: 'c',
    parent: 'q',
    role: 'assistant',
    content: 'Once.',
    parts: [{ kind: 'answer', text: 'Once.' }],
    createdMs: 3,
    level: 'Q8_0',
    sampling,
    timing: {
      stopped: 'stop string',
      stopString: 'END',
      evaluated: 7,
      timeToFirstTokenMs: 20,
      promptTokensPerSecond: 300,
      tokensPerSecond: 40,
      tokens: 4,
      promptTokens: 9,
    },
  },
];
const text = conversationFile([{ conversation, messages }]);
interface Loose {
  conversation: { sampling: { topP: number }; stop: unknown[] };
  messages: {
    role: string;
    parent: string;
    id: string;
    content: unknown;
    html?: string;
    timing: { tokens: number };
  }[];
}
/** The file with one thing changed. */
const changed = (change: (file: { conversations: Loose[] }) => void): string => {
  const file = JSON.parse(text) as { conversations: Loose[] };
  change(file);
  return JSON.stringify(file);
};

describe('a file of conversations', () => {
  test('gives them back as they were', () => {
    expect(parseConversations('a.json', text)).toEqual([{ conversation, messages }]);
  });
  test('gets new ids, so that nothing that is here is written over, with all links in place', () => {
    let count = 0;
    const [taken] = withNewIds(parseConversations('a.json', text), () => `n${count++}`);
    expect(taken?.conversation).toMatchObject({ id: 'n0', head: 'n2', startsAt: 'n1', title: 'A story' });
    expect(taken?.messages).toMatchObject([
      { id: 'n1', conversation: 'n0', parent: null },
      { id: 'n2', conversation: 'n0', parent: 'n1' },
    ]);
  });
  test('drops what it does not know', () => {
    const more = changed((f) => {
      f.conversations[0]!.messages[0]!.html = '<img src=x>';
    });
    expect(JSON.stringify(parseConversations('a.json', more))).not.toContain('html');
  });
  test.each([
    ['{', /^a\.json is no JSON/],
    ['[]', /^a\.json is no file of conversations: format is missing/],
    ['null', /is no file of conversations/],
    [
      changed((f) => (f.conversations[0]!.messages[1]!.role = 'system')),
      /conversations\[0\]\.messages\[1\]\.role is "system", expected "user" or "assistant"/,
    ],
    [
      changed((f) => (f.conversations[0]!.messages[1]!.parent = 'a')),
      /conversations\[0\]\.messages\[1\]\.parent is "a", expected the id of a message before it/,
    ],
    [
      changed((f) => (f.conversations[0]!.messages[1]!.id = 'q')),
      /messages\[1\]\.id is "q", expected an id of its own/,
    ],
    [
      changed((f) => (f.conversations[0]!.messages[0]!.content = 5)),
      /messages\[0\]\.content is 5, expected a text/,
    ],
    [
      changed((f) => (f.conversations[0]!.messages[1]!.timing.tokens = -1)),
      /messages\[1\]\.timing\.tokens is -1, expected a number from 0/,
    ],
    [
      changed((f) => (f.conversations[0]!.conversation.sampling.topP = 2)),
      /conversations\[0\]\.conversation\.sampling has topP 2, expected a number from 0 to 1/,
    ],
    [
      changed((f) => (f.conversations[0]!.conversation.stop = [1])),
      /conversation\.stop is 1, expected texts/,
    ],
    [
      changed((f) => (f.conversations = new Array(1001).fill({}) as never)),
      /conversations is .*, expected a list of at most 1000/,
    ],
    [
      changed((f) => (f.conversations[0]!.messages[0]!.content = 'x'.repeat(4_000_001))),
      /content is ".*…, expected a text of at most 4000000/,
    ],
  ])('that is none is refused with the place: %#', (bad, why) => {
    expect(() => parseConversations('a.json', bad)).toThrow(why);
  });
});

test('as Markdown each turn has its speaker', () => {
  expect(asMarkdown(conversation, messages, { you: 'You', model: 'Model' })).toBe(
    '# A story\n\nmodel.gguf\n\n## You\n\nTell one.\n\n## Q8_0\n\nOnce.\n',
  );
});
