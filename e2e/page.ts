import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';
import type { NamedBytes } from '../src/testing/tiny-folder';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Drops files on the page with a real drop event, through the browser's own input pipeline. */
export async function dropFiles(page: Page, files: readonly NamedBytes[]): Promise<void> {
  const payload = files.map((f) => ({
    name: f.path.split('/').pop()!,
    base64: Buffer.from(f.bytes).toString('base64'),
  }));
  const transfer = await page.evaluateHandle((list) => {
    const data = new DataTransfer();
    for (const { name, base64 } of list)
      data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    return data;
  }, payload);
  await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

/** axe over the page as it is; colours are checked too. */
export async function expectAccessible(page: Page): Promise<void> {
  const violations = await page.evaluate(async (source) => {
    // The page's policy forbids eval and inline scripts; a function body given to evaluate is neither.
    const scope = window as unknown as {
      axe?: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    if (!scope.axe) new Function(source).call(window);
    const result = await scope.axe!.run();
    return result.violations.map(
      (v) =>
        `${v.id}: ${v.nodes
          .map((n) => n.html)
          .slice(0, 3)
          .join(' | ')}`,
    );
  }, axeSource);
  expect(violations).toEqual([]);
}

/** Waits until nothing runs. */
export async function idle(page: Page): Promise<void> {
  await expect(page.getByRole('button', { name: 'Stop' })).toHaveCount(0, { timeout: 180_000 });
}

/** Takes a level's check mark to a state. */
export async function selectLevels(page: Page, types: readonly string[]): Promise<void> {
  const rows = page.locator('.levels tbody tr');
  for (const row of await rows.all()) {
    const type = ((await row.locator('b').textContent()) ?? '').trim();
    const box = row.locator('input[type=checkbox]').first();
    if (await box.isEnabled()) await box.setChecked(types.includes(type));
  }
}
