// npm run views: pictures of the built page in views/, of every view with figures in it, at four widths, light and dark, for
// review; docs/studio.png is one of them.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { Studio } from '../../e2e/page';
import { launchOf, QUICK_COMPILES } from './browser';

const WIDTHS = [390, 768, 1440, 2560];
const LEVELS = ['F16', 'Q8_0', 'Q5_K_M', 'Q4_K_M', 'Q4_0', 'Q3_K_M', 'Q2_K'];
const root = resolve(import.meta.dirname, '../..');
const out = join(root, 'views');
mkdirSync(out, { recursive: true });

async function picture(studio: Studio, name: string): Promise<void> {
  for (const scheme of ['light', 'dark'] as const)
    for (const widthPx of WIDTHS) {
      const path = join(out, `${name}-${widthPx}-${scheme}.png`);
      const overPx = await studio.picture(path, [widthPx, scheme]);
      if (overPx > 0) process.stdout.write(`${name} at ${widthPx}: scrolls to ${widthPx + overPx}\n`);
    }
}

const { label: _, args, ...options } = launchOf(undefined);
const server = await preview({ root, logLevel: 'error', preview: { port: 4179, host: '127.0.0.1' } });
const browser = await chromium.launch({ headless: true, ...options, args: [...args, QUICK_COMPILES] });
try {
  const baseURL = 'http://127.0.0.1:4179';
  const page = await browser.newPage({ baseURL, viewport: { width: 1440, height: 900 } });
  // The compiler of this script inserts a helper that pages do not have.
  await page.addInitScript('globalThis.__name ??= (f) => f;');
  const studio = await Studio.visit(page);
  await picture(studio, 'open');
  await studio.trial.run();
  await picture(studio, 'try');
  await studio.openBuiltIn();
  await picture(studio, 'levels-new');
  await studio.levels.select(LEVELS);
  await studio.results.want({ seconds: 5 });
  await studio.results.measure(LEVELS.length, 600_000);
  await studio.levels.quantize(LEVELS);
  await picture(studio, 'levels');
  await studio.levels.openSheet('Q4_K_M');
  await picture(studio, 'export');
  await studio.run.chat('Tell me a story about a little fox named Nora.');
  await picture(studio, 'chat');
  await studio.go('compare');
  await picture(studio, 'compare');
  await studio.beside.write({ maxTokens: 48 });
  await picture(studio, 'side-by-side');
  await studio.errors.map('Q4_0');
  await studio.errors.openFirstTensor();
  await picture(studio, 'inspect');
  for (const view of ['model', 'device', 'settings'] as const) {
    await studio.go(view);
    await picture(studio, view);
  }
  await studio.search.start();
  await studio.search.mix();
  await picture(studio, 'search');
} finally {
  await browser.close();
  await server.close();
}
