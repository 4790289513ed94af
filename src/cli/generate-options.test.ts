import { expect, test } from 'vitest';
import { parseCommand, UsageError } from './arguments';
import { generateOptions } from './generate-options';

const optionsOf = (line: string) =>
  generateOptions(parseCommand(['generate', 'm', ...line.split(' ')]).values);

test("penalties and stop strings by llama.cpp's names, negative numbers among them", () => {
  const line =
    '--repeat-last-n -1 --repeat-penalty 1.2 --frequency-penalty -.5 --presence-penalty=-1 -r User: --reverse-prompt x';
  expect(optionsOf(line)).toMatchObject({
    sampling: {
      repeatLastN: -1,
      repeatPenalty: 1.2,
      frequencyPenalty: -0.5,
      presencePenalty: -1,
      temperature: 0.8,
    },
    stop: ['User:', 'x'],
    topLogprobs: 0,
  });
});
test('left out, they are off', () => {
  expect(optionsOf('-n 5')).toMatchObject({
    maxTokens: 5,
    sampling: { repeatLastN: 64, repeatPenalty: 1, frequencyPenalty: 0, presencePenalty: 0 },
    stop: [],
  });
});
test.each([
  ['--repeat-penalty x', /--repeat-penalty is "x", expected a number/],
  ['--repeat-penalty -1', /repeatPenalty is -1, expected a number above 0/],
  ['--repeat-last-n 0.5', /repeatLastN is 0.5/],
  ['--top-logprobs 5 --json', /topLogprobs is 5/],
  ['--top-logprobs 4', /needs --json/],
])('%s is a wrong command line', (line, message) => {
  expect(() => optionsOf(line)).toThrow(message);
  expect(() => optionsOf(line)).toThrow(UsageError);
});
