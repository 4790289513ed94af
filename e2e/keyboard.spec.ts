import { expect, test } from '@playwright/test';
import { onePage } from './visit';

const studio = onePage();

test('the whole walk by keyboard alone', async () => {
  const { keyboard, levels, run, results } = studio();
  await keyboard.openBuiltIn();
  expect((await studio().model())?.parameters).toBe(3_672_320);

  // F16, Q8_0 and Q4_K_M are selected; Q4_K_M is taken out and Q4_0 in.
  await keyboard.toggleLevel('Q4_K_M');
  await keyboard.toggleLevel('Q4_0');
  await keyboard.quantize(3);
  expect((await levels.onTheGpu()).toSorted()).toEqual(['F16', 'Q4_0', 'Q8_0']);

  await keyboard.useLevel('Q8');
  await keyboard.chat('Tell me a story about a little fox named Nora.');
  expect(await run.messages()).toMatchObject([
    { from: 'person' },
    { from: 'model', text: expect.stringContaining('Nora') },
  ]);
  await keyboard.complete();
  expect(await run.writing()).not.toBe('');

  await keyboard.measureQuality(3, '128', '5');
  expect(await results.table()).toHaveLength(3);
  await keyboard.sortByDivergence();
  expect((await results.table()).map((row) => row.type)).toEqual(['F16', 'Q8_0', 'Q4_0']);
  expect(await results.advice()).toMatchObject({ type: 'Q4_0', isClose: true });

  const file = await keyboard.download('Q4_0');
  expect(file.subarray(0, 4).toString()).toBe('GGUF');
  expect(file.length).toBe((await levels.row('Q4_0')).fileBytes);
  expect(await studio().accessibilityViolations()).toEqual([]);
});
