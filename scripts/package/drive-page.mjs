// Pages that were built from the packed package, driven in Chromium on software WebGPU.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { chromium } from '@playwright/test';
import { preview } from 'vite';

const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension',
];
const PATIENCE_MS = 150_000;

/** Opens a built page; errors of the page become errors of the test. */
async function withPage(root, executablePath, use) {
  const server = await preview({ configFile: false, root, preview: { port: 4187 }, logLevel: 'error' });
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const failed = new Promise((_, reject) => page.on('pageerror', reject));
    // It may come before anybody waits for it.
    failed.catch(() => {});
    await page.goto(server.resolvedUrls.local[0]);
    return await Promise.race([use(page), failed]);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Clicks a button and waits for what the page says then. */
async function answerTo(page, button, pattern) {
  const said = page.getByRole('status');
  const before = (await said.textContent()).length;
  await page.getByRole('button', { name: button }).click();
  const handle = await page.waitForFunction(
    ([from, source]) => {
      const text = document.querySelector('[role=status]').textContent.slice(from);
      return new RegExp(source).test(text) && text;
    },
    [before, pattern.source],
  );
  return pattern.exec(await handle.jsonValue());
}

/** examples/page: the file's hash as the page has it and as it was downloaded, the answer, and the divergence in nats. */
export const driveExample = (root, executablePath) =>
  withPage(root, executablePath, async (page) => {
    const [, sha256] = await answerTo(page, 'Quantize', /sha256 ([0-9a-f]{64})\n/);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download' }).click();
    const bytes = await readFile(await (await download).path());
    const [answer] = await answerTo(page, 'Chat', /[\s\S]{20,}/);
    const [, kl] = await answerTo(page, 'KL divergence', /KL divergence ([\d.]+) nats\n/);
    return { sha256, downloaded: createHash('sha256').update(bytes).digest('hex'), answer, kl: Number(kl) };
  });

/** A page that starts the worker entry and opens the model in it: what it says. */
export const driveWorker = (root, executablePath) =>
  withPage(root, executablePath, async (page) => {
    const said = page.getByRole('status');
    await page.waitForFunction(() => document.querySelector('[role=status]').textContent !== '');
    return said.textContent();
  });
