import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { gguf } from '@huggingface/gguf';
import { memorySource } from '../src/files/byte-source';
import { readGguf } from '../src/files/gguf/read';
import { planQuantization } from '../src/model/plan';
import { fileTypeByLabel, fileTypes } from '../src/quant/file-types';
import { codecHash } from '../src/testing/codec-hash';
import { huggingFaceFolder } from '../src/testing/tiny-folder';
import { TINY, tinyGguf } from '../bench/models/tiny-llama';
import { hasShared, sharedFolder, sharedJson } from '../src/testing/golden';
import { download, dropFiles, dropPaths, expectAccessible, idle, open, selectLevels } from './page';

const tiny = { ...TINY, chat: true, type: 'F16' as const };
const file = { path: 'tiny.gguf', bytes: tinyGguf(tiny) };

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('the built-in model: open, quantize, chat twice, continue, measure, download', async ({ page }) => {
  const requests: string[] = [];
  page.on('request', (request) => requests.push(new URL(request.url()).host));
  await open(page);
  await page.getByRole('button', { name: 'Try the built-in model' }).click();
  await expect(page.locator('#model')).toContainText('3.67 M');
  await expect(page.locator('[data-level]')).toHaveCount(fileTypes.length);
  await selectLevels(page, ['F16', 'Q8_0', 'Q4_0']);
  await page.getByRole('button', { name: 'Quantize 3 levels on the GPU' }).click();
  await idle(page);
  await expect(page.getByRole('button', { name: 'Release' })).toHaveCount(3);
  await page.getByText('Where the error is: layers and tensors').click();
  await page.getByLabel('Level of the map').selectOption('Q4_0');
  await expect(page.getByTestId('heat').locator('tbody tr')).toHaveCount(4);
  await expect(page.getByTestId('heat').locator('td')).toHaveText(Array(4 * 7).fill(/^[\d.]+ %$/));
  await page.getByTestId('heat').locator('td button').first().click();
  await expect(page.getByTestId('tensor')).toContainText(/blk\.0\.attn_k\.weight: 128 × 256 F16 to Q4_0/);
  await expect(page.getByTestId('block').locator('tbody tr')).toHaveCount(32);
  await page.getByTestId('tensor').getByLabel('Row').fill('7');
  await expect(page.getByTestId('tensor').locator('.recharts-bar-rectangle path').first()).toBeAttached();
  await page.getByTestId('tensor').screenshot({ path: 'test-results/tensor.png' });
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Close the tensor' }).click();

  await page.getByLabel('Message').fill('Tell me a story about a little fox named Nora.');
  await page.getByRole('button', { name: 'Send' }).click();
  await idle(page);
  await expect(page.locator('.messages li.assistant')).toContainText('Nora');
  await expect(page.getByTestId('timing')).toContainText(
    /First token\s*\d+ ms\s*Prompt\s*[\d.]+ t\/s\s*Generation\s*[\d.]+ t\/s/,
  );
  await page.getByLabel('Message').fill('Who is the story about?');
  await page.getByRole('button', { name: 'Send' }).click();
  await idle(page);
  await expect(page.locator('.messages li.assistant')).toHaveCount(2);
  await expect(page.locator('.messages li.assistant').last()).toContainText('Nora');

  await page.getByRole('tab', { name: 'Completion' }).click();
  await page.getByText('Sampling', { exact: true }).click();
  await page.getByLabel('Most tokens').fill('24');
  await page.getByLabel('Temperature').fill('0');
  await page.getByRole('button', { name: 'Continue it' }).click();
  await idle(page);
  await expect(page.getByTestId('answer')).toContainText('there was a');
  await expectAccessible(page);

  const bytes = await download(page, 'Q4_0');
  expect(await page.getByTestId('sha256-Q4_0').textContent()).toContain(sha256Of(bytes));
  const source = memorySource(
    'built-in',
    new Uint8Array(readFileSync('public/models/nibble-stories-F16.gguf')),
  );
  const plan = planQuantization(await readGguf(source), fileTypeByLabel('Q4_0')!);
  expect(sha256Of(bytes)).toBe(await codecHash(plan));

  await page.getByLabel('Time for each level').selectOption('5');
  await page.getByRole('button', { name: 'Measure 3 selected levels' }).click();
  await idle(page);
  await expect(page.getByTestId('runs').locator('tbody tr')).toHaveCount(3);
  await expect(page.locator('.charts .recharts-bar-rectangle')).toHaveCount(3 * 5);
  await expect(page.getByTestId('runs').locator('tbody tr').last()).toContainText(
    /\d+, by (bytes|dispatches)/,
  );
  await page.getByRole('button', { name: 'Compare with float32' }).click();
  await idle(page);
  await expect(page.locator('#device')).toContainText(/KL \d\.\de-\d+, same top token (9[5-9]|100) %/);
  await expectAccessible(page);
  for (const [name, width, scheme] of [
    ['wide-light', 1440, 'light'],
    ['wide-dark', 1440, 'dark'],
    ['narrow-light', 360, 'light'],
    ['narrow-dark', 360, 'dark'],
  ] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height: 900 });
    await page.waitForTimeout(400);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.screenshot({ path: `test-results/studio-${name}.png`, fullPage: true });
  }
  await expectAccessible(page);
  expect([...new Set(requests)]).toEqual(['127.0.0.1:4173']);
});

test('a dropped GGUF: three levels, download, and the download reopened gives the same bytes', async ({
  page,
}) => {
  await open(page);
  await dropFiles(page, [file], test.info().outputDir);
  await expect(page.locator('#model')).toContainText('tiny.gguf');
  await selectLevels(page, ['Q8_0', 'Q5_1', 'Q4_1']);
  await page.getByRole('button', { name: 'Quantize 3 levels on the GPU' }).click();
  await idle(page);
  const bytes = await download(page, 'Q8_0');
  const { metadata, tensorInfos } = await parse(bytes);
  expect((metadata as Record<string, unknown>)['general.file_type']).toBe(7);
  expect(tensorInfos).toHaveLength(TINY.layers * 9 + 3);
  await dropFiles(page, [{ path: 'again.gguf', bytes: new Uint8Array(bytes) }], test.info().outputDir);
  await expect(page.locator('#model')).toContainText('again.gguf');
  await expect(page.locator('#model')).toContainText('Q8_0');
  expect(sha256Of(await download(page, 'Q8_0'))).toBe(sha256Of(bytes));
});

test('a dropped Hugging Face folder gives the file that its GGUF gives, with tensors split by rows', async ({
  page,
}) => {
  await open(page, '?max-binding=65536');
  await dropFiles(page, huggingFaceFolder({ ...tiny, context: 64 }, 2), test.info().outputDir);
  await expect(page.locator('#model')).toContainText('F16');
  const { tensorInfos } = await parse(await download(page, 'Q4_0'));
  const head = tensorInfos.find((t) => t.name === 'output.weight');
  expect(head?.dtype).toBe(14);
  await page.locator('#levels').getByLabel('Context').selectOption('64');
  await page.getByRole('tab', { name: 'Completion' }).click();
  await page.getByRole('button', { name: 'Continue it' }).click();
  await idle(page);
  await expect(page.getByTestId('timing')).toBeVisible();
});

test('broken weights and a second file leave the first model open', async ({ page }) => {
  await open(page);
  const broken = tinyGguf(tiny);
  broken.fill(0xff, broken.length - 64, broken.length - 32);
  await dropFiles(page, [{ path: 'broken.gguf', bytes: broken }], test.info().outputDir);
  await expect(page.locator('#model')).toContainText('broken.gguf');
  await selectLevels(page, ['Q8_0']);
  await page.getByRole('button', { name: /Quantize 1 level/ }).click();
  await expect(page.getByRole('alert')).toContainText(
    /output\.weight: 16 of 76800 weights are NaN or infinite/,
  );
  await dropFiles(page, [{ path: 'cut.gguf', bytes: file.bytes.slice(0, 5000) }], test.info().outputDir);
  await expect(page.getByRole('alert')).toContainText('cut.gguf');
  await expect(page.locator('#model')).toContainText('broken.gguf');
  await dropFiles(page, [file], test.info().outputDir);
  await expect(page.locator('#model')).toContainText('tiny.gguf');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('stopping, a lost device and bad files leave the page usable', async ({ page }) => {
  await open(page);
  await dropFiles(page, [{ path: 'cat.gguf', bytes: new Uint8Array(8) }], test.info().outputDir);
  await expect(page.getByRole('alert')).toContainText('cat.gguf');
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await page.getByRole('button', { name: 'Try the built-in model' }).click();
  await expect(page.locator('[data-level]')).toHaveCount(fileTypes.length);

  await page.getByLabel('Message').fill('Tell me a story.');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByTestId('answer')).toContainText(/\w+ \w+ \w+/, { timeout: 60_000 });
  await page.evaluate(() => (window as unknown as { nibble: { loseDevice(): void } }).nibble.loseDevice());
  await idle(page);
  await expect(page.locator('.messages li')).toHaveCount(2);
  await expect(page.locator('.messages li.assistant')).toContainText(/\w+ \w+ \w+/);
  await expect(page.getByRole('alert')).toHaveCount(0);

  await page.getByLabel('Message').fill('Tell me a story about Tom.');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByTestId('answer')).toContainText(/\w+ \w+/, { timeout: 60_000 });
  await dropFiles(page, [file], test.info().outputDir);
  await expect(page.getByRole('alert')).toContainText('tiny.gguf was not opened');
  await page.getByRole('button', { name: 'Stop' }).click();
  await idle(page);
  await expect(page.getByTestId('timing')).toContainText('cancelled');
  await expect(page.locator('#model')).toContainText('nibble-stories');
});

test('a save dialog: the file goes to its handle; cancelled, nothing happens', async ({ page }) => {
  await page.addInitScript(() => {
    const dialog = async () => {
      if (Reflect.get(window, 'cancelled')) throw new DOMException('', 'AbortError');
      const root = await navigator.storage.getDirectory();
      return root.getFileHandle('target.gguf', { create: true });
    };
    Object.assign(window, { showSaveFilePicker: dialog });
  });
  await page.goto('/');
  await page.getByRole('button', { name: 'Try the built-in model' }).click();
  await page.getByRole('button', { name: 'Download Q8_0 GGUF' }).click();
  await expect(page.getByTestId('sha256-Q8_0')).toBeAttached({ timeout: 60_000 });
  const bytes = await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const file = await (await root.getFileHandle('target.gguf')).getFile();
    return [...new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))];
  });
  expect(await page.getByTestId('sha256-Q8_0').textContent()).toBe(Buffer.from(bytes).toString('hex'));
  await page.evaluate(() => Object.assign(window, { cancelled: true }));
  await page.getByRole('button', { name: 'Download Q4_0 GGUF' }).click();
  await expect(page.getByRole('button', { name: 'Download Q4_0 GGUF' })).toBeEnabled();
  await expect(page.getByTestId('sha256-Q4_0')).toHaveCount(0);
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a full disk is said, and nothing half-written is offered', async ({ page, context }) => {
  await open(page);
  const session = await context.newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', {
    origin: new URL(page.url()).origin,
    quotaSize: 1_000_000,
  });
  await page.getByRole('button', { name: 'Try the built-in model' }).click();
  let downloads = 0;
  page.on('download', () => downloads++);
  await page.getByRole('button', { name: 'Download Q8_0 GGUF' }).click();
  await expect(page.getByRole('alert')).toContainText('disk is full', { timeout: 60_000 });
  await expect(page.getByTestId('sha256-Q8_0')).toHaveCount(0);
  expect(downloads).toBe(0);
  expect(
    await page.evaluate(async () => {
      const names: string[] = [];
      const root = await navigator.storage.getDirectory();
      for await (const name of (await root.getDirectoryHandle('exports')).keys()) names.push(name);
      return names;
    }),
  ).toEqual([]);
  await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(page.url()).origin });
  await page.getByRole('button', { name: 'Dismiss' }).click();
  expect((await download(page, 'Q8_0')).length).toBeGreaterThan(3_000_000);
});

// With the larger reference collection beside the checkout: the page's file is llama-quantize's.
if (hasShared)
  test('shakes3M through the page has the hash of the reference', async ({ page }) => {
    const { results } = sharedJson<{ results: { tag: string; file_sha256: string }[] }>(
      'golden/quantize/shakes3M.json',
    );
    await open(page);
    await dropPaths(page, [`${sharedFolder}/models/shakes3M/shakes3M-F32.gguf`]);
    await expect(page.locator('#model')).toContainText('shakes3M-F32.gguf');
    const want = results.find((r) => r.tag === 'Q4_0')!.file_sha256;
    expect(sha256Of(await download(page, 'Q4_0'))).toBe(want);
  });

async function parse(bytes: Buffer) {
  const { writeFileSync } = await import('node:fs');
  const path = test.info().outputPath('download.gguf');
  writeFileSync(path, bytes);
  return gguf(path, { allowLocalFile: true });
}
