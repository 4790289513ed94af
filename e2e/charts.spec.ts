import { expect, type Page } from '@playwright/test';
import { memorySource } from '../src/files/byte-source';
import { readGguf } from '../src/files/gguf/read';
import { spreadOf } from '../src/infer/benchmark';
import { fingerprintOf } from '../src/studio/fingerprint';
import { klDivergenceOf } from '../src/evaluate/quality-numbers';
import type { QualityRecord } from '../src/evaluate/quality-records';
import type { RunRecord } from '../src/studio/records';
import { SMALL, tinyGguf } from '../bench/models/tiny-llama';
import { test } from './test';

const MIB = 1024 * 1024;
const bytes = tinyGguf({ ...SMALL, type: 'F16', seed: 11 });
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
    measured: klDivergenceOf([Float32Array.of(1, 1.2, l.kl, 1, 2, 2.1, l.kl, 0)]),
  }),
);

/** Puts what was measured where the page keeps it. */
async function keep(page: Page): Promise<void> {
  const key = `${await fingerprintOf(await readGguf(memorySource('charts.gguf', bytes)))} `;
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

const expectProportional = (drawn: readonly number[], known: readonly number[]) => {
  expect(drawn).toHaveLength(known.length);
  const scale = drawn[0]! / known[0]!;
  for (const [i, v] of known.entries()) expect(Math.abs(drawn[i]! - scale * v)).toBeLessThan(1.5);
};

test('known figures are drawn where they belong, and stand in the table', async ({ studio }) => {
  const { results, charts, page } = studio;
  await keep(page);
  await studio.open([{ path: 'charts.gguf', bytes }]);
  const table = await results.table();
  expect(table).toHaveLength(5);
  const known = table.map(({ type }) => levels.find((l) => l.type === type)!);

  const { file, resident, peak } = await charts.memory();
  expectProportional(
    [...file, ...resident, ...peak],
    [...known.map((l) => l.fileMiB), ...known.map((l) => l.fileMiB + 2), ...known.map((l) => l.peakMiB)],
  );
  expectProportional(
    await charts.promptSpeed(),
    known.map((l) => l.prompt),
  );
  expectProportional(
    await charts.generationSpeed(),
    known.map((l) => l.generation),
  );

  const dots = await charts.divergence();
  expect(dots.map((d) => d.type).toSorted()).toEqual(levels.map((l) => l.type).toSorted());
  const points = dots.map(({ type, x, y }) => {
    const level = levels.find((l) => l.type === type)!;
    return { x, y, size: level.fileMiB, kl: Math.log10(Math.max(1e-6, level.kl)) };
  });
  const [a, b] = [points.find((p) => p.size === 8)!, points.find((p) => p.size === 2)!];
  for (const p of points) {
    expect(Math.abs(p.x - (b.x + ((a.x - b.x) * (p.size - b.size)) / (a.size - b.size)))).toBeLessThan(1.5);
    expect(Math.abs(p.y - (b.y + ((a.y - b.y) * (p.kl - b.kl)) / (a.kl - b.kl)))).toBeLessThan(1.5);
  }

  expect(table.find((row) => row.type === 'Q4_K_M')).toMatchObject({
    fileMiB: 3,
    speed: {
      residentMiB: 5,
      peakMiB: 11,
      prompt: { median: 250, min: 250, max: 250 },
      generation: { median: 90, min: 45, max: 135 },
      ceiling: { tokensPerSecond: 800, binds: 'dispatches' },
    },
    quality: { kl: 0.002, samePercent: 50 },
  });
  expect(await results.conditions()).toEqual({
    adapter: 'a known adapter',
    base: 'F16',
    tokens: 2,
    text: 'a text',
    chunks: 1,
    context: 64,
  });
  expect(await results.advice()).toEqual({ type: 'Q4_0', isClose: true, timesSmaller: 4, timesFaster: 3 });
  expect(await studio.accessibilityViolations()).toEqual([]);
  // A tooltip stays where it was; it must not make a narrower page scroll sideways.
  await charts.pointAtSizes();
  expect(await studio.overflows([[360, 'light']])).toEqual([]);
});

test('a chart is saved as a picture; a report is saved and laid beside', async ({ studio }) => {
  const { results, charts } = studio;
  await keep(studio.page);
  await studio.open([{ path: 'picture.gguf', bytes }]);
  const { png, width, height } = await charts.divergencePicture();
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect(png.readUInt32BE(16)).toBe(Math.floor(2 * width));
  expect(png.readUInt32BE(20)).toBe(Math.floor(2 * height));
  // More than a blank sheet of that size takes.
  expect(png.length).toBeGreaterThan(8000);

  const report = JSON.parse((await results.saveReport()).toString());
  for (const run of report.runs) run.speed.tokensPerSecond.median *= 2;
  await results.takeReport('there.json', JSON.stringify(report));
  const beside = { generation: [90, 180, 0.5], prompt: [250, 250, 1], kl: [0.002, 0.002] };
  await expect.poll(() => results.beside('Q4_K_M')).toEqual(beside);
  await results.takeReport('broken.json', '{"format":"nibble-report"}');
  await expect.poll(() => studio.problem()).toContain('broken.json is no report');
  expect(await results.beside('Q4_K_M')).toEqual(beside);
  expect(await studio.accessibilityViolations()).toEqual([]);
});
