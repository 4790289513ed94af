import { expect } from '@playwright/test';
import { TINY, tinyGguf } from '../bench/models/tiny-llama';
import { Studio } from './page';
import { test } from './test';

test('keys go to views and actions, never while one types, and can be turned off', async ({
  browser,
  baseURL,
}) => {
  // A browser of its own: colours and keys are chosen for all visits.
  const context = await browser.newContext({ baseURL: baseURL! });
  const studio = await Studio.visit(await context.newPage(), { untuned: true });
  const { keyboard } = studio;
  await studio.open([{ path: 'keys.gguf', bytes: tinyGguf({ ...TINY, type: 'F16' }) }]);
  for (const [key, view] of [
    ['1', 'model'],
    ['3', 'chat'],
    ['6', 'device'],
    ['2', 'levels'],
  ] as const) {
    await keyboard.strike(key);
    await studio.isAt(view);
  }
  await keyboard.strike('/');
  await studio.isAt('open');
  await expect.poll(() => keyboard.field()).toContain('Search Hugging Face');
  // Typed, and nothing else.
  await keyboard.strike('2');
  await keyboard.strike('t');
  await studio.isAt('open');
  await keyboard.goToAnything('compare');
  await studio.isAt('compare');
  await keyboard.goToAnything('download q8_0');
  await expect.poll(() => studio.page.url()).toMatch(/levels\/Q8_0\/export$/);
  expect(await studio.accessibilityViolations()).toEqual([]);
  await keyboard.strike('Escape');
  const before = await keyboard.colours();
  await keyboard.strike('t');
  expect(await keyboard.colours()).not.toBe(before);
  await keyboard.letSingleKeys(false);
  await keyboard.strike('2');
  await studio.isAt('settings');
  await keyboard.goToAnything('inspect');
  await studio.isAt('inspect');
  await context.close();
});
