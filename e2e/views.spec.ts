import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { SMALL, tinyGguf } from '../bench/models/tiny-llama';
import { Studio } from './page';
import { test } from './test';

const file = { path: 'views.gguf', bytes: tinyGguf(SMALL) };
const VIEWS = ['model', 'levels', 'chat', 'compare', 'inspect', 'device', 'settings', 'open'] as const;

test('a fresh visit is two levels side by side in one click', async ({ studio }) => {
  const said = await studio.trial.run();
  expect(said).toMatch(/First difference/);
  expect(await studio.trial.sides()).toMatchObject([
    { type: 'F16', tokens: expect.any(Number) },
    { type: 'Q4_K_M', tokens: expect.any(Number) },
  ]);
  expect(await studio.accessibilityViolations()).toEqual([]);
  expect(await studio.overflows([[360, 'light']])).toEqual([]);
});

test('every view has its address: Back, Forward and reload lead to it', async ({ studio }) => {
  await studio.open([file]);
  const { page } = studio;
  const addresses: string[] = [];
  for (const view of VIEWS) {
    await studio.go(view);
    addresses.push(new URL(page.url()).hash);
    expect(await studio.scrolls(), view).toEqual([]);
  }
  expect(new Set(addresses).size).toBe(VIEWS.length);
  await page.goBack();
  await studio.isAt('settings');
  await page.goBack();
  await studio.isAt('device');
  await page.goForward();
  await studio.isAt('settings');
  // A file that is gone cannot be read again: the view keeps its place, and goes on when it is dropped.
  rmSync(join(test.info().outputDir, file.path));
  await page.goto(`${new URL(page.url()).pathname}${addresses[VIEWS.indexOf('compare')]}`);
  await studio.reload();
  expect(await studio.needed()).toContain(file.path);
  await studio.drop([file]);
  await studio.isAt('compare');
  expect((await studio.model())?.label).toBe(file.path);
});

test('the built-in model is opened again by its address', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL: baseURL! });
  const studio = await Studio.visit(await context.newPage(), { untuned: true });
  await studio.openBuiltIn();
  await studio.go('chat');
  await studio.reload();
  await studio.isAt('chat');
  expect((await studio.model())?.architecture).toBe('llama');
  await context.close();
});

test('a dropped file is a downloaded Q4_K_M in three, without scrolling, and the job is in sight', async ({
  studio,
}) => {
  await studio.open([file]);
  const { levels, page } = studio;
  const { path } = await levels.downloadInTwo('Q4_K_M');
  expect(path).toMatch(/-Q4_K_M\.gguf$/);
  // A long job: its name, its progress and Stop are in every view.
  await levels.select(['IQ3_S', 'Q4_K_M', 'Q5_K_M', 'Q6_K']);
  await levels.beginQuantize(4);
  for (const view of ['chat', 'device'] as const) {
    await studio.go(view);
    const box = await studio.jobBox();
    if (box === null) break;
    expect(box.y + box.height).toBeLessThanOrEqual(page.viewportSize()!.height);
    expect(box.x + box.width).toBeLessThanOrEqual(page.viewportSize()!.width);
  }
  await studio.done();
});
