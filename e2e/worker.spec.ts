import { expect } from '@playwright/test';
import { encodeGguf, TINY, tinyMetadata, tinyTensors } from '../bench/models/tiny-llama';
import { stringValue } from '../src/files/gguf/metadata';
import { checkpointFiles } from '../src/testing/checkpoints';
import type { NamedBytes } from '../src/testing/safetensors-file';
import { Studio } from './page';
import { test } from './test';

const shape = { ...TINY, chat: true, type: 'F16' as const };
/** Would run for hours. */
const HOSTILE =
  '{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}';
const hostile = {
  path: 'hostile.gguf',
  bytes: encodeGguf(
    new Map([...tinyMetadata(shape), ['tokenizer.chat_template', stringValue(HOSTILE)]]),
    tinyTensors(shape),
  ),
};

/** A folder whose tokenizer.json has an expression that backtracks over the check text. */
const SLOW = checkpointFiles('llama', 'slow').map((file) => {
  if (!file.path.endsWith('tokenizer.json')) return file;
  const json = JSON.parse(new TextDecoder().decode(file.bytes)) as Record<string, unknown>;
  const pattern = { Regex: '([^~]|[^~][^~])+~~' };
  const slow = { ...json, pre_tokenizer: { type: 'Split', pattern, behavior: 'Isolated', invert: false } };
  return { ...file, bytes: new TextEncoder().encode(JSON.stringify(slow)) };
});

/** A folder whose tokenizer.json takes seconds in which the worker reads no message. */
const LONG = checkpointFiles('llama', 'long').map((file) => {
  if (!file.path.endsWith('tokenizer.json')) return file;
  const lists = {
    ...(JSON.parse(new TextDecoder().decode(file.bytes)) as object),
    lists: new Array(3_000_000).fill([]),
  };
  // An escaped pair has every text looked at.
  const text = `{"pair":"\\ud83d\\ude00",${JSON.stringify(lists).slice(1)}`;
  return { ...file, bytes: new TextEncoder().encode(text) };
});

test('nothing holds the worker, and one that fails is replaced with model, chat and results kept', async ({
  browser,
}) => {
  const context = await browser.newContext();
  const studio = await Studio.visit(await context.newPage(), { untuned: true });
  const { levels, run, device } = studio;
  await studio.open([hostile]);
  await levels.quantize(['Q8_0']);
  const { errorPercent } = await levels.row('Q8_0');

  // A template that would run for hours ends by itself.
  await run.beginChat('Hello');
  await run.done(5000);
  expect(await studio.problem()).toMatch(/does not come to an end/);
  await studio.dismiss();

  // An expression that backtracks for hours is stopped within a second, and the engine stays as it was.
  const stopped = async (
    files: readonly NamedBytes[],
    { afterMs = 2000, before = async () => {} }: { afterMs?: number; before?: () => Promise<void> } = {},
  ) => {
    await studio.drop(files);
    await studio.page.waitForTimeout(afterMs);
    await before();
    const started = performance.now();
    await run.stop();
    const elapsedMs = performance.now() - started;
    // A second where nothing else runs (src/worker/supervision.test.ts has the clock in its hand); machines are shared.
    expect(elapsedMs).toBeLessThan(5000);
    expect((await studio.model())?.label).toBe('hostile.gguf');
    return elapsedMs;
  };
  await stopped(SLOW);
  expect(await levels.onTheGpu()).toEqual(['Q8_0']);

  for (const [how, says] of [
    ['close', /it is gone/],
    ['crash', /crashed for a test/],
  ] as const) {
    await device.failEngine(how);
    expect(await device.replaced()).toMatch(says);
    expect(await run.messages()).toEqual([{ from: 'person', text: 'Hello' }]);
    expect(await levels.row('Q8_0')).toMatchObject({ errorPercent, state: 'released' });
    // The next action opens the model again.
    await levels.quantize(['Q8_0']);
    expect(await studio.problem()).toBe('');
    expect(await levels.onTheGpu()).toEqual(['Q8_0']);
  }

  // No message is read while JSON is parsed: the worker is ended, and the next has the model of before.
  // It begins sooner or later after the drop, as machines are fast or slow.
  let stoppedMs = Number.POSITIVE_INFINITY;
  let said: string | null = null;
  for (const afterMs of [150, 300, 500, 1000, 2000]) {
    stoppedMs = await stopped(LONG, { afterMs });
    said = await device.replacedBy(500);
    if (said !== null) break;
  }
  expect(said).toMatch(/did not answer a stop within a second/);
  // Shorter than what is left of the file.
  expect(stoppedMs).toBeLessThan(2500);
  expect(await run.messages()).toEqual([{ from: 'person', text: 'Hello' }]);
  expect(await levels.row('Q8_0')).toMatchObject({ errorPercent, state: 'released' });
  await levels.quantize(['Q8_0']);
  expect(await studio.problem()).toBe('');
  expect(await levels.onTheGpu()).toEqual(['Q8_0']);

  // A worker that runs in a circle answers no stop: it is ended, and the next one does the work.
  await stopped(SLOW, { before: () => device.failEngine('hang') });
  expect(await device.replaced()).toMatch(/did not answer a stop within a second/);
  await levels.quantize(['Q8_0']);
  expect(await levels.onTheGpu()).toEqual(['Q8_0']);
  await context.close();
});
