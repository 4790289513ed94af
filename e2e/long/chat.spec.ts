import { expect } from '@playwright/test';
import { test } from '../test';

const TURNS = 40;
const CONTEXT = 512;

test('forty turns: each goes on from the cache, the meter is right, room is asked for, a reload brings it back', async ({
  studio,
}) => {
  test.setTimeout(300_000);
  const { run, talk } = studio;
  await studio.openBuiltIn();
  await run.useLevel('Q8_0');
  await run.sampling({ temperature: 0, maxTokens: 6 });
  let asked = 0;
  for (let turn = 0; turn < TURNS; turn++) {
    await run.beginChat(turn === 0 ? 'Tell me a story about a fox.' : 'What did they do then?');
    await run.done();
    const question = await talk.question();
    if (question !== null) {
      asked++;
      expect(question).toMatch(/no room for an answer/);
      await talk.leaveOut();
      expect(await talk.leftOut()).toBeGreaterThan(0);
    }
    await talk.shows(2 * (turn + 1));
    await run.done();
    const { evaluated, promptTokens, tokens } = (await run.timing())!;
    if (question !== null) expect(promptTokens).toBeLessThanOrEqual(CONTEXT / 2);
    // All but the question and the last token of the answer before it was read already.
    else if (turn > 0) expect(evaluated, `turn ${turn}`).toBeLessThan(Math.min(20, promptTokens));
    expect(await talk.used()).toEqual({ used: promptTokens + tokens, context: CONTEXT });
  }
  expect(asked).toBeGreaterThan(0);
  await talk.shows(2 * TURNS);
  const messages = await run.messages();
  const used = await talk.used();
  expect(await studio.accessibilityViolations()).toEqual([]);
  expect(await studio.scrolls()).toEqual([]);

  await studio.reload();
  await talk.shows(2 * TURNS);
  expect(await run.messages()).toEqual(messages);
  await studio.done();
  await expect.poll(() => talk.used(), { timeout: 60_000 }).toEqual(used);
  expect((await talk.likeliest(0)).length).toBeGreaterThanOrEqual(4);
  await run.chat('And then?');
  await talk.shows(2 * TURNS + 2);
});
