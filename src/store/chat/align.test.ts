import { expect, test } from 'vitest';
import type { RankedToken } from '../../infer/scored-token';
import type { AnswerPart } from '../../text/answer-reader';
import { alignTokens } from './align';

const token = (text: string): RankedToken => ({ id: 1, text, probability: 0.5, top: [] });
const shown = (parts: readonly AnswerPart[], texts: readonly string[]): string[][] =>
  alignTokens(parts, texts.map(token)).map((spans, i) =>
    spans.map(({ start, end }) => parts[i]!.text.slice(start, end)),
  );

test('every token has its place in the text', () => {
  expect(shown([{ kind: 'answer', text: ' The fox ran.' }], [' The', ' fox', ' ran', '.'])).toEqual([
    [' The', ' fox', ' ran', '.'],
  ]);
});
test('marks and dropped spaces have none, and thoughts are told from the answer', () => {
  const parts: AnswerPart[] = [
    { kind: 'thoughts', text: 'One and one' },
    { kind: 'answer', text: 'The sum:' },
    { kind: 'tool call', text: '{}' },
  ];
  const texts = [
    '<think>',
    ' One',
    ' and',
    ' one',
    '\n',
    '</think>',
    '\n\n',
    'The',
    ' sum',
    ':',
    '<call>',
    '{}',
  ];
  expect(shown(parts, texts)).toEqual([['One', ' and', ' one'], ['The', ' sum', ':'], ['{}']]);
});
test('half a character has the place of the token that ends it', () => {
  expect(shown([{ kind: 'answer', text: 'a😀b' }], ['a', '', '😀', 'b'])).toEqual([['a', '😀', 'b']]);
});
