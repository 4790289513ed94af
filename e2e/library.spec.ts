import { expect } from '@playwright/test';
import { checkpointFiles } from '../src/testing/checkpoints';
import { FakeHub } from '../src/testing/fake-hub';
import { jsonFile } from '../src/testing/safetensors-file';
import { TINY, tinyGguf } from '../bench/models/tiny-llama';
import { byteLevelTokenizer } from '../src/testing/tiny-tokenizers';
import { answerForTheHub } from './hub';
import { Studio, takeDownloads } from './page';
import { test } from './test';

const REPOSITORY = 'org/tiny-phi';
const hub = new FakeHub();
let origin = '';
test.beforeAll(async () => {
  origin = await hub.start();
  hub.add(
    REPOSITORY,
    checkpointFiles('phi-3', 'x').map((f) => ({ ...f, path: f.path.slice(2) })),
  );
  hub.gated.set(REPOSITORY, 'secret');
});
test.afterAll(() => hub.stop());

const file = { path: 'kept.gguf', bytes: tinyGguf(TINY) };
test('a model of the hub opens by its address, runs, and is listed again', async ({ page }) => {
  await answerForTheHub(page, origin);
  // A browser of its own: what another walk leaves open could not be deleted.
  const studio = await Studio.visit(page);
  const { run, library } = studio;
  await studio.openAddress(REPOSITORY);
  expect(await studio.problem()).toMatch(/answers 401: the model is gated/);
  await studio.openAddress(REPOSITORY, 'secret');
  expect(await studio.model()).toMatchObject({ label: REPOSITORY, architecture: 'phi3' });
  await run.useLevel('Q8_0');
  await run.sampling({ maxTokens: 8 });
  await run.chat('Hello');
  expect((await run.timing())?.tokens).toBeGreaterThan(0);
  expect(await studio.accessibilityViolations()).toEqual([]);

  // The token was for that visit; the address is remembered.
  await studio.reload();
  await library.tryOpen(REPOSITORY);
  await expect.poll(() => studio.problem()).toMatch(/answers 401/);
  hub.gated.clear();
  const fetched = hub.log.length;
  await library.open(REPOSITORY);
  expect((await studio.model())?.architecture).toBe('phi3');
  // Its weights were on the disk already: asked for were the list, and nothing else.
  expect(hub.log.slice(fetched).filter((line) => line.includes('/cdn/'))).toEqual([]);
  await library.deleteFetched(REPOSITORY);
  await expect.poll(() => studio.problem()).toContain(`${REPOSITORY} is open`);
  expect(await library.fetched()).toEqual([REPOSITORY]);
  await studio.openBuiltIn();
  await library.deleteFetched(REPOSITORY);
  await expect.poll(() => library.fetched()).toEqual([]);
  await library.forget(REPOSITORY);
  await expect.poll(() => library.opened()).toEqual([]);
});

test('two tabs open one model of the hub: what one has fetched the other does not fetch', async ({
  page,
  context,
}) => {
  await answerForTheHub(page, origin);
  const one = await Studio.visit(page, { untuned: true });
  await one.openAddress(REPOSITORY, 'secret');
  const early = takeDownloads(one.page);
  await one.levels.tryDownload('Q8_0');
  await expect.poll(() => early.size, { timeout: 120_000 }).toBe(1);
  const two = await Studio.visit(await context.newPage(), { untuned: true });
  const fetched = hub.log.length;
  await two.openAddress(REPOSITORY, 'secret');
  const again = takeDownloads(two.page);
  await Promise.all([two.levels.tryDownload('Q8_0'), one.levels.tryDownload('Q4_0')]);
  await expect.poll(() => [early.size, again.size], { timeout: 120_000 }).toEqual([2, 1]);
  for (const [name, bytes] of again) expect(Buffer.compare(bytes, early.get(name)!)).toBe(0);
  expect(hub.log.slice(fetched).filter((line) => line.includes('/cdn/'))).toEqual([]);
  expect(await two.library.fetchedOf(REPOSITORY)).toContain(`${REPOSITORY}: all of its weights`);
});

test('a result is kept in the browser, opened another day, and deleted', async ({ studio }) => {
  await studio.open([file]);
  await studio.levels.keep('Q8_0');
  const { fileBytes } = await studio.levels.row('Q8_0');
  const later = await studio.anotherVisit();
  const { library } = later;
  const name = 'tiny-llama-Q8_0.gguf';
  await expect.poll(() => library.kept()).toEqual([name]);
  expect(await library.room()).toMatchObject({ used: expect.stringMatching(/ [kMG]B$/) });
  expect(await later.accessibilityViolations()).toEqual([]);
  await library.open(name);
  expect(await later.model()).toMatchObject({ label: name, sizeBytes: fileBytes });
  expect((await later.model())?.sourceTypes).toContain('Q8_0');
  // Not while it is open, and so read.
  await library.deleteKept(name);
  await expect.poll(() => later.problem()).toContain(`${name} was not deleted: it is in use`);
  await later.open([file]);
  await library.deleteKept(name);
  await expect.poll(() => library.kept()).toEqual([]);
  await later.page.close();
});

test('with storage denied everything else works, and it is said', async ({ page }) => {
  await page.addInitScript(() => {
    const denied = () => Promise.reject(new DOMException('denied', 'SecurityError'));
    Object.defineProperty(navigator.storage, 'getDirectory', { value: denied });
    Object.defineProperty(window, 'indexedDB', {
      get: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  });
  const denied = await Studio.visit(page);
  await expect.poll(() => denied.library.isDenied()).toBe(true);
  await denied.open([file]);
  expect(await denied.levels.canKeep()).toBe(false);
});

test('an unknown pre-tokenizer is asked for', async ({ studio }) => {
  const strange = byteLevelTokenizer(320, ['<|start|>', '<|end|>'], {
    pre_tokenizer: { type: 'Whitespace' },
  });
  const files = checkpointFiles('qwen3', 'strange').filter((f) => !f.path.endsWith('tokenizer.json'));
  await studio.drop([...files, jsonFile('strange/tokenizer.json', strange)]);
  await expect
    .poll(() => studio.problem())
    .toMatch(/a pre-tokenizer that is not known here.* Without it the tokens would be wrong/);
  await studio.openWithPreTokenizer('qwen2');
  const model = await studio.model();
  expect(model?.label).toBe('strange');
  expect(model?.tokenizer).toContain('byte-level BPE, qwen2');
  expect(await studio.problem()).toBe('');
});
