import { describe, expect, test } from 'vitest';
import { AnswerReader, type AnswerPart, joinParts } from './answer-reader';

/** Marks are written as ^mark^, each other character is a token of its own. */
function read(tokens: string, prompt = ''): AnswerPart[] {
  const reader = new AnswerReader(prompt);
  const parts: AnswerPart[] = [];
  for (const [piece] of tokens.matchAll(/\^[^^]*\^|[\s\S]/g)) {
    const isMark = piece.length > 1 && piece.startsWith('^');
    parts.push(...reader.push({ kind: isMark ? 'mark' : 'text', text: isMark ? piece.slice(1, -1) : piece }));
  }
  return joinParts([...parts, ...reader.end()]);
}
const answer = (text: string): AnswerPart => ({ kind: 'answer', text });
const thoughts = (text: string): AnswerPart => ({ kind: 'thoughts', text });
const call = (text: string): AnswerPart => ({ kind: 'tool call', text });

describe('thoughts', () => {
  test('marks that are tokens', () => {
    expect(read('^[THINK]^Hm.\n^[/THINK]^\nYes.')).toEqual([thoughts('Hm.'), answer('Yes.')]);
    expect(read('So: ^<think>^Hm.^</think>^ Yes.')).toEqual([
      answer('So: '),
      thoughts('Hm.'),
      answer('Yes.'),
    ]);
  });
  test('tags that are written, at the beginning only', () => {
    expect(read('<think>\nHm.\n</think>\n\nYes.')).toEqual([thoughts('Hm.'), answer('Yes.')]);
    expect(read('\n<think>Hm.</think>Yes.')).toEqual([thoughts('Hm.'), answer('Yes.')]);
    expect(read('The tag <think> opens.</think>')).toEqual([answer('The tag <think> opens.</think>')]);
    expect(read('<thin ice')).toEqual([answer('<thin ice')]);
  });
  test('a prompt that opens them', () => {
    expect(read('Hm.</think>Yes.', 'assistant\n<think>\n')).toEqual([thoughts('Hm.'), answer('Yes.')]);
    expect(read('Hm.^[/THINK]^Yes.', '[THINK]')).toEqual([thoughts('Hm.'), answer('Yes.')]);
  });
  test('what is held back comes at the end', () => {
    expect(read('<think>a < b </thi')).toEqual([thoughts('a < b </thi')]);
    expect(read('<th')).toEqual([answer('<th')]);
    expect(read('  ')).toEqual([answer('  ')]);
    expect(read('<think></think>Yes.')).toEqual([answer('Yes.')]);
  });
  test('an answer without marks is untouched', () => {
    expect(read(' a\n b ')).toEqual([answer(' a\n b ')]);
  });
});

describe('harmony', () => {
  test('channels', () => {
    const tokens =
      '^<|channel|>^analysis^<|message|>^Hm.^<|end|>^^<|start|>^assistant^<|channel|>^final^<|message|>^Yes.';
    expect(read(tokens)).toEqual([thoughts('Hm.'), answer('Yes.')]);
  });
  test('calls of tools', () => {
    const tokens = '^<|channel|>^commentary to=functions.f ^<|constrain|>^json^<|message|>^{"a":1}';
    expect(read(tokens)).toEqual([call('{"a":1}')]);
    expect(read('^<|channel|>^commentary^<|message|>^First,')).toEqual([answer('First,')]);
  });
  test('a message without a channel is the answer', () => {
    expect(read('^<|message|>^Yes.')).toEqual([answer('Yes.')]);
  });
});

test('tool calls by marks, and other marks by name', () => {
  expect(read('a^<tool_call>^{}^</tool_call>^b')).toEqual([answer('a'), call('{}'), answer('b')]);
  expect(read('^[TOOL_CALLS]^[{}]')).toEqual([call('[{}]')]);
  expect(read('a^<|other|>^b')).toEqual([answer('a'), { kind: 'mark', text: '<|other|>' }, answer('b')]);
  expect(read('^<|START_RESPONSE|>^a^<|END_RESPONSE|>^')).toEqual([answer('a')]);
});
