// Token ids and chat templates against the reference collection, where it lies beside the checkout.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { memorySource } from '../files/byte-source';
import { getString } from '../files/gguf/metadata';
import { readGguf } from '../files/gguf/read';
import { ggufHeader } from '../files/gguf/write';
import { encodeChat } from '../text/chat-template';
import { type ChatMessage, renderConversation } from '../text/conversation';
import { hashOfIds } from '../model/convert/vocabulary/check-hash';
import { checkTextHashes, PRE_TOKENIZER_CHECK } from '../text/pre-tokenizer-hashes';
import { preTokenizerByName } from '../text/pre-tokenizers';
import { textOf } from '../text/text-stream';
import { createTokenizer } from '../text/tokenizer';
import { hasShared, sharedBytes, sharedFolder, sharedJson } from './golden';

interface VocabularyCases {
  has_vocab_gguf: boolean;
  cases: { text: string; ids: number[] }[];
}
interface Expected {
  token_cases: { text: string; add_special: number[]; no_special: number[] }[];
  chat_case: { messages: ChatMessage[]; rendered: string; ids_parse_special_no_bos: number[] };
}
interface Templates {
  render_date: string;
  conversations: Record<string, ChatMessage[]>;
  templates: {
    name: string;
    template: string;
    bos_token: string;
    eos_token: string;
    cases: {
      conversation: string;
      add_generation_prompt: boolean;
      jinja2: { text?: string; error?: string };
    }[];
  }[];
}

if (!hasShared) process.stdout.write('NOT RUN: the reference texts are not beside this checkout.\n');

const vocabularies = hasShared
  ? Object.entries(sharedJson<Record<string, VocabularyCases>>('golden/tokenizer/vocab_cases.json')).filter(
      ([file]) => existsSync(join(sharedFolder, 'models/vocabs', file)),
    )
  : [];
const architectures = hasShared
  ? sharedJson<{ name: string }[]>('models/arch/index.json').map((a) => a.name)
  : [];
const { templates, conversations, render_date } = hasShared
  ? sharedJson<Templates>('golden/templates.json')
  : { templates: [], conversations: {}, render_date: '' };

/** Equivalent names: mpt and olmo, for example, share their rules. */
const sameMeaning = (a = '', b = ''): boolean =>
  preTokenizerByName(a) !== undefined && preTokenizerByName(a) === preTokenizerByName(b);

describe.runIf(hasShared)('reference texts', () => {
  test('ten vocabularies and fourteen architectures are there', () => {
    expect(vocabularies).toHaveLength(10);
    expect(architectures).toHaveLength(14);
    expect(templates).toHaveLength(18);
  });

  test.each(vocabularies)('%s: every text', async (file, { cases }) => {
    const { metadata } = await readGguf(memorySource(file, sharedBytes(`models/vocabs/${file}`)));
    const tokenizer = createTokenizer(file, metadata);
    for (const { text, ids } of cases) expect(tokenizer.encode(text, { addBos: false }), text).toEqual(ids);
    // Byte-level vocabularies are detected by the ids of the check text.
    if (getString(metadata, 'tokenizer.ggml.model') !== 'gpt2') return;
    const ids = tokenizer.encode(PRE_TOKENIZER_CHECK, { addBos: false });
    // Some vocabularies add BOS.
    const hashes = [ids, [tokenizer.bos ?? -1, ...ids]].map(hashOfIds);
    const name = hashes.map((hash) => checkTextHashes[hash]).find(Boolean);
    expect(sameMeaning(name, getString(metadata, 'tokenizer.ggml.pre')), hashes.join()).toBe(true);
  });

  test.each(['ggml-vocab-llama-spm.gguf', 'ggml-vocab-phi-3.gguf'])(
    '%s: the token that is a byte order mark',
    async (file) => {
      const bytes = sharedBytes(`models/vocabs/${file}`);
      const { metadata, tensors } = await readGguf(memorySource(file, bytes));
      const header = ggufHeader(metadata, tensors);
      expect(Buffer.compare(header.subarray(0, bytes.length), bytes)).toBe(0);
      const tokenizer = createTokenizer(file, metadata);
      expect(tokenizer.text(30143)).toBe('\ufeff');
      expect(tokenizer.encode('\ufeff', { addBos: false }).at(-1)).toBe(30143);
      expect(tokenizer.encode('a\ufeffb', { addBos: false })).toContain(30143);
      expect(textOf(tokenizer, [30143])).toBe('\ufeff');
    },
  );

  test.each(architectures)('%s: texts and a conversation', async (name) => {
    const path = `models/arch/${name}`;
    const want = sharedJson<Expected>(`${path}/expected.json`);
    const { metadata } = await readGguf(memorySource(name, sharedBytes(`${path}/${name}-F32.gguf`)));
    const tokenizer = createTokenizer(name, metadata);
    for (const { text, add_special, no_special } of want.token_cases) {
      expect(tokenizer.encode(text, { addBos: true, control: true }), text).toEqual(add_special);
      expect(tokenizer.encode(text, { addBos: false, control: true }), text).toEqual(no_special);
    }
    const { messages, rendered, ids_parse_special_no_bos: ids } = want.chat_case;
    expect(tokenizer.encode(rendered, { addBos: false, control: true })).toEqual(ids);
    const chat = encodeChat(tokenizer, metadata, messages);
    expect(chat.text).toBe(rendered);
    expect(chat.ids.slice(-ids.length)).toEqual(ids);
  });

  beforeAll(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(`${render_date}T12:00:00`);
  });
  afterAll(() => vi.useRealTimers());
  test.each(templates)('template of $name', ({ template, bos_token, eos_token, cases }) => {
    for (const { conversation, add_generation_prompt, jinja2 } of cases) {
      const render = () =>
        renderConversation(template, conversations[conversation]!, {
          bosToken: bos_token,
          eosToken: eos_token,
          addGenerationPrompt: add_generation_prompt,
        });
      if (jinja2.text === undefined) expect(render, conversation).toThrow();
      else expect(render(), conversation).toBe(jinja2.text);
    }
  });
});
