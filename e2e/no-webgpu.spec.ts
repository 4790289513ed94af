import { expect, test } from '@playwright/test';
import { fileTypes } from '../src/quant/file-types';
import { TINY, tinyGguf } from '../bench/models/tiny-llama';
import { dropFiles, expectAccessible } from './page';

test('without WebGPU the page says so; looking and planning still work', async ({ page }) => {
  await page.goto('/');
  await expect(page.locator('#device')).toContainText(/no WebGPU|no graphics adapter/);
  await dropFiles(page, [{ path: 'tiny.gguf', bytes: tinyGguf(TINY) }], test.info().outputDir);
  await expect(page.locator('#model')).toContainText('llama');
  await expect(page.locator('[data-level]')).toHaveCount(fileTypes.length);
  await expect(page.getByRole('button', { name: /Quantize .* on the GPU/ })).toBeDisabled();
  await expectAccessible(page);
});
