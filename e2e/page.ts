import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import type { NamedBytes } from '../src/testing/safetensors-file';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Drops files or folders of the disk on the page, as a person's mouse would: through the browser's input pipeline. */
export async function dropPaths(page: Page, paths: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 200, y: 200, data });
}

/** Writes files below a folder of the test and drops what lies at its top. */
export async function dropFiles(page: Page, files: readonly NamedBytes[], folder: string): Promise<void> {
  const tops = new Set<string>();
  for (const file of files) {
    const path = join(folder, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.bytes);
    tops.add(join(folder, file.path.split('/')[0]!));
  }
  await dropPaths(page, [...tops]);
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
  const rows = page.locator('[data-level]');
  await rows.first().waitFor();
  for (const row of await rows.all()) {
    const type = ((await row.getAttribute('data-level')) ?? '').trim();
    const box = row.locator('input[type=checkbox]').first();
    if (await box.isEnabled()) await box.setChecked(types.includes(type));
  }
}

/** Playwright cannot answer the save dialog; without it the page downloads through its private disk. */
export async function open(page: Page, query = ''): Promise<void> {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
  await page.goto(`/${query}`);
  await expect(page.locator('.chip')).toContainText('swiftshader', { timeout: 30_000, ignoreCase: true });
}

export async function download(page: Page, type: string): Promise<Buffer> {
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: `Download ${type} GGUF` }).click(),
  ]);
  await idle(page);
  return readFileSync(await saved.path());
}
