import { isDeepStrictEqual } from 'node:util';
import type { Conversation, Message } from '../../../store/chat/conversation';
import {
  asMarkdown,
  conversationFile,
  parseConversations,
  type SavedConversation,
  withNewIds,
} from '../../../store/chat/transfer';
import { branchOf, leafOf, newestLeaf, pathTo } from '../../../store/chat/tree';
import { mutatedJson, type Words } from '../mutate-json';
import { fuzzer, rule, shownBytes } from '../reader';

const sampling = { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, seed: 1, maxTokens: 256 };
const conversation: Conversation = {
  id: 'c',
  modelId: '00ff',
  modelLabel: 'model.gguf',
  title: 'A story',
  createdMs: 1,
  changedMs: 5,
  head: 'answer',
  startsAt: null,
  level: 'Q8_0',
  count: 2,
  system: 'Be brief.',
  stop: ['\n\n'],
  sampling,
};
const messages: readonly Message[] = [
  { id: 'question', conversation: 'c', parent: null, role: 'user', content: 'Tell one.', createdMs: 2 },
  {
    id: 'answer',
    conversation: 'c',
    parent: 'question',
    role: 'assistant',
    content: 'Once.',
    reasoningContent: 'A short one.',
    parts: [
      { kind: 'thoughts', text: 'A short one.' },
      { kind: 'answer', text: 'Once.' },
    ],
    createdMs: 3,
    level: 'Q8_0',
    sampling,
    timing: {
      stopped: 'stop token',
      evaluated: 7,
      timeToFirstTokenMs: 20,
      promptTokensPerSecond: 300,
      tokensPerSecond: 40,
      tokens: 4,
      promptTokens: 9,
      thoughtsMs: 12,
    },
  },
  {
    id: 'beside',
    conversation: 'c',
    parent: 'question',
    role: 'assistant',
    content: 'Twice.',
    createdMs: 4,
    edited: true,
  },
];
const seed = conversationFile([{ conversation, messages }]);
const words: Words = {
  keys: [
    'id',
    'parent',
    'head',
    'startsAt',
    'role',
    'content',
    'parts',
    'kind',
    'timing',
    'sampling',
    'stop',
  ],
  values: ['question', 'answer', 'beside', 'user', 'system', 0, -1, 1e300, null, [], {}],
};

export const reader = fuzzer<Uint8Array<ArrayBuffer>, readonly SavedConversation[]>({
  name: 'conversations',
  sources: ['src/store/chat/transfer.ts', 'src/store/chat/check.ts'],
  inputs: 1_000_000,
  make: (r) => mutatedJson(r, seed, words),
  read: (bytes) => parseConversations('fuzz.json', new TextDecoder().decode(bytes)),
  check: (_, accepted) => {
    let count = 0;
    const taken = withNewIds(accepted, () => `new ${count++}`);
    for (const saved of taken) {
      // Shows it, as the page does.
      const byId = Object.fromEntries(saved.messages.map((m) => [m.id, m]));
      const path = pathTo(byId, saved.conversation.head);
      rule(saved.conversation.head === null || path.length > 0, 'the head is a message of it');
      rule(path.length <= saved.messages.length, 'a branch does not run in a circle');
      rule(saved.messages.length === 0 || newestLeaf(byId) !== null, 'it begins somewhere');
      for (const message of path) {
        const { at, of } = branchOf(byId, message.id);
        rule(at >= 1 && at <= of, `version ${at} of ${of}`);
        rule(byId[leafOf(byId, message.id)] !== undefined, 'a branch ends with a message');
      }
      rule(
        asMarkdown(saved.conversation, path, { you: 'You', model: 'Model' }).startsWith('# '),
        'it is Markdown',
      );
    }
    rule(
      isDeepStrictEqual(parseConversations('again.json', conversationFile(accepted)), accepted),
      'it is the same again',
    );
  },
  show: shownBytes,
});
