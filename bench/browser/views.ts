// npm run views: pictures of the built page in views/, in every state with figures, at four widths, light and dark, for
// review; docs/studio.png is cut from one of them.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { preview } from 'vite';
import { idle, selectLevels } from '../../e2e/page';
import { launchOf } from './browser';

const WIDTHS = [360, 768, 1440, 2560];
const LEVELS = ['F16', 'Q8_0', 'Q5_K_M', 'Q4_K_M', 'Q4_0', 'Q3_K_M', 'Q2_K'];
const root = resolve(import.meta.dirname, '../..');
const out = join(root, 'views');
mkdirSync(out, { recursive: true });

async function picture(page: Page, name: string, part?: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of WIDTHS) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.waitForTimeout(300);
      const path = join(out, `${name}-${width}-${colorScheme}.png`);
      if (part) await page.locator(part).screenshot({ path });
      else await page.screenshot({ path, fullPage: true });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      if (wide > width) process.stdout.write(`${name} at ${width}: scrolls to ${wide}\n`);
    }
  await page.setViewportSize({ width: 1440, height: 900 });
}

const { label: _, ...options } = launchOf(undefined);
const server = await preview({ root, logLevel: 'error', preview: { port: 4179, host: '127.0.0.1' } });
const browser = await chromium.launch({ headless: true, ...options });
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const press = async (name: string | RegExp) => {
    await page.getByRole('button', { name }).first().click();
    await idle(page);
  };
  await page.goto('http://127.0.0.1:4179/');
  await page.waitForTimeout(2000);
  await picture(page, 'empty');
  await press('Try the built-in model');
  await picture(page, 'opened');
  await selectLevels(page, LEVELS);
  await page.getByLabel('Time for each level').selectOption('5');
  await press(/^Measure \d selected levels/);
  await press(/^Quantize \d levels/);
  await page.getByLabel('Message').fill('Tell me a story about a little fox named Nora.');
  await press('Send');
  await page.waitForTimeout(1000);
  await picture(page, 'measured');
  await page.getByText('Where the error is: layers and tensors').click();
  await page.getByTestId('heat').locator('tbody button').first().click();
  await page.getByTestId('tensor').waitFor();
  await picture(page, 'error', '#levels');
  await page.getByRole('tab', { name: 'Side by side' }).click();
  await page.getByRole('button', { name: /^Continue it at/ }).click();
  await idle(page);
  await picture(page, 'side', '#run');
  await press('Measure what each tensor is worth');
  await page.getByTestId('mix').waitFor();
  await picture(page, 'search', '[aria-label="A size of your own"]');
} finally {
  await browser.close();
  await server.close();
}
