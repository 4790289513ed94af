import { expect } from '@playwright/test';
import { chainGguf } from '../src/testing/text/chain-model';
import { test } from './test';

const SAID = ['<think>', '\u2581One', '\u2581and', '\u2581one', '</think>', '\u2581The', '\u2581sum:'];
const CALLED = ['<tool_call>', '{"name":', '\u2581"add"}', '</tool_call>'];
const thinker = { path: 'thinker.gguf', bytes: chainGguf([...SAID, ...CALLED]) };

test('a model that thinks and calls a tool: thoughts folded, the call apart, no mark in the answer', async ({
  studio,
}) => {
  const { run } = studio;
  await studio.open([thinker]);
  await run.useLevel('Q8_0');
  await run.sampling({ temperature: 0, maxTokens: 40 });
  expect(await run.chat('What is one and one?')).toBe('The sum:');
  expect(await run.thoughts()).toEqual({ text: 'One and one', isOpen: false });
  expect(await run.toolCalls()).toEqual(['{"name": "add"}']);
  expect(await run.timing()).toMatchObject({ tokens: SAID.length + CALLED.length });
  expect(await run.unfoldThoughts()).toBe(true);
  expect(await studio.accessibilityViolations()).toEqual([]);
});
