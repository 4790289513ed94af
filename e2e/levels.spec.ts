import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { memorySource } from '../src/files/byte-source';
import { readGguf } from '../src/files/gguf/read';
import { planQuantization } from '../src/model/plan';
import { fileTypeByLabel, fileTypes } from '../src/quant/file-types';
import { codecHash } from '../src/testing/codec-hash';
import { testImatrix } from '../src/testing/importance';
import { imatrixGguf } from '../src/testing/imatrix-files';
import { TINY, tinyGguf } from '../bench/models/tiny-llama';
import { dropFiles, expectAccessible, idle, selectLevels } from './page';

const bytes = tinyGguf({ ...TINY, ffn: 256, layers: 1 });
const model = () => readGguf(memorySource('tiny.gguf', bytes));

const memoryInUse = async (page: Page) => page.getByTestId('memory').locator('b').first().textContent();

test('every level, one by one, with an importance matrix dropped in: no reload, no growth of GPU memory', async ({
  page,
}) => {
  test.setTimeout(600_000);
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
  await page.goto('/');
  await page.evaluate(() => Object.assign(window, { neverReloaded: true }));
  const folder = test.info().outputDir;
  await dropFiles(page, [{ path: 'tiny.gguf', bytes }], folder);
  await expect(page.locator('#model')).toContainText('tiny.gguf');
  await expect(page.locator('[data-level]')).toHaveCount(fileTypes.length);
  // Without a matrix the smallest levels are refused, with llama-quantize's reason.
  await expect(page.locator('[data-level="IQ2_XS"]')).toContainText('requires an importance matrix');
  await idle(page);

  const matrix = testImatrix(await model());
  await dropFiles(page, [{ path: 'tiny.imatrix.gguf', bytes: imatrixGguf(matrix) }], folder);
  await expect(page.getByTestId('imatrix')).toContainText('tiny.imatrix.gguf: 8 of its 8 tensors');
  await expect(page.locator('#model')).toContainText('tiny.gguf');
  await expect(page.locator('.refused')).toHaveCount(0);

  const seen = new Set<string | null>();
  for (const { label } of fileTypes) {
    await selectLevels(page, [label]);
    await page.getByRole('button', { name: 'Quantize 1 level on the GPU' }).click();
    await idle(page);
    const row = page.locator(`[data-level="${label}"]`);
    await expect(row.locator('[data-label="Error"]')).toContainText('%');
    await row.getByRole('button', { name: 'Release' }).click();
    await expect(row).toContainText('measured, released');
    seen.add(await memoryInUse(page));
  }
  expect([...seen]).toHaveLength(1);
  expect(await page.evaluate(() => 'neverReloaded' in window)).toBe(true);
  await expect(page.getByTestId('sizes').locator('.recharts-bar-rectangle')).toHaveCount(fileTypes.length);

  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download Q4_K_M GGUF' }).click(),
  ]);
  await idle(page);
  const file = readFileSync(await saved.path());
  const hash = createHash('sha256').update(file).digest('hex');
  expect(await page.getByTestId('sha256-Q4_K_M').textContent()).toContain(hash);
  const plan = planQuantization(await model(), fileTypeByLabel('Q4_K_M')!, { importance: matrix });
  expect(hash).toBe(await codecHash(plan));
  const written = (await readGguf(memorySource('written', new Uint8Array(file)))).metadata;
  expect(written.get('quantize.imatrix.file')?.value).toBe('tiny.imatrix.gguf');

  await page.locator('[data-level="Q4_K_M"] .structure summary').click();
  await expect(page.locator('[data-level="Q4_K_M"] .structure')).toContainText('INT4');
  await expectAccessible(page);
  for (const [name, width, scheme] of [
    ['wide', 1440, 'light'],
    ['narrow', 360, 'dark'],
  ] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height: 900 });
    await page.waitForTimeout(300);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.screenshot({ path: `test-results/levels-${name}.png`, fullPage: true });
  }

  await page.getByRole('button', { name: 'Do without' }).click();
  await expect(page.locator('[data-level="IQ2_XS"]')).toContainText('requires an importance matrix');
  await idle(page);
  await dropFiles(
    page,
    [
      {
        path: 'other.imatrix.gguf',
        bytes: imatrixGguf({ ...matrix, entries: new Map([['x.weight', new Float32Array(4)]]) }),
      },
    ],
    folder,
  );
  await expect(page.getByRole('alert')).toContainText(
    'other.imatrix.gguf: none of its 1 tensors is in tiny.gguf',
  );
  await expect(page.locator('#model')).toContainText('tiny.gguf');
});
