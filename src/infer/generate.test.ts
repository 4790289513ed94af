import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arrayValue, GgufType, type MetaValue, stringValue, u32Value } from '../files/gguf/metadata';
import { StopStrings } from '../text/stop-strings';
import { TextStream, textOf } from '../text/text-stream';
import { byteOfChar } from '../text/token-bytes';
import { createTokenizer, TokenType } from '../text/tokenizer';
import { AnswerWriter } from './answer-writer';
import { type Engine, GREEDY } from './engine';
import { generate, type GeneratedPiece } from './generate';
import type { Ranking } from './readback';

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
  // A letter, and the first byte of a character of two.
  [`a${[...byteOfChar].find(([, byte]) => byte === 0xc3)![0]}`]: NORMAL,
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
async function answerOf(
  text: string,
  conversation?: string,
  { stop = [], ranking }: { readonly stop?: readonly string[]; readonly ranking?: Ranking } = {},
) {
  const [first = 0, ...rest] = tokenizer.encode(text, { addBos: false, control: true });
  const engine = {
    exclusive: (run: () => unknown) => run(),
    now: () => performance.now(),
    setSampling: () => undefined,
    compileSampling: async () => undefined,
    prefill: async () => ({ id: first, evaluated: 1, ranking }),
    async *sampled() {
      for (const id of rest) yield { id, ranking };
    },
    cached: [] as number[],
  } as unknown as Engine;
  const pieces: GeneratedPiece[] = [];
  const asked = { ids: [0], sampling: GREEDY, stops: tokenizer.stops, stop, conversation };
  const request = { ...asked, maxTokens: rest.length + 1 };
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

describe('stop strings', () => {
  /** The pieces of an answer that comes a byte at a time, and what was told after each token. */
  const stopped = async (text: string, stop: readonly string[], conversation?: string) => {
    const result = await answerOf(text, conversation, { stop });
    const told = result.pieces.map((p) => p.text).join('');
    return { ...result, told };
  };
  test('end the answer across tokens, and are not in it', async () => {
    const { text, answer, told, stopped: why, stopString } = await stopped('One.\nUser: two', ['\nUser:']);
    expect([text, answer, told]).toEqual(['One.', 'One.', 'One.']);
    expect([why, stopString]).toEqual(['stop string', '\nUser:']);
  });
  test('text that may begin one is held back until it cannot, and told at the end', () => {
    const writer = new AnswerWriter(tokenizer, {
      stop: ['\nUser:'],
      conversation: undefined,
      tell: undefined,
    });
    const told = [...'a\nUs\nUse'].map((c) => {
      writer.take({ id: tokenizer.encode(c, { addBos: false })[0]! });
      return writer.text;
    });
    expect(told).toEqual(['a', 'a', 'a', 'a', 'a\nUs', 'a\nUs', 'a\nUs', 'a\nUs']);
    expect(writer.ids).toHaveLength(4);
    writer.end();
    expect([writer.text, writer.stopString, writer.ids.length]).toEqual(['a\nUs\nUse', undefined, 8]);
  });
  test('after every token, all is told that no stop string can take back, and nothing else', () => {
    const alphabet = ['a', 'b', '\n', '👍', '👎', '<think>', '<other>'];
    const some = fc.array(fc.constantFrom(...alphabet.slice(0, 6)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...alphabet), { maxLength: 12 }),
        fc.array(some),
        (words, stops) => {
          const stop = stops.map((s) => s.join(''));
          const finder = new StopStrings(stop);
          let told = '';
          const tell = (piece: GeneratedPiece) => void (told += piece.text === '<other>' ? '' : piece.text);
          const writer = new AnswerWriter(tokenizer, { stop, conversation: undefined, tell });
          const plain = new TextStream(tokenizer);
          let all = '';
          for (const id of tokenizer.encode(words.join(''), { addBos: false, control: true })) {
            writer.take({ id });
            const more = plain.push(id);
            finder.push(more);
            all += more;
            expect([told, writer.text]).toEqual([all.slice(0, finder.certain), told]);
            expect(writer.stopString).toBe(finder.found);
            if (finder.found !== undefined) break;
          }
          writer.end();
          expect(writer.text).toBe(finder.found === undefined ? all : all.slice(0, finder.certain));
          expect(told).toBe(writer.text);
          // The ids are those of the text; the last may have more, which the stop string has cut.
          expect(textOf(tokenizer, writer.ids).startsWith(writer.text)).toBe(true);
          expect(textOf(tokenizer, writer.ids.slice(0, -1)).length).toBeLessThanOrEqual(writer.text.length);
        },
      ),
      { numRuns: 500, seed: 2 },
    );
  });
  test('at a character of several tokens, and within a token, keep what came before', async () => {
    const emoji = await stopped('ok👍no', ['👍']);
    expect([emoji.text, emoji.ids.length]).toEqual(['ok', 2]);
    // Half of the stop string's character came: its tokens belong to no answer.
    const near = await stopped('ok👎no', ['👍']);
    expect([near.text, near.ids.length]).toEqual(['ok👎no', 8]);
    const within = await stopped('<think>x</think>yes', ['ink>x']);
    expect([within.text, within.told, within.ids.length]).toEqual(['<th', '<th', 1]);
  });
  test('the one that is complete first counts', async () => {
    expect((await stopped('xabcd', ['abcd', 'bc'])).text).toBe('xa');
    expect((await stopped('xabcd', ['bc', 'abc'])).text).toBe('x');
    expect((await stopped('xabcd', ['zz', ''])).text).toBe('xabcd');
  });
  test('a special token stops by its name, and is passed over by others', async () => {
    const named = await stopped('a<|channel|>b', ['<|channel|>'], '');
    expect([named.text, named.stopString]).toEqual(['a', '<|channel|>']);
    expect(named.pieces.some((p) => p.kind === 'mark')).toBe(false);
    const over = await stopped('xa<other>bc', ['ab']);
    expect([over.text, over.told]).toEqual(['x', 'x']);
    const before = await stopped('x<other>ab', ['ab']);
    expect(before.told).toBe('x<other>');
  });
  test('within thoughts, and beside the end of a turn', async () => {
    const { thoughts, answer } = await stopped('[THINK]Hm. STOP[/THINK]Yes.', [' STOP'], '');
    expect([thoughts, answer]).toEqual(['Hm.', '']);
    const { answer: held, stopped: why } = await stopped('Yes, ST<|return|>', ['STOP'], '');
    expect([held, why]).toEqual(['Yes, ST', 'stop token']);
  });
  test('half a character is refused', async () => {
    await expect(stopped('a', ['\ud83d'])).rejects.toThrow(/whole characters/);
  });
});

describe('ranked tokens', () => {
  const ranking = { probability: 0.5, top: [{ id: 256, probability: 0.25 }] };
  test('come with the last of their text, which is the answer in order', async () => {
    const { ranked, pieces, ids } = await answerOf('a\nU👍<other>b', undefined, {
      stop: ['\nUser:'],
      ranking,
    });
    expect(ranked.map((t) => t.id)).toEqual(ids);
    expect(ranked.map((t) => t.text).join('')).toBe('a\nU👍<other>b');
    expect(pieces.flatMap((p) => p.ranked ?? [])).toEqual(ranked);
    expect(ranked[0]).toMatchObject({ probability: 0.5, top: [{ text: '<|return|>', probability: 0.25 }] });
  });
  test('have the replacement of half a character, at the end and before a mark', async () => {
    const half = [...tokenizer.encode('👍', { addBos: false })].slice(0, 2);
    const other = tokenizer.encode('<other>', { addBos: false, control: true })[0]!;
    const told: GeneratedPiece[] = [];
    const tell = (piece: GeneratedPiece) => void told.push(piece);
    const writer = new AnswerWriter(tokenizer, { stop: [], conversation: undefined, tell });
    for (const id of [...half, other, ...half]) writer.take({ id, ranking });
    writer.end();
    expect(writer.ranked.map((t) => t.text)).toEqual(['', '\ufffd', '<other>', '', '\ufffd']);
    expect(writer.ranked.map((t) => t.id)).toEqual(writer.ids);
    expect(told.flatMap((p) => p.ranked ?? [])).toEqual(writer.ranked);
    expect(told.filter((p) => p.id >= 0).map((p) => p.id)).toEqual(writer.ids);
  });
  test('have it when a letter came with the half, and a whole character after it', async () => {
    const letterAndHalf = bytes.length + Object.keys(TOKENS).length - 1;
    const second = bytes.indexOf([...byteOfChar].find(([, byte]) => byte === 0xa9)![0]);
    const told: GeneratedPiece[] = [];
    const tell = (piece: GeneratedPiece) => void told.push(piece);
    const writer = new AnswerWriter(tokenizer, { stop: [], conversation: undefined, tell });
    for (const id of [letterAndHalf, second, letterAndHalf]) writer.take({ id, ranking });
    writer.end();
    expect(writer.ranked.map((t) => t.text)).toEqual(['a', 'é', 'a\ufffd']);
    expect(told.flatMap((p) => p.ranked ?? [])).toEqual(writer.ranked);
    expect(writer.text).toBe('aéa\ufffd');
  });
  test('a token that a stop string cuts has the text before it', async () => {
    const { ranked, pieces } = await answerOf('<think>x', undefined, { stop: ['ink>x'], ranking });
    expect(ranked.map((t) => t.text)).toEqual(['<th']);
    expect(pieces.flatMap((p) => p.ranked ?? [])).toEqual(ranked);
  });
});
