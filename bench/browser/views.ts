// npm run views: pictures of the built page in views/, of every view and state with figures in it, at four widths, light and dark,
// for review. `npm run views -- try compare` takes these alone, and does what leads to them. Three are in docs/pictures.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { preview } from 'vite';
import { Studio } from '../../e2e/page';
import { dropPaths } from '../../e2e/page/browser';
import { SMALL, tinyGguf } from '../models/tiny-llama';
import { launchOf, QUICK_COMPILES } from './browser';

const WIDTHS = [390, 768, 1440, 2560];
const LEVELS = ['F16', 'Q8_0', 'Q5_K_M', 'Q4_K_M', 'Q4_0', 'Q3_K_M', 'Q2_K'];
/** Of the whole model's file: a file that ends in the middle. */
const DAMAGED_BYTES = 3_000_000;
const NO_WEBGPU = '--disable-features=WebGPU';
const baseURL = 'http://127.0.0.1:4179';
const root = resolve(import.meta.dirname, '../..');
const out = join(root, 'views');
const wanted = process.argv.slice(2);
mkdirSync(out, { recursive: true });

async function picture(studio: Studio, name: string): Promise<void> {
  if (wanted.length > 0 && !wanted.includes(name)) return;
  for (const scheme of ['light', 'dark'] as const)
    for (const widthPx of WIDTHS) {
      const path = join(out, `${name}-${widthPx}-${scheme}.png`);
      const overPx = await studio.picture(path, [widthPx, scheme]);
      if (overPx > 0) process.stdout.write(`${name} at ${widthPx}: scrolls to ${widthPx + overPx}\n`);
    }
}

interface View {
  readonly name: string;
  readonly show: () => Promise<unknown>;
}
/** Shows each in turn, as far as pictures are wanted. */
async function pictures(studio: Studio, views: readonly View[]): Promise<void> {
  const last =
    wanted.length === 0 ? views.length - 1 : views.findLastIndex(({ name }) => wanted.includes(name));
  for (const { name, show } of views.slice(0, last + 1)) {
    await show();
    await picture(studio, name);
  }
}

/** Files of the disk that the states take. */
function files(): { damaged: string; small: string } {
  const folder = mkdtempSync(join(tmpdir(), 'nibble-views-'));
  const [damaged, small] = [join(folder, 'damaged.gguf'), join(folder, 'small.gguf')];
  const model = readFileSync(join(root, 'public/models/nibble-stories-F16.gguf'));
  writeFileSync(damaged, model.subarray(0, DAMAGED_BYTES));
  writeFileSync(small, tinyGguf(SMALL));
  return { damaged, small };
}

const viewsOf = (studio: Studio): readonly View[] => {
  const { levels, results } = studio;
  return [
    { name: 'open', show: () => studio.go('open') },
    { name: 'try', show: () => studio.trial.run() },
    { name: 'levels-new', show: () => studio.openBuiltIn() },
    {
      name: 'measuring',
      show: async () => {
        await levels.select(LEVELS);
        await results.want({ seconds: 5 });
        await results.begin(LEVELS.length);
        await results.reached(4, 400_000);
      },
    },
    {
      name: 'levels',
      show: async () => {
        await studio.done(600_000);
        await levels.quantize(LEVELS);
      },
    },
    { name: 'export', show: () => levels.openSheet('Q4_K_M') },
    { name: 'chat', show: () => studio.run.chat('Tell me a story about a little fox named Nora.') },
    { name: 'compare', show: () => results.showCharts() },
    { name: 'side-by-side', show: () => studio.beside.write({ maxTokens: 48 }) },
    {
      name: 'inspect',
      show: async () => {
        await studio.errors.map('Q4_0');
        await studio.errors.openFirstTensor();
      },
    },
    ...(['model', 'device', 'settings'] as const).map((name) => ({ name, show: () => studio.go(name) })),
  ];
};

/** States in which something is missing, each with what still works. */
const statesOf = (studio: Studio, page: Page): readonly View[] => {
  const { damaged, small } = files();
  return [
    {
      name: 'damaged',
      show: async () => {
        await studio.go('open');
        await dropPaths(page, [damaged]);
        await page.getByRole('alert').waitFor();
      },
    },
    {
      name: 'offline',
      show: async () => {
        await studio.dismiss();
        await page.context().setOffline(true);
        await page.getByRole('searchbox').fill('llama');
        await page.getByRole('alert').waitFor();
      },
    },
    {
      name: 'needed',
      show: () =>
        page
          .context()
          .setOffline(false)
          .then(() => page.goto('/#/m/0000/compare')),
    },
    {
      name: 'search',
      show: async () => {
        await studio.openPath(small);
        await studio.search.start();
        await studio.search.mix();
      },
    },
  ];
};

const { label: _, args, ...options } = launchOf(undefined);
const server = await preview({ root, logLevel: 'error', preview: { port: 4179, host: '127.0.0.1' } });
/** A browser with a page of its own; without WebGPU where it is said. */
async function inBrowser(more: string[], work: (studio: Studio, page: Page) => Promise<void>): Promise<void> {
  const isOff = more.includes(NO_WEBGPU);
  // Asking for an adapter would bring it back.
  const own = args.filter((arg) => !(isOff && arg.includes('webgpu')));
  const browser = await chromium.launch({ headless: true, ...options, args: [...own, ...more] });
  try {
    const page = await browser.newPage({ baseURL, viewport: { width: 1440, height: 900 } });
    // The compiler of this script inserts a helper that pages do not have.
    await page.addInitScript('globalThis.__name ??= (f) => f;');
    await work(new Studio(page), page);
  } finally {
    await browser.close();
  }
}
try {
  await inBrowser([QUICK_COMPILES], async (_, page) => {
    const studio = await Studio.visit(page);
    await pictures(studio, viewsOf(studio));
    await pictures(studio, statesOf(studio, page));
  });
  await inBrowser([NO_WEBGPU], async (studio) => {
    await studio.goTo();
    await pictures(studio, [
      { name: 'no-webgpu', show: () => studio.openBuiltIn() },
      { name: 'no-webgpu-compare', show: () => studio.go('compare') },
    ]);
  });
} finally {
  await server.close();
}
