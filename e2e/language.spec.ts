import { expect } from '@playwright/test';
import { SMALL, tinyGguf } from '../bench/models/tiny-llama';
import { faultsOf, treeOf } from './page/access';
import { test } from './test';

const file = { path: 'bahasa.gguf', bytes: tinyGguf(SMALL) };
const VIEWS = ['open', 'model', 'levels', 'chat', 'compare', 'inspect', 'device', 'settings'] as const;
/** Words of the English page that the Indonesian one has no use of. */
const ENGLISH = /\b(the|of|and|with|what|this|not|from|measure|download|choose|level[s]\b(?=.*\bto\b))\b/i;

test('in Indonesian every view is said in it, a help comes by a tap, and English comes back', async ({
  studio,
}) => {
  await studio.open([file]);
  const { page, language } = studio;
  await language.choose('Bahasa Indonesia');
  expect(await language.spoken()).toBe('id');
  for (const view of VIEWS) {
    await language.go(view);
    expect.soft(faultsOf(await treeOf(page)), view).toEqual([]);
    expect.soft(await language.wordsLike(ENGLISH), view).toEqual([]);
    expect.soft(await studio.accessibilityViolations(), view).toEqual([]);
    expect.soft(await studio.overflows([[360, 'light']]), view).toEqual([]);
  }
  await language.go('levels');
  await studio.picture(test.info().outputPath('bahasa.png'), [1440, 'light']);
  expect(await language.tapHelp()).toMatch(/divergensi KL dalam nat/);
  await language.choose('English');
  expect(await language.spoken()).toBe('en');
  await studio.go('levels');
  expect(await language.tapHelp()).toMatch(/KL divergence in nats/);
});
