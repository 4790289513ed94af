// npm run icons: the page's icons as PNG, drawn by Chromium from public/favicon.svg. Run it when that changes, and commit them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { installChromium, root } from './setup.mjs';

const svg = readFileSync(join(root, 'public/favicon.svg'), 'utf8');
/** A maskable icon is cut to a circle of 80 %: its ground fills the square, its drawing keeps to the middle. */
const icons = [
  { name: 'icon-192.png', size: 192, isMaskable: false },
  { name: 'icon-512.png', size: 512, isMaskable: false },
  { name: 'maskable-512.png', size: 512, isMaskable: true },
  { name: 'apple-touch-icon.png', size: 180, isMaskable: true },
];

const browser = await chromium.launch({ executablePath: installChromium(), args: ['--no-sandbox'] });
for (const { name, size, isMaskable } of icons) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const inner = isMaskable ? Math.round(size * 0.76) : size;
  await page.setContent(
    `<body style="margin:0;display:grid;place-items:center;height:100vh;background:${isMaskable ? '#17171b' : 'transparent'}"><img width="${inner}" height="${inner}" src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}">`,
  );
  await page.locator('img').evaluate((img) => img.decode());
  writeFileSync(join(root, 'public/icons', name), await page.screenshot({ omitBackground: true }));
  await page.close();
}
// The picture that a link to the page is shown with.
const page = await browser.newPage({ viewport: { width: 1200, height: 630 } });
await page.setContent(
  `<body style="margin:0;width:1200px;height:630px;box-sizing:border-box;padding:96px;background:#0f1013;color:#fff;font-family:sans-serif"><img width="96" height="96" src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}"><h1 style="font-size:64px;line-height:76px;margin:56px 0 24px">Shrink any model on your own GPU.<br>See exactly what you lose.</h1><p style="font-size:32px;color:#a9a9b4;margin:0">Nibble Studio: quantize, run and compare language models in the browser. Nothing leaves the machine.</p>`,
);
await page.locator('img').evaluate((img) => img.decode());
writeFileSync(join(root, 'public/icons/shared.png'), await page.screenshot());
await browser.close();
