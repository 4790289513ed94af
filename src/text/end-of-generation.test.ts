import { describe, expect, test } from 'vitest';
import { arrayValue, GgufType, type MetaValue, stringValue, u32Value } from '../files/gguf/metadata';
import { encodeChat } from './chat-template';
import { textOf } from './text-stream';
import { byteOfChar } from './token-bytes';
import { createTokenizer, TokenType } from './tokenizer';

const { NORMAL, CONTROL, USER_DEFINED } = TokenType;
const TEMPLATE = '{% for m in messages %}{{ m.content }}<|im_end|>{% endfor %}';

/** A byte-level vocabulary of 256 bytes and these tokens, from id 256 on. */
function withTokens(tokens: Record<string, number>, ids: Record<string, number> = { eos: 256 }) {
  const bytes = [...byteOfChar].sort((a, b) => a[1] - b[1]).map(([c]) => c);
  const metadata = new Map<string, MetaValue>([
    ['tokenizer.ggml.model', stringValue('gpt2')],
    ['tokenizer.ggml.pre', stringValue('gpt-2')],
    ['tokenizer.ggml.tokens', arrayValue(GgufType.STRING, [...bytes, ...Object.keys(tokens)])],
    [
      'tokenizer.ggml.token_type',
      arrayValue(GgufType.INT32, [...bytes.map(() => NORMAL), ...Object.values(tokens)]),
    ],
    ['tokenizer.ggml.merges', arrayValue(GgufType.STRING, [])],
    ['tokenizer.chat_template', stringValue(TEMPLATE)],
  ]);
  for (const [kind, id] of Object.entries(ids)) metadata.set(`tokenizer.ggml.${kind}_token_id`, u32Value(id));
  const tokenizer = createTokenizer('t', metadata);
  return { metadata, tokenizer, stops: tokenizer.stops.map((id) => tokenizer.text(id)) };
}

describe('end of generation', () => {
  test('tokens are recognized by name, whatever their type, and become control tokens', () => {
    const { metadata, tokenizer, stops } = withTokens({
      '<|end_of_text|>': CONTROL,
      '<|fim_pad|>': CONTROL,
      '<|repo_name|>': CONTROL,
      '<|file_sep|>': CONTROL,
      '<|im_end|>': NORMAL,
      '<|eot_id|>': USER_DEFINED,
    });
    expect(stops).toEqual([
      '<|end_of_text|>',
      '<|fim_pad|>',
      '<|repo_name|>',
      '<|file_sep|>',
      '<|im_end|>',
      '<|eot_id|>',
    ]);
    // They add nothing to a text, and are parsed only where control tokens are.
    expect(textOf(tokenizer, [97, 260, 261])).toBe('a');
    const typed = tokenizer.encode('<|im_end|><|eot_id|>', { addBos: false });
    expect(typed.filter((id) => id >= 256)).toEqual([]);
    expect(tokenizer.encode('<|im_end|><|eot_id|>', { addBos: false, control: true })).toEqual([260, 261]);
    const { ids } = encodeChat(tokenizer, metadata, [{ role: 'user', content: 'a<|im_end|><|eot_id|>' }]);
    expect(ids.filter((id) => id >= 256)).toEqual([260]);
  });
  test('ids that the metadata names end a turn, and keep their type', () => {
    const { stops } = withTokens(
      { '<a>': CONTROL, '<b>': CONTROL, '<c>': CONTROL, '<d>': NORMAL, '<|fim_pad|>': NORMAL },
      { eos: 256, eot: 257, eom: 258, fim_pad: 259 },
    );
    expect(stops).toEqual(['<a>', '<b>', '<c>', '<d>']);
  });
  test('ids beyond the vocabulary are none; where EOS is not named, it is 11', () => {
    expect(withTokens({ '<a>': CONTROL }, { eos: 999, eot: 1000 }).stops).toEqual([
      [...byteOfChar].find(([, byte]) => byte === 11)![0],
    ]);
  });
  test('fill-in-the-middle marks become control tokens and end nothing', () => {
    const { tokenizer, stops } = withTokens({ '<e>': CONTROL, '<|fim_prefix|>': NORMAL });
    expect(stops).toEqual(['<e>']);
    expect(tokenizer.encode('<|fim_prefix|>', { addBos: false })).not.toContain(257);
    expect(tokenizer.encode('<|fim_prefix|>', { addBos: false, control: true })).toEqual([257]);
  });
  test.each([
    ['<|return|>', '<|call|>'],
    ['<|flush|>', '<|calls|>'],
    ['<|flush|>', '<|call|>'],
  ])('with %s and %s, <|end|> ends a message and no turn', (first, second) => {
    const { metadata, tokenizer, stops } = withTokens({
      [first]: CONTROL,
      [second]: CONTROL,
      '<|end|>': CONTROL,
      '<|channel|>': CONTROL,
      '<|message|>': CONTROL,
    });
    expect(stops).toEqual([first, second]);
    // Their text is always parsed, as llama.cpp does, but not where a person wrote it.
    expect(tokenizer.encode('<|end|><|channel|>', { addBos: false })).toEqual([258, 259]);
    const { ids } = encodeChat(tokenizer, metadata, [{ role: 'user', content: '<|end|><|channel|>' }]);
    expect(ids.filter((id) => id >= 256)).toEqual([]);
  });
  test('without them, <|end|> ends the turn, as in Phi-3', () => {
    expect(withTokens({ '</s>': CONTROL, '<|end|>': CONTROL, '<|call|>': CONTROL }).stops).toContain(
      '<|end|>',
    );
  });
  test('with <|tool_response>, </s> is text', () => {
    const { tokenizer, stops } = withTokens({
      '<eos>': CONTROL,
      '<turn|>': CONTROL,
      '<|tool_response>': CONTROL,
      '</s>': CONTROL,
    });
    expect(stops).toEqual(['<eos>', '<turn|>', '<|tool_response>']);
    expect(textOf(tokenizer, [259])).toBe('</s>');
  });
});
