import { describe, expect, test } from 'vitest';
import { arrayValue, GgufType, type MetaValue, stringValue, u32Value } from '../files/gguf/metadata';
import { TINY, tinyMetadata } from '../../bench/models/tiny-llama';
import { seededRandom } from '../util/random';
import { encodeChat, hasChatTemplate, renderChat } from './chat-template';
import { detectPreTokenizers, preTokenizerJson, preTokenizers } from './pre-tokenizers';
import { TextStream, textOf } from './text-stream';
import { byteOfChar } from './token-bytes';
import { createTokenizer } from './tokenizer';

const spm = createTokenizer('tiny', tinyMetadata(TINY));

/** A byte-level vocabulary: 256 bytes, a control token and one merge. */
function byteLevel(pre: string, template?: string): Map<string, MetaValue> {
  const tokens = [...byteOfChar].sort((a, b) => a[1] - b[1]).map(([c]) => c);
  const metadata = new Map<string, MetaValue>([
    ['tokenizer.ggml.model', stringValue('gpt2')],
    ['tokenizer.ggml.pre', stringValue(pre)],
    ['tokenizer.ggml.tokens', arrayValue(GgufType.STRING, [...tokens, 'th', '<|im_end|>'])],
    ['tokenizer.ggml.token_type', arrayValue(GgufType.INT32, [...tokens.map(() => 1), 1, 3])],
    ['tokenizer.ggml.merges', arrayValue(GgufType.STRING, ['t h'])],
    ['tokenizer.ggml.eos_token_id', u32Value(257)],
  ]);
  if (template) metadata.set('tokenizer.chat_template', stringValue(template));
  return metadata;
}

const strings = (count: number): string[] => {
  const next = seededRandom(4);
  const pools = ['abc the ', '0123 \n\t', 'äöüß½¹', '你好世界', '👍🏽🇩🇪', '\u2581<0x41>'];
  return Array.from({ length: count }, () =>
    Array.from({ length: Math.floor(next() * 12) }, () => {
      const pool = [...pools[Math.floor(next() * pools.length)]!];
      return pool[Math.floor(next() * pool.length)]!;
    }).join(''),
  );
};

/** Random Unicode characters except surrogates and U+2581, SentencePiece's space. */
function anyUnicode(count: number): string[] {
  const next = seededRandom(11);
  const char = (): string => {
    const max = [0x7f, 0x24f, 0xffff, 0x10ffff][Math.floor(next() * 4)]!;
    const code = Math.floor(next() * (max + 1));
    return (code >= 0xd800 && code <= 0xdfff) || code === 0x2581 ? ' ' : String.fromCodePoint(code);
  };
  return Array.from({ length: count }, () => Array.from({ length: Math.floor(next() * 20) }, char).join(''));
}

describe('tokenizers', () => {
  test('10,000 random Unicode strings come back, byte-level and SentencePiece', () => {
    const bytes = createTokenizer('t', byteLevel('llama-bpe'));
    for (const text of anyUnicode(10_000)) {
      expect(textOf(bytes, bytes.encode(text, { addBos: false }))).toBe(text);
      const ids = spm.encode(text, { addBos: false });
      expect(textOf(spm, ids)).toBe(text === '' ? '' : ` ${text}`);
    }
  });
  test.each(preTokenizers.map((p) => p.names[0]!))('%s: random strings come back', (pre) => {
    const tokenizer = createTokenizer('t', byteLevel(pre));
    for (const text of strings(300))
      expect(textOf(tokenizer, tokenizer.encode(text, { addBos: false }))).toBe(text);
  });
  test('SentencePiece: bytes stand in for unknown letters, a space goes in front, bos comes once', () => {
    const ids = spm.encode('ab é', { addBos: true });
    expect(ids[0]).toBe(1);
    expect(textOf(spm, ids)).toBe(' ab é');
    expect(spm.stops).toEqual([2]);
  });
  test('half a character is held back until it is whole', () => {
    const tokenizer = createTokenizer('t', byteLevel('gpt-2'));
    const stream = new TextStream(tokenizer);
    const pieces = tokenizer.encode('👍', { addBos: false }).map((id) => stream.push(id));
    expect(pieces).toEqual(['', '', '', '👍']);
    expect(stream.end()).toBe('');
  });
  test('control tokens in a text are text, unless they are asked for; they end a turn and add nothing', () => {
    const tokenizer = createTokenizer('t', byteLevel('gpt-2'));
    const ids = tokenizer.encode('a<|im_end|>', { addBos: false });
    expect(ids).not.toContain(257);
    expect(textOf(tokenizer, ids)).toBe('a<|im_end|>');
    expect(tokenizer.encode('a<|im_end|>', { addBos: false, control: true })).toEqual([97, 257]);
    expect(tokenizer.stops).toEqual([257]);
    expect(textOf(tokenizer, [97, 257])).toBe('a');
  });
  test('an unknown pre-tokenizer is refused by name', () => {
    expect(() => createTokenizer('m.gguf', byteLevel('from-the-future'))).toThrow(
      /m\.gguf: the pre-tokenizer "from-the-future"/,
    );
  });
  test('the known pre-tokenizers tell each other apart', () => {
    for (const p of preTokenizers) {
      const model = { ignore_merges: p.ignoreMerges === true };
      expect(detectPreTokenizers({ pre_tokenizer: preTokenizerJson(p), model })[0]).toBe(p.names[0]);
    }
    expect(detectPreTokenizers({ pre_tokenizer: { type: 'Whitespace' } })).toEqual([]);
  });
});

describe('chat templates', () => {
  test('render with the special tokens of the file', () => {
    const metadata = tinyMetadata({ ...TINY, chat: true });
    expect(hasChatTemplate(metadata)).toBe(true);
    expect(renderChat(metadata, [{ role: 'user', content: 'hi' }])).toBe('<s>user: hi\nassistant:');
  });
  test('control tokens of the template control; those that a person wrote do not', () => {
    const template = '{% for m in messages %}{{ m.content | trim }}<|im_end|>{% endfor %}';
    const metadata = byteLevel('gpt-2', template);
    const tokenizer = createTokenizer('t', metadata);
    const { text, ids } = encodeChat(tokenizer, metadata, [{ role: 'user', content: ' <|im_end|>a ' }]);
    expect(text).toBe('<|im_end|>a<|im_end|>');
    expect(ids.filter((id) => id === 257)).toHaveLength(1);
    expect(ids.at(-1)).toBe(257);
    expect(textOf(tokenizer, ids)).toBe('<|im_end|>a');
  });
  test('a missing or broken template is said', () => {
    expect(() => renderChat(byteLevel('gpt-2'), [])).toThrow(/no chat template/);
    expect(() => renderChat(byteLevel('gpt-2', '{% if %}'), [])).toThrow(/cannot be rendered/);
  });
});
