import { expect } from '@playwright/test';
import { SMALL, tinyGguf } from '../bench/models/tiny-llama';
import { chromiumTreeOf, faultsOf, motions, operated, treeOf, unreachable } from './page/access';
import { test } from './test';

const file = { path: 'access.gguf', bytes: tinyGguf(SMALL) };
const VIEWS = ['open', 'model', 'levels', 'chat', 'compare', 'inspect', 'device', 'settings'] as const;

/** A window of 1440 by 900 at 200 %, and a small phone. */
const WINDOWS = [
  { width: 720, height: 450 },
  { width: 360, height: 740 },
];

test('every view: roles and names, axe in light and dark, 200 %, 360 px, stillness', async ({ studio }) => {
  await studio.open([file]);
  const { page } = studio;
  await studio.levels.select(['F16', 'Q4_0']);
  await studio.levels.quantize(['F16', 'Q4_0']);
  for (const view of VIEWS) {
    await studio.go(view);
    const tree = await treeOf(page);
    expect.soft(faultsOf(tree), view).toEqual([]);
    expect.soft(operated(tree), `${view}: as Chromium has it`).toEqual(operated(await chromiumTreeOf(page)));
    expect.soft(await studio.accessibilityViolations(), view).toEqual([]);
    expect.soft(await studio.accessibilityViolations([1440, 'dark']), `${view}, dark`).toEqual([]);
    for (const window of WINDOWS) {
      await page.setViewportSize(window);
      expect.soft(await unreachable(page), `${view} at ${window.width}`).toEqual([]);
      expect
        .soft(
          (await studio.scrolls()).filter((way) => way === 'sideways'),
          view,
        )
        .toEqual([]);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect.soft(await motions(page), `${view}, stillness`).toEqual([]);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
  }
});
