import { expect, type Page, test } from '@playwright/test';
import { checkpointFiles } from '../src/testing/checkpoints';
import { FakeHub } from '../src/testing/fake-hub';
import { jsonFile } from '../src/testing/safetensors-file';
import { TINY, tinyGguf } from '../bench/models/tiny-llama';
import { byteLevelTokenizer } from '../src/testing/tiny-tokenizers';
import { dropFiles, expectAccessible, idle, open } from './page';

const hub = new FakeHub();
let origin = '';
test.beforeAll(async () => {
  origin = await hub.start();
  hub.add(
    'org/tiny-phi',
    checkpointFiles('phi-3', 'x').map((f) => ({ ...f, path: f.path.slice(2) })),
  );
  hub.gated.set('org/tiny-phi', 'secret');
});
test.afterAll(() => hub.stop());

/** The page asks huggingface.co, as people's pages do; here a hub of this machine answers. */
async function answerForTheHub(page: Page): Promise<void> {
  await page.context().route('https://huggingface.co/**', async (route) => {
    const request = route.request();
    const cors = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*' };
    const expose = { 'Access-Control-Expose-Headers': 'Content-Range, Link, Retry-After' };
    if (request.method() === 'OPTIONS') return route.fulfill({ status: 204, headers: cors });
    const { pathname, search } = new URL(request.url());
    const asked = await request.allHeaders();
    const headers: Record<string, string> = {};
    for (const name of ['range', 'authorization']) if (asked[name]) headers[name] = asked[name];
    const answer = await fetch(`${origin}${pathname}${search}`, { headers });
    const body = Buffer.from(await answer.arrayBuffer());
    const range = answer.headers.get('content-range');
    return route.fulfill({
      status: answer.status,
      headers: { ...cors, ...expose, ...(range ? { 'Content-Range': range } : {}) },
      body,
    });
  });
}

test('a model of the hub opens by its address, runs, and is listed again', async ({ page }) => {
  await answerForTheHub(page);
  await open(page);
  await page.getByText('Or open one from Hugging Face').click();
  const address = page.getByLabel('Repository or address on Hugging Face');
  await address.fill('org/tiny-phi');
  await page.locator('.hub button').click();
  await expect(page.getByRole('alert')).toContainText(/answers 401: the model is gated/);
  await page.getByLabel('Access token, for gated models').fill('secret');
  await page.locator('.hub button').click();
  await expect(page.locator('#model')).toContainText('phi3');
  await page.locator('#run').getByLabel('Level').selectOption('Q8_0');
  await page.getByLabel('Message').fill('Hello');
  await page.getByRole('button', { name: 'Send' }).click();
  await idle(page);
  await expect(page.getByTestId('timing')).toBeVisible();
  await expectAccessible(page);

  // The token was for this visit; the address is remembered.
  await page.reload();
  await page.getByRole('button', { name: 'org/tiny-phi', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText(/answers 401/);
  hub.gated.clear();
  const fetched = hub.log.length;
  await page.getByRole('button', { name: 'org/tiny-phi', exact: true }).click();
  await expect(page.locator('#model')).toContainText('phi3');
  // Its weights were on the disk already: asked for were the list, and nothing else.
  expect(hub.log.slice(fetched).filter((line) => line.includes('/cdn/'))).toEqual([]);
  const remove = page.getByRole('button', { name: 'Delete what was fetched of org/tiny-phi' });
  await remove.click();
  await expect(page.getByRole('alert')).toContainText('org/tiny-phi is open');
  await page.getByRole('button', { name: 'Try the built-in model' }).click();
  await expect(page.locator('#model')).toContainText('nibble-stories');
  await remove.click();
  await expect(remove).toHaveCount(0);
  await page.getByRole('button', { name: 'Forget org/tiny-phi' }).click();
  await expect(page.getByText('Opened before')).toHaveCount(0);
});

test('a result is kept in the browser, opened another day, and deleted', async ({ page }) => {
  await open(page);
  await dropFiles(page, [{ path: 'tiny.gguf', bytes: tinyGguf(TINY) }], test.info().outputDir);
  await page.getByRole('button', { name: 'Keep Q8_0 GGUF in this browser' }).click();
  await idle(page);
  await page.reload();
  const kept = page.getByRole('button', { name: 'tiny-llama-Q8_0.gguf', exact: true });
  await expect(kept).toBeVisible();
  await expect(page.locator('.library')).toContainText(/MiB of .* that the browser grants/);
  await expectAccessible(page);
  await kept.click();
  await expect(page.locator('#model')).toContainText('Q8_0');
  await page.getByRole('button', { name: 'Delete tiny-llama-Q8_0.gguf' }).click();
  await expect(kept).toHaveCount(0);
});

test('with storage denied everything else works, and it is said', async ({ page }) => {
  await page.addInitScript(() => {
    const denied = () => Promise.reject(new DOMException('denied', 'SecurityError'));
    Object.defineProperty(navigator.storage, 'getDirectory', { value: denied });
    Object.defineProperty(window, 'indexedDB', {
      get: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  });
  await open(page);
  await expect(page.getByText('This browser lets the page keep nothing')).toBeVisible();
  await dropFiles(page, [{ path: 'tiny.gguf', bytes: tinyGguf(TINY) }], test.info().outputDir);
  await expect(page.locator('#model')).toContainText('tiny.gguf');
  await expect(page.getByRole('button', { name: /^Keep/ })).toHaveCount(0);
});

test('an unknown pre-tokenizer is asked for', async ({ page }) => {
  await open(page);
  const strange = byteLevelTokenizer(320, ['<|start|>', '<|end|>'], {
    pre_tokenizer: { type: 'Whitespace' },
  });
  const files = checkpointFiles('qwen3', 'strange').filter((f) => !f.path.endsWith('tokenizer.json'));
  await dropFiles(page, [...files, jsonFile('strange/tokenizer.json', strange)], test.info().outputDir);
  await expect(page.getByRole('alert')).toContainText(
    /a pre-tokenizer that is not known here.* Without it the tokens would be wrong/,
  );
  await page.getByLabel("Its pre-tokenizer, by llama.cpp's name").selectOption('qwen2');
  await page.getByRole('button', { name: 'Open with it' }).click();
  await expect(page.locator('#model')).toContainText('byte-level BPE, qwen2');
  await expect(page.getByRole('alert')).toHaveCount(0);
});
