import { expect, type Route } from '@playwright/test';
import { TINY, tinyGguf } from '../bench/models/tiny-llama';
import { FakeHub } from '../src/testing/fake-hub';
import { answerForTheHub } from './hub';
import { Studio } from './page';
import { test } from './test';

const hub = new FakeHub();
let origin = '';
test.beforeAll(async () => {
  origin = await hub.start();
  const bytes = tinyGguf({ ...TINY, type: 'F16' });
  hub.add('makers/tiny-fox-GGUF', [
    { path: 'tiny-fox-F16.gguf', bytes },
    { path: 'more/tiny-fox-Q8_0.gguf', bytes },
  ]);
  hub.add('makers/gated-fox', [{ path: 'gated-fox-Q4_K_M.gguf', bytes }]);
  hub.gated.set('makers/gated-fox', 'secret');
});
test.afterAll(() => hub.stop());
const read = () => hub.log.filter((line) => line.includes('/cdn/') || line.includes('/resolve/'));

test('words find repositories, a repository its files with sizes; one is opened', async ({ page }) => {
  await answerForTheHub(page, origin);
  const studio = await Studio.visit(page, { untuned: true });
  expect(hub.log).toEqual([]);
  // Without a network it says so before the time of one repeated attempt, and asks again when it is asked to.
  const away = (route: Route) => route.abort('internetdisconnected');
  await page.context().route('https://huggingface.co/**', away);
  expect(await studio.hub.fails('fox')).toMatch(/the connection failed .* then ask again/);
  await page.context().unroute('https://huggingface.co/**', away);
  await studio.hub.again();
  expect(await studio.hub.search('fox')).toEqual(['makers/tiny-fox-GGUF', 'makers/gated-fox']);
  await studio.hub.choose('makers/gated-fox');
  expect(await studio.hub.gatedWord()).toContain('accept their terms');
  await studio.hub.giveToken('secret');
  expect(await studio.hub.offers()).toEqual(['gated-fox-Q4_K_M.gguf']);
  expect(await studio.accessibilityViolations()).toEqual([]);
  expect(await studio.overflows([[360, 'light']])).toEqual([]);
  expect(await studio.hub.offers('makers/tiny-fox-GGUF')).toEqual([
    'tiny-fox-F16.gguf',
    'tiny-fox-Q8_0.gguf',
  ]);
  expect(read()).toEqual([]);
  await studio.hub.open('tiny-fox-F16.gguf');
  expect((await studio.model())?.architecture).toBe('llama');
  expect(read().length).toBeGreaterThan(0);
});

test('an address of the page asks for a model: its files are listed, and no weight is read', async ({
  page,
}) => {
  await answerForTheHub(page, origin);
  hub.log.length = 0;
  const studio = await Studio.visit(page, { at: '/?model=hf:makers/tiny-fox-GGUF:Q8_0', untuned: true });
  expect(await studio.hub.offers()).toEqual(['tiny-fox-Q8_0.gguf']);
  expect(hub.log.every((line) => line.startsWith('/api/models/'))).toBe(true);
  await studio.hub.open('tiny-fox-Q8_0.gguf');
  expect((await studio.model())?.label).toBe('tiny-fox-GGUF/more/tiny-fox-Q8_0.gguf');
});
