import { readFileSync } from 'node:fs';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { memorySource } from '../src/files/byte-source';
import { readGguf } from '../src/files/gguf/read';
import { spreadOf } from '../src/infer/benchmark';
import { fingerprintOf } from '../src/studio/fingerprint';
import { klDivergenceOf } from '../src/evaluate/quality-numbers';
import type { QualityRecord } from '../src/evaluate/quality-records';
import type { RunRecord } from '../src/studio/records';
import { TINY, tinyGguf } from '../bench/models/tiny-llama';
import { dropFiles, expectAccessible, idle, open } from './page';

const MIB = 1024 * 1024;
const bytes = tinyGguf({ ...TINY, ffn: 256, layers: 1, type: 'F16' });
const levels = [
  { type: 'F16', fileMiB: 8, peakMiB: 20, prompt: 400, generation: 40, kl: 0 },
  { type: 'Q8_0', fileMiB: 4, peakMiB: 12, prompt: 300, generation: 80, kl: 0.0001 },
  { type: 'Q4_K_M', fileMiB: 3, peakMiB: 11, prompt: 250, generation: 90, kl: 0.002 },
  { type: 'Q4_0', fileMiB: 2, peakMiB: 10, prompt: 200, generation: 120, kl: 0.01 },
  { type: 'Q4_1', fileMiB: 2.5, peakMiB: 10.5, prompt: 150, generation: 110, kl: 0.02 },
];
const runs = levels.map(
  (l): RunRecord => ({
    type: l.type,
    adapter: 'a known adapter',
    fileBytes: l.fileMiB * MIB,
    residentBytes: (l.fileMiB + 2) * MIB,
    peakBytes: l.peakMiB * MIB,
    measuredMs: 1_700_000_000_000,
    speed: {
      promptTokens: 8,
      generatedTokens: 4,
      promptTokensPerSecond: spreadOf([l.prompt]),
      tokensPerSecond: spreadOf([l.generation / 2, l.generation, 1.5 * l.generation]),
    },
    bound: {
      byBytes: 900,
      byDispatches: 800,
      binds: 'dispatches',
      bytesPerToken: 1e6,
      dispatchesPerToken: 12,
    },
  }),
);
const qualities = levels.map(
  (l): QualityRecord => ({
    type: l.type,
    base: 'F16',
    adapter: 'a known adapter',
    fileBytes: l.fileMiB * MIB,
    textLabel: 'a text',
    context: 64,
    kvType: 'F16',
    chunks: 1,
    elapsedMs: 1,
    measuredMs: 1_700_000_000_000,
    measured: klDivergenceOf([Float32Array.of(1, 1.2, l.kl, 1, 2, 2.1, l.kl, 0)], 1),
  }),
);

/** Puts what was measured where the page keeps it. */
async function keep(page: Page): Promise<void> {
  const key = `${await fingerprintOf(await readGguf(memorySource('tiny.gguf', bytes)))} `;
  await page.evaluate(
    async ({ key, kept }) => {
      const opened = indexedDB.open('nibble-results');
      await new Promise((resolve, reject) => {
        opened.onupgradeneeded = () => opened.result.createObjectStore('models');
        opened.onsuccess = resolve;
        opened.onerror = reject;
      });
      const put = opened.result.transaction('models', 'readwrite').objectStore('models').put(kept, key);
      await new Promise((resolve) => {
        put.onsuccess = resolve;
      });
      opened.result.close();
    },
    { key, kept: { version: 1, runs, qualities, sweep: null, ownText: null } },
  );
}

const boxes = async (marks: Locator) => {
  const out = [];
  for (const mark of await marks.all()) out.push((await mark.boundingBox())!);
  return out;
};
const expectProportional = (drawn: number[], known: number[]) => {
  const scale = drawn[0]! / known[0]!;
  for (const [i, v] of known.entries()) expect(Math.abs(drawn[i]! - scale * v)).toBeLessThan(1.5);
};

test('known figures are drawn where they belong, and stand in the table', async ({ page }) => {
  await open(page);
  await keep(page);
  await dropFiles(page, [{ path: 'tiny.gguf', bytes }], test.info().outputDir);
  await expect(page.locator('#model')).toContainText('tiny.gguf');
  await idle(page);
  await expect(page.getByTestId('runs').locator('tbody tr')).toHaveCount(5);
  const order = await page.getByTestId('runs').locator('tbody th').allInnerTexts();
  const known = order.map((type) => levels.find((l) => l.type === type)!);

  const charts = page.locator('.charts figure');
  await expect(charts).toHaveCount(3);
  const heights = async (index: number) =>
    (await boxes(charts.nth(index).locator('.recharts-bar-rectangle path'))).map((b) => b.height);
  const memory = await heights(0);
  expectProportional(memory, [
    ...known.map((l) => l.fileMiB),
    ...known.map((l) => l.fileMiB + 2),
    ...known.map((l) => l.peakMiB),
  ]);
  expectProportional(
    await heights(1),
    known.map((l) => l.prompt),
  );
  expectProportional(
    await heights(2),
    known.map((l) => l.generation),
  );

  const dots = await boxes(page.getByTestId('pareto').locator('.recharts-scatter-symbol path'));
  const names = await page.getByTestId('pareto').locator('.recharts-label-list text').allTextContents();
  expect(names.toSorted()).toEqual(levels.map((l) => l.type).toSorted());
  const points = names.map((name, i) => {
    const { x, y, width, height } = dots[i]!;
    const level = levels.find((l) => l.type === name)!;
    return {
      x: x + width / 2,
      y: y + height / 2,
      size: level.fileMiB,
      kl: Math.log10(Math.max(1e-6, level.kl)),
    };
  });
  const [a, b] = [points.find((p) => p.size === 8)!, points.find((p) => p.size === 2)!];
  for (const p of points) {
    expect(Math.abs(p.x - (b.x + ((a.x - b.x) * (p.size - b.size)) / (a.size - b.size)))).toBeLessThan(1.5);
    expect(Math.abs(p.y - (b.y + ((a.y - b.y) * (p.kl - b.kl)) / (a.kl - b.kl)))).toBeLessThan(1.5);
  }

  const row = page
    .getByTestId('runs')
    .locator('tbody tr', { has: page.getByText('Q4_K_M', { exact: true }) });
  const cell = (id: string) => row.locator(`[data-column=${id}]`);
  await expect(cell('file')).toHaveText('3.00 MiB');
  await expect(cell('resident')).toHaveText('5.00 MiB');
  await expect(cell('peak')).toHaveText('11.00 MiB');
  await expect(cell('prompt')).toHaveText('250.0 (250.0 to 250.0)');
  await expect(cell('generation')).toHaveText('90.0 (45.0 to 135.0)');
  await expect(cell('ceiling')).toHaveText('800, by dispatches');
  await expect(cell('kl')).toHaveText('0.0020');
  await expect(cell('same')).toHaveText('50.0 %');
  await expect(page.getByTestId('runs').locator('caption')).toContainText('a known adapter');
  await expect(page.getByTestId('runs').locator('caption')).toContainText('beside F16 on 2 tokens of a text');
  await expect(page.getByTestId('advice')).toContainText(
    'Take Q4_0: the smallest of these that stays within 0.01 nats of F16',
  );
  await expect(page.getByTestId('advice')).toContainText(
    '4.0 times smaller; generates at 3.0 times its speed here',
  );
  await expectAccessible(page);

  const [picture] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as PNG' }).click(),
  ]);
  const png = readFileSync(await picture.path());
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  const drawn = await page.getByTestId('pareto').locator('svg.recharts-surface').boundingBox();
  expect(png.readUInt32BE(16)).toBe(Math.floor(2 * drawn!.width));
  expect(png.readUInt32BE(20)).toBe(Math.floor(2 * drawn!.height));
  // More than a blank sheet of that size takes.
  expect(png.length).toBeGreaterThan(8000);

  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save a report' }).click(),
  ]);
  const report = JSON.parse(readFileSync(await saved.path(), 'utf8'));
  for (const run of report.runs) run.speed.tokensPerSecond.median *= 2;
  const take = (name: string, content: string) =>
    page
      .getByTestId('report-file')
      .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) });
  await take('there.json', JSON.stringify(report));
  const beside = page.getByTestId('beside').locator('tbody tr', { hasText: 'Q4_K_M' });
  await expect(beside.locator('td')).toHaveText([
    '90.0',
    '180.0',
    '0.50 ×',
    '250.0',
    '250.0',
    '1.00 ×',
    '0.0020',
    '0.0020',
  ]);
  await take('broken.json', '{"format":"nibble-report"}');
  await expect(page.locator('#compare [role=alert]')).toContainText('broken.json is no report');
  await expect(beside).toHaveCount(1);
  await expectAccessible(page);
});
