import { expect, test } from '@playwright/test';
import { Outside } from './page/outside';
import { BUILT, PlainServer } from './page/servers';
import { Studio } from './page';

const VIEWS = ['model', 'levels', 'chat', 'compare', 'inspect', 'device', 'settings', 'open'] as const;

const outside = new Outside();
test.beforeAll(() => outside.start());
test.afterAll(() => outside.stop());

test('below /nibble/ of a plain server every view opens by its address, reloads, and goes back and forward', async () => {
  const server = new PlainServer(BUILT, '/nibble/');
  const at = await server.start();
  const page = await outside.browser.newPage({ viewport: { width: 1440, height: 900 } });
  const failures: string[] = [];
  page.on('pageerror', (error) => failures.push(error.message));
  page.on('response', (answer) => {
    if (!answer.ok()) failures.push(`${answer.status()} ${answer.url()}`);
  });
  const studio = await Studio.visit(page, { at, untuned: true });
  await studio.openBuiltIn();
  const addresses: string[] = [];
  for (const view of VIEWS) {
    await studio.go(view);
    addresses.push(page.url());
  }
  expect(new Set(addresses).size).toBe(VIEWS.length);
  expect(addresses.filter((address) => !address.startsWith(at))).toEqual([]);

  // Each is typed into a tab of its own, which asks the server anew.
  for (const [i, view] of VIEWS.entries()) {
    await page.goto('about:blank');
    await page.goto(addresses[i]!);
    await studio.isAt(view);
  }
  await page.reload();
  await studio.isAt('open');
  // Each visit began at an empty page, so that Back and Forward load the page, too.
  for (const view of ['settings', 'device', 'inspect'] as const) {
    await page.goBack();
    await page.goBack();
    await studio.isAt(view);
  }
  await page.reload();
  await studio.isAt('inspect');
  await studio.go('compare');
  await page.goBack();
  await studio.isAt('inspect');
  await page.goForward();
  await studio.isAt('compare');

  await studio.levels.quantize(['Q8_0']);
  await studio.run.useLevel('Q8_0');
  await studio.run.sampling({ temperature: 0, maxTokens: 8 });
  expect(await studio.run.chat('Tell me about a fox.')).toMatch(/\w+ \w+/);
  expect(await studio.problem()).toBe('');
  expect(failures).toEqual([]);
  await outside.isShut(page);
  await page.close();
  await server.stop();
});
