import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { memorySource } from '../src/files/byte-source';
import { readImatrix } from '../src/files/imatrix';
import { TINY, tinyGguf } from '../bench/models/tiny-llama';
import { download, dropFiles, expectAccessible, idle, open, selectLevels } from './page';

const EIGHT = ['F16', 'Q8_0', 'Q6_K', 'Q5_K_M', 'Q4_K_M', 'Q4_0', 'Q3_K_M', 'Q2_K'];
const heldOut = readFileSync('public/texts/stories-held-out.txt', 'utf8');
/** Two chunks of it, so that every sweep measures the same whatever the machine's speed. */
const text = { path: 'two-chunks.txt', bytes: new TextEncoder().encode(heldOut.slice(0, 1300)) };
const QUALITY = ['perplexity', 'kl', 'kl99', 'same', 'rms'];

async function openBuiltIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try the built-in model' }).click();
  await expect(page.locator('#model')).toContainText('3.67 M');
  await expect(page.locator('[data-level]').first()).toBeVisible();
  await idle(page);
}

/** Quality of every level, as the table shows it. */
async function figures(page: Page): Promise<Record<string, string[]>> {
  const out: Record<string, string[]> = {};
  for (const row of await page.getByTestId('runs').locator('tbody tr').all()) {
    const level = await row.locator('th').innerText();
    out[level] = [];
    for (const id of QUALITY) out[level].push(await row.locator(`[data-column=${id}]`).innerText());
  }
  return out;
}

const memory = async (page: Page) => page.getByTestId('memory').locator('b').first().textContent();

async function releaseAll(page: Page): Promise<void> {
  for (;;) {
    const release = page.getByRole('button', { name: 'Release' });
    if ((await release.count()) === 0) return;
    const left = await release.count();
    await release.first().click();
    await expect(release).toHaveCount(left - 1);
  }
}

test('a sweep of eight levels: stopped, gone on with after a reload, the same figures as one without a break', async ({
  page,
}) => {
  test.setTimeout(900_000);
  await page.addInitScript(() => {
    const tasks: number[] = [];
    Object.assign(window, { longTasks: tasks });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) tasks.push(Math.round(entry.duration));
    }).observe({ entryTypes: ['longtask'] });
  });
  await open(page);
  await openBuiltIn(page);
  const start = await memory(page);
  await dropFiles(page, [text], test.info().outputDir);
  await expect(page.getByLabel('Text', { exact: true })).toHaveValue('own');
  await page.getByLabel('Context of the text').selectOption('128');
  await selectLevels(page, EIGHT);
  await page.evaluate(() => ((window as unknown as { longTasks: number[] }).longTasks.length = 0));
  await page.getByRole('button', { name: 'Measure 8 selected levels' }).click();
  await expect(page.locator('#compare [role=status]').first()).toContainText(/Quality of .* \(4 of 16/, {
    timeout: 240_000,
  });
  await page.getByRole('button', { name: 'Stop' }).click();
  await idle(page);
  await expect(page.getByTestId('unfinished')).toContainText('stopped with 13 measurements to go');
  const before = await figures(page);
  expect(Object.keys(before)).toHaveLength(3);
  const longTasks = await page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks);
  console.log(`main thread while measuring: ${longTasks.length} tasks over 50 ms (${longTasks.join(', ')})`);

  await page.reload();
  await openBuiltIn(page);
  await expect(page.getByTestId('unfinished')).toContainText('13 measurements to go');
  expect(await figures(page)).toEqual(before);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByTestId('unfinished')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Stop' })).toHaveCount(0, { timeout: 400_000 });
  const whole = await figures(page);
  expect(Object.keys(whole)).toHaveLength(8);
  await expect(page.getByTestId('advice')).toContainText(/Take Q\d\S+: the smallest of these/);
  await expect(page.getByTestId('pareto').locator('.recharts-scatter-symbol')).toHaveCount(8);
  await expect(page.getByTestId('runs').locator('[data-column=generation]')).toHaveCount(8);
  await releaseAll(page);
  expect(await memory(page)).toBe(start);

  await page.getByRole('button', { name: 'Mean KL' }).click();
  const sorted = await page.getByTestId('runs').locator('tbody th').allInnerTexts();
  expect(sorted[0]).toBe('F16');
  expect(sorted.at(-1)).toBe('Q2_K');
  await expectAccessible(page);
  for (const width of [360, 768, 1440, 2560])
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: 900 });
      await page.waitForTimeout(300);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.locator('#compare').screenshot({ path: `test-results/compare-${width}-${scheme}.png` });
    }

  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('button', { name: 'Forget these figures' }).click();
  await expect(page.getByTestId('runs')).toHaveCount(0);
  await page.getByRole('checkbox', { name: 'Memory and speed' }).uncheck();
  await dropFiles(page, [text], test.info().outputDir);
  await page.getByLabel('Context of the text').selectOption('128');
  await selectLevels(page, EIGHT);
  await page.getByRole('button', { name: 'Measure 8 selected levels' }).click();
  await expect(page.getByRole('button', { name: 'Stop' })).toHaveCount(0, { timeout: 400_000 });
  expect(await figures(page)).toEqual(whole);
});

test('an importance matrix collected from a text of the person: used, saved, read back', async ({ page }) => {
  await open(page);
  await openBuiltIn(page);
  const folder = test.info().outputDir;
  await dropFiles(page, [text], folder);
  await page.getByRole('button', { name: 'Collect one from two-chunks.txt' }).click();
  await idle(page);
  await expect(page.locator('#levels [role=alert]')).toContainText(
    /The text has \d+ tokens; a context of 512 takes at least as many/,
  );
  const calibration = readFileSync('public/texts/stories-calibration.txt').subarray(0, 6000);
  await dropFiles(page, [{ path: 'mine.txt', bytes: new Uint8Array(calibration) }], folder);
  await page.getByRole('button', { name: 'Collect one from mine.txt' }).click();
  await idle(page);
  await expect(page.getByTestId('imatrix')).toContainText(
    /28 of its 28 tensors are in this model, from \d+ chunks/,
  );
  await expect(page.locator('.refused')).toHaveCount(0);
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save it' }).click(),
  ]);
  const bytes = new Uint8Array(readFileSync(await saved.path()));
  const matrix = await readImatrix(memorySource('saved', bytes));
  expect(matrix.datasets).toEqual(['mine.txt']);
  expect(matrix.entries.size).toBe(28);
  await selectLevels(page, ['IQ2_XXS']);
  await page.getByRole('button', { name: 'Quantize 1 level on the GPU' }).click();
  await idle(page);
  await expect(page.locator('[data-level="IQ2_XXS"] [data-label="Error"]')).toContainText('%');
  await expectAccessible(page);
});

test('a size of your own: searched, looked at by keyboard, added, made, measured', async ({ page }) => {
  await open(page);
  const folder = test.info().outputDir;
  const bytes = tinyGguf({ ...TINY, ffn: 256, layers: 1, type: 'F16' });
  await dropFiles(page, [{ path: 'tiny.gguf', bytes }], folder);
  await expect(page.locator('#model')).toContainText('tiny.gguf');
  await idle(page);
  await dropFiles(page, [{ ...text, bytes: new TextEncoder().encode(heldOut.slice(0, 3000)) }], folder);
  await page.getByRole('button', { name: 'Measure what each tensor is worth' }).click();
  await idle(page);
  const mix = page.getByTestId('mix');
  await expect(mix).toContainText(/Expected KL/);
  const slider = page.getByLabel('Target size');
  await slider.focus();
  await page.keyboard.press('Home');
  const smallest = await mix.innerText();
  await page.keyboard.press('End');
  await expect(mix).not.toHaveText(smallest);
  await expect(mix).toContainText(/\d+ × Q8_0/);
  for (let i = 0; i < 5; i++) await page.keyboard.press('PageDown');
  await page.getByText('The same with llama-quantize').click();
  await expect(page.locator('.search pre')).toContainText("--tensor-type '^blk\\.0\\.attn_q\\.weight$=");
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save the recipe' }).click(),
  ]);
  const recipe = JSON.parse(readFileSync(await saved.path(), 'utf8'));
  expect(recipe.tensorTypes).toHaveLength(9);
  await page.getByRole('button', { name: 'Add it to the levels' }).click();
  await idle(page);
  const row = page.locator('[data-level^="mix-"]');
  await expect(row).toHaveCount(1);
  await expect(row.locator('[data-label=File]')).toHaveAttribute('title', `${recipe.fileBytes} bytes`);
  const name = (await row.getAttribute('data-level'))!;
  await selectLevels(page, [name]);
  await page.getByLabel('Context of the text').selectOption('128');
  await page.getByLabel('Time for each level').selectOption('5');
  await page.getByRole('button', { name: 'Measure 1 selected level' }).click();
  await idle(page);
  await expect(page.getByTestId('runs').locator('tbody th')).toHaveText([name]);
  const made = await download(page, name);
  expect(made.length).toBe(recipe.fileBytes);
  await expectAccessible(page);
  for (const [width, scheme] of [
    [1440, 'light'],
    [360, 'dark'],
  ] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height: 900 });
    await page.waitForTimeout(300);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.locator('#levels').screenshot({ path: `test-results/search-${width}-${scheme}.png` });
  }

  // Another day: the recipe is dropped, and makes the same file.
  await page.reload();
  await expect(page.locator('.chip')).toContainText('swiftshader', { ignoreCase: true });
  await dropFiles(page, [{ path: 'tiny.gguf', bytes }], folder);
  await expect(page.locator('#model')).toContainText('tiny.gguf');
  await idle(page);
  const saying = new TextEncoder().encode(JSON.stringify(recipe));
  await dropFiles(page, [{ path: 'tiny-recipe.json', bytes: saying }], folder);
  await expect(page.locator(`[data-level="${name}"]`)).toHaveCount(1);
  expect((await download(page, name)).equals(made)).toBe(true);
});

test('side by side: one prompt at three levels, the first token where they part, how sure each was', async ({
  page,
}) => {
  await open(page);
  await openBuiltIn(page);
  await selectLevels(page, ['F16', 'Q4_0', 'Q2_K']);
  await page.getByRole('tab', { name: 'Side by side' }).click();
  await page.getByText('Sampling', { exact: true }).click();
  await page.getByLabel('Most tokens').fill('40');
  await page.getByLabel('Temperature').fill('0');
  await page.getByRole('button', { name: 'Continue it at F16, Q4_0, Q2_K' }).click();
  await idle(page);
  await expect(page.locator('[data-side]')).toHaveCount(3);
  const said = await page.getByTestId('parts').innerText();
  const texts: Record<string, string[]> = {};
  const marks: Record<string, number> = {};
  for (const level of await page.locator('[data-side]').all()) {
    const tokens = level.locator('.tokens > *');
    expect(await tokens.count()).toBe(40);
    expect(await tokens.first().getAttribute('title')).toMatch(/^[\d.]+ %$/);
    const type = (await level.getAttribute('data-side'))!;
    texts[type] = await tokens.allInnerTexts();
    marks[type] = await tokens.evaluateAll((all) => all.findIndex((t) => t.tagName === 'MARK'));
  }
  for (const type of ['Q4_0', 'Q2_K']) {
    const parts = texts[type]!.findIndex((t, i) => t !== texts.F16![i]);
    expect(parts).toBeGreaterThan(0);
    expect(marks[type]).toBe(parts);
    expect(said).toContain(`${type} leaves F16 after ${parts} tokens`);
  }
  expect(marks.F16).toBe(Math.min(marks.Q4_0!, marks.Q2_K!));
  await expectAccessible(page);
  await page.locator('#run').screenshot({ path: 'test-results/side-1440.png' });
  await page.setViewportSize({ width: 360, height: 900 });
  await page.waitForTimeout(300);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});
