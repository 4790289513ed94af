import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { test } from './test';

/** Two chunks of 128 tokens. */
const twoChunks = {
  path: 'two-chunks.txt',
  bytes: new Uint8Array(readFileSync('public/texts/stories-held-out.txt').subarray(0, 1300)),
};

test('the whole walk by keyboard alone', async ({ studio }) => {
  const { keyboard, levels, run, results } = studio;
  await keyboard.openBuiltIn();
  expect((await studio.model())?.parameters).toBe(3_672_320);

  await keyboard.select(['F16', 'Q8_0', 'Q4_0']);
  await keyboard.quantize(3);
  expect((await levels.onTheGpu()).toSorted()).toEqual(['F16', 'Q4_0', 'Q8_0']);

  await keyboard.useLevel('Q8');
  await keyboard.limitTokens(32);
  await keyboard.chat('Tell me a story about a little fox named Nora.');
  expect(await run.messages()).toMatchObject([
    { from: 'person' },
    { from: 'model', text: expect.stringContaining('Nora') },
  ]);
  await keyboard.complete();
  expect(await run.writing()).not.toBe('');

  await keyboard.takeText(twoChunks);
  await keyboard.measureQuality(3, '128', '5');
  expect(await results.conditions()).toMatchObject({ chunks: 2, context: 128, text: twoChunks.path });
  expect(await results.table()).toHaveLength(3);
  await keyboard.sortByDivergence();
  expect((await results.table()).map((row) => row.type)).toEqual(['F16', 'Q8_0', 'Q4_0']);
  // Some 130 tokens are too few to be sure, and the page says so.
  expect(await results.advice()).toMatchObject({ type: 'Q4_0', kind: 'fewTokens', isPartial: false });

  const file = await keyboard.download('Q4_0');
  expect(file.subarray(0, 4).toString()).toBe('GGUF');
  expect(file.length).toBe((await levels.row('Q4_0')).fileBytes);
  expect(await studio.accessibilityViolations()).toEqual([]);
  await results.forget();
});
