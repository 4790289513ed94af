import { expect, test } from 'vitest';
import { arrayValue, GgufType, type MetaValue, stringValue, u32Value } from '../files/gguf/metadata';
import { byteOfChar } from '../text/token-bytes';
import { createTokenizer, TokenType } from '../text/tokenizer';
import { type Engine, GREEDY } from './engine';
import { generate, type GeneratedPiece } from './generate';

const { NORMAL, CONTROL, USER_DEFINED } = TokenType;
const TOKENS = {
  '<|return|>': CONTROL,
  '<|call|>': CONTROL,
  '<|end|>': CONTROL,
  '<|channel|>': CONTROL,
  '<|message|>': CONTROL,
  '[THINK]': CONTROL,
  '[/THINK]': CONTROL,
  '<think>': USER_DEFINED,
  '</think>': USER_DEFINED,
  '<other>': CONTROL,
} as const;
const bytes = [...byteOfChar].sort((a, b) => a[1] - b[1]).map(([c]) => c);
const tokenizer = createTokenizer(
  't',
  new Map<string, MetaValue>([
    ['tokenizer.ggml.model', stringValue('gpt2')],
    ['tokenizer.ggml.pre', stringValue('gpt-2')],
    ['tokenizer.ggml.tokens', arrayValue(GgufType.STRING, [...bytes, ...Object.keys(TOKENS)])],
    [
      'tokenizer.ggml.token_type',
      arrayValue(GgufType.INT32, [...bytes.map(() => NORMAL), ...Object.values(TOKENS)]),
    ],
    ['tokenizer.ggml.merges', arrayValue(GgufType.STRING, [])],
    ['tokenizer.ggml.eos_token_id', u32Value(256)],
  ]),
);

/** Answers with these tokens, whatever it is asked. */
async function answerOf(text: string, conversation?: string) {
  const [first = 0, ...rest] = tokenizer.encode(text, { addBos: false, control: true });
  const engine = {
    exclusive: (run: () => unknown) => run(),
    now: () => performance.now(),
    setSampling: () => undefined,
    prefill: async () => ({ id: first, evaluated: 1 }),
    async *tokens() {
      yield* rest;
    },
    cached: [] as number[],
  } as unknown as Engine;
  const pieces: GeneratedPiece[] = [];
  const request = { ids: [0], maxTokens: 999, sampling: GREEDY, stops: tokenizer.stops, conversation };
  const result = await generate(engine, tokenizer, request, { progress: (piece) => pieces.push(piece) });
  return { ...result, pieces };
}

test('marks reach the caller, and thoughts do not run into the answer', async () => {
  const { pieces, answer, thoughts, text, stopped } = await answerOf('[THINK]Hm.[/THINK]Yes.<|return|>', '');
  expect(pieces.filter((p) => p.kind === 'mark').map((p) => p.text)).toEqual(['[THINK]', '[/THINK]']);
  expect([thoughts, answer, text, stopped]).toEqual(['Hm.', 'Yes.', 'Hm.Yes.', 'stop token']);
  expect(
    pieces
      .flatMap((p) => p.parts)
      .map((p) => p.text)
      .join(''),
  ).toBe('Hm.Yes.');
});
test('harmony: <|end|> ends the message of a channel', async () => {
  const tokens = '<|channel|>analysis<|message|>Hm.<|end|><|channel|>final<|message|>Yes.<|return|>never';
  const { answer, thoughts, parts } = await answerOf(tokens, '');
  expect([thoughts, answer]).toEqual(['Hm.', 'Yes.']);
  expect(parts).toEqual([
    { kind: 'thoughts', text: 'Hm.' },
    { kind: 'answer', text: 'Yes.' },
  ]);
});
test('tokens like <think> are marks, and text as llama.cpp prints it', async () => {
  const { answer, thoughts, text } = await answerOf('<think>Hm.</think>\n\nYes.', '');
  expect([thoughts, answer, text]).toEqual(['Hm.', 'Yes.', '<think>Hm.</think>\n\nYes.']);
});
test('a text that is only continued has no thoughts; its marks are seen', async () => {
  const { answer, thoughts, parts } = await answerOf('a<other>b');
  expect([thoughts, answer]).toEqual(['', 'ab']);
  expect(parts.map((p) => p.kind)).toEqual(['answer', 'mark', 'answer']);
});
