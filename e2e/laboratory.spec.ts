import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { memorySource } from '../src/files/byte-source';
import { readImatrix } from '../src/files/imatrix';
import { SMALL, tinyGguf } from '../bench/models/tiny-llama';
import { test } from './test';

const FOUR = ['F16', 'Q8_0', 'Q4_0', 'Q2_K'];
const heldOut = readFileSync('public/texts/stories-held-out.txt', 'utf8');
const textOf = (path: string, length: number) => ({
  path,
  bytes: new TextEncoder().encode(heldOut.slice(0, length)),
});
/** Two chunks of 128 tokens of the tiny vocabulary, so that every sweep measures the same whatever the machine's speed. */
const twoChunks = textOf('two-chunks.txt', 340);
const tiny = (name: string, seed: number) => ({
  path: name,
  bytes: tinyGguf({ ...SMALL, context: 512, type: 'F16', seed }),
});

test('a sweep of four levels: stopped, gone on with in another visit, the same figures as one without a break', async ({
  studio,
}) => {
  const model = tiny('sweep.gguf', 21);
  await studio.open([model]);
  const start = await studio.device.memoryInUse();
  await studio.dropText(twoChunks);
  await studio.results.want({ speed: false, context: 128 });
  await studio.levels.select(FOUR);
  expect(await studio.results.measureWords(4)).toBe('Measure 4 levels');
  await studio.results.measure(4);
  // From then on it is known how long that takes here.
  expect(await studio.results.measureWords(4)).toMatch(/^Measure 4 levels, about (\d+|a few) /);
  const whole = await studio.results.qualities();
  expect(Object.keys(whole)).toEqual(FOUR);
  await studio.levels.releaseAll();
  expect(await studio.device.memoryInUse()).toBe(start);
  await studio.results.forget();

  await studio.results.want({ speed: true });
  await studio.results.begin(4);
  await studio.results.reached(3, 120_000);
  await studio.results.stop();
  const before = await studio.results.table();
  expect(before.length).toBeGreaterThanOrEqual(2);
  const measurements = before.filter((row) => row.quality).length + before.filter((row) => row.speed).length;
  // Of two of four levels there is an answer, which says so.
  expect(await studio.results.advice()).toMatchObject({ isPartial: true });
  const left = await studio.results.unfinished();
  expect(left).toBe(2 * FOUR.length - measurements);
  expect(left).toBeGreaterThan(0);

  const later = await studio.anotherVisit();
  const { results, levels, charts, device } = later;
  await later.open([model]);
  const fresh = await device.memoryInUse();
  expect(await results.unfinished()).toBe(left);
  expect(await results.table()).toEqual(before);
  await results.goOn(400_000);
  expect(await results.unfinished()).toBeNull();
  expect(await results.qualities()).toEqual(whole);
  expect(await results.conditions()).toMatchObject({ chunks: 2, context: 128, text: twoChunks.path });
  for (const { speed } of await results.table()) expect(speed?.generation.median).toBeGreaterThan(0);
  const advice = await results.advice();
  expect(advice.kind).toMatch(/fewTokens|none/);
  expect(advice.isPartial).toBe(false);
  expect((await charts.dots('size-loss')).map((dot) => dot.type).toSorted()).toEqual(FOUR.toSorted());
  expect(await charts.dots('speed-loss')).toHaveLength(4);
  await levels.releaseAll();
  expect(await device.memoryInUse()).toBe(fresh);

  const sorted = await results.sortByDivergence();
  expect(sorted[0]).toBe('F16');
  expect(sorted.at(-1)).toBe('Q2_K');
  expect(await later.accessibilityViolations()).toEqual([]);
  const windows = [360, 768, 1440, 2560].flatMap((widthPx) => [
    [widthPx, 'light'] as const,
    [widthPx, 'dark'] as const,
  ]);
  expect(await later.overflows(windows)).toEqual([]);
  await later.page.close();
});

test('an importance matrix collected from a text of the person: used, saved, read back', async ({
  studio,
}) => {
  const { levels, importance } = studio;
  await studio.open([tiny('matrix.gguf', 22)]);
  await studio.dropText(twoChunks);
  await importance.collect('two-chunks.txt');
  expect(await studio.problem()).toMatch(/The text has \d+ tokens; a context of 512 takes at least as many/);
  await studio.dropText(textOf('mine.txt', 1600));
  await importance.collect('mine.txt');
  const facts = await importance.facts();
  expect(facts).toMatchObject({ tensors: 7, matching: 7 });
  expect(facts?.chunks).toBeGreaterThan(0);
  expect((await levels.all()).filter((l) => l.refusal !== null)).toEqual([]);
  const matrix = await readImatrix(memorySource('saved', new Uint8Array(await importance.saveFile())));
  expect(matrix.datasets).toEqual(['mine.txt']);
  expect(matrix.entries.size).toBe(7);
  await levels.quantize(['IQ2_XXS']);
  expect((await levels.row('IQ2_XXS')).errorPercent).toBeGreaterThan(0);
  expect(await studio.accessibilityViolations()).toEqual([]);
});

test('a size of your own: searched, looked at by keyboard, added, made, measured', async ({ studio }) => {
  const { levels, search, results } = studio;
  const model = tiny('own-size.gguf', 23);
  await studio.open([model]);
  await studio.dropText(textOf('own-size.txt', 800));
  await search.start();
  await search.size('least');
  const least = await search.mix();
  await search.size('most');
  await expect.poll(async () => (await search.mix()).counts).not.toEqual(least.counts);
  const most = await search.mix();
  expect(most.counts.Q8_0).toBeGreaterThan(0);
  expect(most.expectedKl).toBeLessThan(least.expectedKl);
  await search.size({ down: 1 });
  await expect.poll(async () => Object.keys((await search.mix()).counts).length).toBeGreaterThan(1);
  expect(await search.command()).toContain("--tensor-type '^blk\\.0\\.attn_q\\.weight$=");
  const recipe = JSON.parse((await search.saveRecipe()).toString());
  expect(recipe.tensorTypes).toHaveLength(9);
  await search.addToLevels();
  const mixes = (await levels.all()).filter((l) => l.type.startsWith('mix-'));
  expect(mixes).toMatchObject([{ fileBytes: recipe.fileBytes }]);
  const name = mixes[0]!.type;
  await levels.select([name]);
  await results.want({ speed: true, text: 'held-out', context: 128, seconds: 5 });
  await results.measure(1);
  const [measured, ...others] = await results.table();
  expect(others).toEqual([]);
  expect(measured).toMatchObject({ type: name, quality: { kl: expect.any(Number) } });
  expect(measured?.speed?.generation.median).toBeGreaterThan(0);
  expect(await results.conditions()).toMatchObject({ text: 'stories-held-out.txt' });
  const made = await levels.download(name);
  expect(made.length).toBe(recipe.fileBytes);
  expect(await studio.accessibilityViolations()).toEqual([]);
  expect(
    await studio.overflows([
      [1440, 'light'],
      [360, 'dark'],
    ]),
  ).toEqual([]);

  // Another day: the recipe is dropped, and makes the same file.
  const later = await studio.anotherVisit();
  await later.open([model]);
  const saying = new TextEncoder().encode(JSON.stringify(recipe));
  await later.drop([{ path: 'tiny-recipe.json', bytes: saying }]);
  await expect.poll(() => later.levels.types()).toContain(name);
  expect((await later.levels.download(name)).equals(made)).toBe(true);
  await later.page.close();
});

test('side by side: one prompt at three levels, the first token where they part, how sure each was', async ({
  studio,
}) => {
  const { levels, beside } = studio;
  await studio.openBuiltIn();
  await levels.select(['F16', 'Q4_0', 'Q2_K']);
  const sides = await beside.write({ maxTokens: 40 });
  expect(sides.map((s) => s.type)).toEqual(['F16', 'Q4_0', 'Q2_K']);
  for (const { tokens } of sides) {
    expect(tokens).toHaveLength(40);
    for (const { percent } of tokens) expect(percent).toBeLessThanOrEqual(100);
    expect(tokens[0]!.percent).toBeGreaterThan(0);
  }
  const [whole, ...others] = sides;
  for (const { tokens, mark, parts: said } of others) {
    const parts = tokens.findIndex((t, i) => t.text !== whole!.tokens[i]!.text);
    expect(parts).toBeGreaterThan(0);
    expect(mark).toBe(parts);
    expect(said).toBe(parts);
  }
  expect(whole!.mark).toBe(-1);
  expect(await studio.accessibilityViolations()).toEqual([]);
  expect(await studio.overflows([[360, 'light']])).toEqual([]);
});
