import { expect } from '@playwright/test';
import { weightBytes } from '../src/model/weights';
import { megaOrGiga } from '../src/ui/kit/units';
import { test } from './test';
import {
  bytes,
  planOf,
  levels,
  CONTEXTS,
  contextsOf,
  speedAt,
  qualitiesOf,
  keep,
  levelOf,
  bytesOf,
} from './known-results';

/** Places that lie on a line with what they show, within a pixel and a half. */
function expectOnAxis(drawn: readonly number[], known: readonly number[]): void {
  expect(drawn).toHaveLength(known.length);
  const [least, most] = [known.indexOf(Math.min(...known)), known.indexOf(Math.max(...known))];
  const scale = (drawn[most]! - drawn[least]!) / (known[most]! - known[least]!);
  for (const [i, v] of known.entries())
    expect(Math.abs(drawn[i]! - (drawn[least]! + scale * (v - known[least]!)))).toBeLessThan(1.5);
}
/** Bytes between two files, as the page writes them. */
const between = (a: string, b: string) => megaOrGiga(Math.abs(bytesOf(a) - bytesOf(b)));

test('known figures are drawn where they belong, with their errors, and stand in the table', async ({
  studio,
}) => {
  const { results, charts, page } = studio;
  await keep(page, 158);
  await studio.open([{ path: 'charts.gguf', bytes }]);
  const table = await results.table();
  expect(table.map((row) => row.type).toSorted()).toEqual(levels.map((l) => l.type).toSorted());
  const measured = new Map(table.map((row) => [row.type, row.quality!.kl]));
  expect(table.find((row) => row.type === 'Q4_K_M')).toMatchObject({
    fileBytes: bytesOf('Q4_K_M'),
    speed: {
      residentBytes: bytesOf('Q4_K_M') + 200_000,
      peakBytes: 2 * bytesOf('Q4_K_M'),
      prompt: { median: 410, min: 410, max: 410 },
      generation: { median: 41, min: 36.9, max: 43.1 },
      ceiling: { tokensPerSecond: 800, binds: 'dispatches' },
    },
  });
  expect(await results.conditions()).toEqual({
    adapter: 'a known adapter',
    base: 'F16',
    tokens: 20_066,
    text: 'a text',
    chunks: 158,
    context: 256,
  });

  const sizes = await charts.dots('size-loss');
  expect(sizes.map((d) => d.type).toSorted()).toEqual(levels.map((l) => l.type).toSorted());
  expectOnAxis(
    sizes.map((d) => d.x),
    sizes.map((d) => Math.log(levelOf(d.type).fileBytes)),
  );
  // The same loss stands as high in both charts, and zero below all others.
  const speeds = await charts.dots('speed-loss');
  for (const dots of [sizes, speeds]) {
    const lossy = dots.filter((d) => d.type !== 'F16');
    const simulatedKl = new Map(qualitiesOf(158).map((q) => [q.type, q.measured.kl.mean]));
    expectOnAxis(
      lossy.map((d) => -d.y),
      lossy.map((d) => Math.log(simulatedKl.get(d.type)!)),
    );
    for (const { y } of lossy) expect(dots.find((d) => d.type === 'F16')!.y).toBeGreaterThan(y + 10);
    expect(measured.get('F16')).toBe(0);
  }
  const heights = (dots: typeof sizes) => new Map(dots.map((d) => [d.type, d.y]));
  for (const [type, y] of heights(sizes)) expect(Math.abs(y - heights(speeds).get(type)!)).toBeLessThan(1.5);
  expectOnAxis(
    speeds.map((d) => d.x),
    speeds.map((d) => levelOf(d.type).speed),
  );
  // Of every level but the baseline a bar of its 95 % interval.
  const bars = await charts.errorBars('size-loss');
  expect(bars).toHaveLength(levels.length - 1);
  for (const height of bars) expect(height).toBeGreaterThan(0);
  expect(await charts.ties()).toEqual([['IQ4_XS', 'Q4_K_M']]);
  const names = (await charts.labels('size-loss')).map((label) => label.split(' ')[0]);
  expect(names.toSorted()).toEqual(levels.map((l) => l.type).toSorted());

  const lines = await charts.dots('speed-context');
  expect(lines).toHaveLength(levels.length * CONTEXTS.length - 1);
  const drawn = levels.flatMap((l) =>
    contextsOf(l.type).map((c) => ({ type: l.type, at: Math.log(c), speed: speedAt(l.speed, c) })),
  );
  const inOrder = drawn.toSorted((a, b) => order(a.type) - order(b.type));
  expectOnAxis(
    lines.map((d) => d.x),
    inOrder.map((d) => d.at),
  );
  expectOnAxis(
    lines.map((d) => -d.y),
    inOrder.map((d) => d.speed),
  );
  expect(await charts.endedByMemory()).toEqual(['Q6_K']);

  const memory = await charts.memory();
  expectOnAxis(
    [0, ...memory.weights],
    [0, ...table.map(({ type }) => weightBytes(planOf(type), 128 * 1024 * 1024))],
  );
  for (const width of memory.cache) expect(Math.abs(width - memory.cache[0]!)).toBeLessThan(0.5);
  const bits = await charts.bits();
  expectOnAxis(
    [0, ...Object.values(bits)],
    [0, ...Object.keys(bits).map((type) => planOf(type).bitsPerWeight)],
  );
  function order(type: string) {
    return lines.findIndex((d) => d.type === type);
  }
});

test('marks are told from their ground, have tooltips and a sentence, and nothing moves', async ({
  studio,
}) => {
  const { charts, page } = studio;
  await keep(page, 158);
  await studio.open([{ path: 'charts.gguf', bytes }]);
  const [name, ...facts] = await charts.pointAt('size-loss', 'Q5_K_M');
  expect(name).toBe('Q5_K_M');
  expect(facts).toContain(megaOrGiga(bytesOf('Q5_K_M')));
  expect(facts.some((f) => /^95 %: 0\.0\d+ to 0\.0\d+$/.test(f))).toBe(true);
  expect(await charts.pointAt('size-loss', 'F16')).toContain('the baseline: loses nothing');
  expect(await charts.said('size-loss')).toContain('Too close to call: IQ4_XS and Q4_K_M.');
  expect(await charts.moving()).toBe(0);
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const chart of ['size-loss', 'speed-loss', 'speed-context', 'memory', 'bits'] as const)
      expect(await charts.leastContrast(chart), `${chart}, ${scheme}`).toBeGreaterThanOrEqual(3);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await studio.accessibilityViolations()).toEqual([]);
  // A tooltip stays where it was; it must not make a narrower page scroll sideways.
  await charts.pointAt('size-loss', 'F16');
  expect(
    await studio.overflows([
      [360, 'light'],
      [768, 'dark'],
    ]),
  ).toEqual([]);
  expect(await studio.accessibilityViolations([390, 'dark'])).toEqual([]);
});

test('the answer says how sure it is: on 254 tokens, on 20,066, of two that nobody can tell apart', async ({
  studio,
}) => {
  const { results, page } = studio;
  /** Another visit to the first screen: at the model's address the page would open it by itself meanwhile. */
  const visit = async (chunks: number, types?: string[]) => {
    await keep(page, chunks, types);
    await studio.goTo();
    await studio.device.adapter();
    await studio.open([{ path: 'charts.gguf', bytes }]);
  };
  await visit(2);
  const few = await results.advice();
  expect(few).toMatchObject({ kind: 'fewTokens', isPartial: false });
  expect(few.title).toContain('254 tokens are too few to be sure');
  expect(few.text).toContain('Under 2,000 tokens nothing is sure: 1,746 more are needed.');
  expect(few.text).not.toContain('clearly');

  await visit(158);
  const sure = await results.advice();
  expect(sure).toMatchObject({ kind: 'take', title: 'Take Q5_K_M', type: 'Q5_K_M' });
  expect(sure).toMatchObject({ timesSmaller: 2.7, timesFaster: 1.8 });
  expect(sure.text).toContain('on 20,066 tokens');
  expect(sure.text).toMatch(/Q6_K is clearly closer \(0\.0\d+ ± 0\.0\d+\)/);
  expect(sure.text).toContain(`for ${between('Q5_K_M', 'Q6_K')} more.`);
  expect(sure.text).toContain(`Q4_K_M is ${between('Q5_K_M', 'Q4_K_M')} smaller, and clearly farther`);

  // Without the closer ones, the two that are alike are what there is to choose from.
  await visit(158, ['F16', 'Q4_K_M', 'IQ4_XS', 'Q3_K_M']);
  const close = await results.advice();
  expect(close).toMatchObject({ kind: 'tooClose', title: 'Too close to call between Q4_K_M and IQ4_XS' });
  expect(close.text).toMatch(/the difference, 0\.0\d+ ± 0\.0\d+, may be none/);
  expect(close.text).toContain(`IQ4_XS is ${between('Q4_K_M', 'IQ4_XS')} smaller`);

  await visit(158, ['F16', 'Q3_K_M']);
  expect(await results.advice()).toMatchObject({
    kind: 'none',
    title: 'None of these is safe',
    type: 'Q3_K_M',
  });
});

test('what was measured is saved as pictures and as text; a report is saved and laid beside', async ({
  studio,
}) => {
  const { results, charts } = studio;
  await keep(studio.page, 158);
  await studio.open([{ path: 'charts.gguf', bytes }]);
  const quad = await charts.size();
  const png = await results.saved('PNG');
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  // Two pixels for one of the page's, with a margin around, and words above and below.
  expect(png.readUInt32BE(16)).toBeGreaterThan(2 * quad.width);
  expect(png.readUInt32BE(20)).toBeGreaterThan(2 * quad.height + 200);
  // More than a blank sheet of that size takes.
  expect(png.length).toBeGreaterThan(60_000);
  const svg = (await results.saved('SVG')).toString();
  for (const said of ['Take Q5_K_M', 'a known adapter', '20066 tokens of a text', 'loss from F16'])
    expect(svg.replace(/<\/text><text[^>]*>/g, ' ')).toContain(said);
  expect(svg).not.toMatch(/style=|<style|var\(--/);
  const shared = await results.saved('Picture');
  expect([shared.readUInt32BE(16), shared.readUInt32BE(20)]).toEqual([1200, 630]);
  expect(shared.length).toBeGreaterThan(20_000);

  const csv = (await results.saved('CSV')).toString().split('\n');
  expect(csv).toHaveLength(1 + levels.length);
  expect(csv[0]).toMatch(/^Level,file bytes,/);
  expect(csv.find((line) => line.startsWith('Q6_K,'))).toMatch(
    new RegExp(`^Q6_K,${bytesOf('Q6_K')},${bytesOf('Q6_K') + 200_000},`),
  );
  expect((await results.saved('Markdown')).toString()).toContain('| Q6_K | 0.46 | 0.66 |');
  const json = JSON.parse((await results.saved('JSON')).toString());
  expect(json.find((row: { type: string }) => row.type === 'Q6_K').loss).toMatchObject({ by: 'batches' });

  const report = JSON.parse((await results.saveReport()).toString());
  for (const run of report.runs) run.speed.tokensPerSecond.median *= 2;
  await results.takeReport('there.json', JSON.stringify(report));
  const beside = { generation: [41, 82, 0.5], prompt: [410, 410, 1], kl: [0.032, 0.032] };
  await expect.poll(() => results.beside('Q4_K_M')).toEqual(beside);
  await results.takeReport('broken.json', '{"format":"nibble-report"}');
  await expect.poll(() => studio.problem()).toContain('broken.json is no report');
  expect(await results.beside('Q4_K_M')).toEqual(beside);
  expect(await studio.accessibilityViolations()).toEqual([]);
});
