import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { expectAccessible, idle, open } from './page';

/** Presses Tab until something of that role and name has the focus, which must be visible. */
async function tabTo(page: Page, role: string, name: string | RegExp): Promise<void> {
  const wanted = page.getByRole(role as 'button', { name, exact: typeof name === 'string' }).first();
  await expect(wanted).toBeEnabled();
  for (let presses = 0; presses < 400; presses++) {
    await page.keyboard.press('Tab');
    if (await wanted.evaluate((e) => e === document.activeElement)) {
      const outline = await wanted.evaluate((e) => getComputedStyle(e).outlineStyle);
      expect(outline, `${name} shows its focus`).not.toBe('none');
      return;
    }
  }
  throw new Error(`Tab never reached ${role} ${name}`);
}

async function press(page: Page, role: string, name: string | RegExp, key = 'Enter'): Promise<void> {
  await tabTo(page, role, name);
  await page.keyboard.press(key);
}

test('the whole walk by keyboard alone', async ({ page }) => {
  await open(page);
  await press(page, 'button', 'Try the built-in model');
  await expect(page.locator('#model')).toContainText('3.67 M');
  await expect(page.locator('[data-level]').first()).toBeVisible();
  await idle(page);

  // F16, Q8_0 and Q4_K_M are selected; Q4_K_M is taken out and Q4_0 in.
  await press(page, 'checkbox', /^Q4_K_M/, 'Space');
  await press(page, 'checkbox', /^Q4_0/, 'Space');
  await press(page, 'button', 'Quantize 3 levels on the GPU');
  await idle(page);
  await expect(page.getByRole('button', { name: 'Release' })).toHaveCount(3);

  await tabTo(page, 'combobox', 'Level');
  await page.keyboard.type('Q8');
  await tabTo(page, 'textbox', 'Message');
  await page.keyboard.type('Tell me a story about a little fox named Nora.');
  await page.keyboard.press('Enter');
  await idle(page);
  await expect(page.locator('.messages li.assistant')).toContainText('Nora');

  await tabTo(page, 'tab', 'Chat');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Completion' })).toHaveAttribute('aria-selected', 'true');
  await press(page, 'button', 'Continue it');
  await idle(page);
  await expect(page.getByTestId('answer')).not.toBeEmpty();

  await press(page, 'checkbox', 'Memory and speed', 'Space');
  await tabTo(page, 'combobox', 'Context of the text');
  await page.keyboard.type('128');
  await tabTo(page, 'combobox', 'Time for each level');
  await page.keyboard.type('5');
  await press(page, 'button', 'Measure 3 selected levels');
  await idle(page);
  await expect(page.getByTestId('runs').locator('tbody tr')).toHaveCount(3);
  await press(page, 'button', 'Mean KL');
  await expect(page.getByRole('columnheader', { name: 'Mean KL' })).toHaveAttribute('aria-sort', 'ascending');
  await expect(page.getByTestId('advice')).toContainText('Take Q4_0');

  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    press(page, 'button', 'Download Q4_0 GGUF'),
  ]);
  await idle(page);
  expect(
    readFileSync(await saved.path())
      .subarray(0, 4)
      .toString(),
  ).toBe('GGUF');
  await expectAccessible(page);
});
