import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { TINY, tinyGguf } from '../bench/models/tiny-llama';
import { memorySource } from '../src/files/byte-source';
import { readGguf } from '../src/files/gguf/read';
import { planQuantization } from '../src/model/plan';
import { fileTypeByLabel } from '../src/quant/file-types';
import { codecHash } from '../src/testing/codec-hash';
import { answerSaveDialog, kill, savedFileHash, Studio, takeDownloads, withoutSaveDialog } from './page';
import { test } from './test';

const BUILT_IN = 'nibble-stories-F16.gguf';
const builtIn = new Uint8Array(readFileSync(`public/models/${BUILT_IN}`));
/** Nothing is run here. */
const UNTUNED = { untuned: true };
const LEVELS = ['Q8_0', 'Q5_0', 'Q4_0'];
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** sha256 of each level's file as the codec makes it, by the end of its name. */
async function known(bytes: Uint8Array<ArrayBuffer>, types: readonly string[]): Promise<Map<string, string>> {
  const model = await readGguf(memorySource('model', bytes));
  const out = new Map<string, string>();
  for (const type of types) out.set(type, await codecHash(planQuantization(model, fileTypeByLabel(type)!)));
  return out;
}
const byLevel = (files: ReadonlyMap<string, Buffer>) =>
  new Map([...files].map(([name, bytes]) => [/-([^-]+)\.gguf$/.exec(name)![1]!, sha256Of(bytes)]));

test('a renderer killed in the middle of three levels: another visit goes on to the same files', async ({
  page,
  context,
}) => {
  const studio = await Studio.visit(page, UNTUNED);
  await studio.openBuiltIn();
  const first = await studio.levels.beginDownloads(LEVELS);
  await studio.levels.reaches('(2 of 3)', 'blk.1');
  await kill(page);
  expect([...byLevel(first).keys()]).toEqual(['Q8_0']);

  const later = await Studio.visit(await context.newPage(), UNTUNED);
  await expect.poll(() => later.unfinished.list()).toHaveLength(1);
  expect((await later.unfinished.list())[0]).toMatch(
    /1 of 3 files are written, .* of .* of .*-Q5_0\.gguf; from nibble/,
  );
  expect(await later.accessibilityViolations()).toEqual([]);
  const rest = takeDownloads(later.page);
  await later.unfinished.goOn();
  await expect.poll(() => rest.size, { timeout: 120_000 }).toBe(2);
  await later.done();
  expect(await later.problem()).toBe('');
  expect(new Map([...byLevel(first), ...byLevel(rest)])).toEqual(await known(builtIn, LEVELS));
  // The page tells the same hashes.
  for (const type of ['Q5_0', 'Q4_0']) expect(await later.levels.sha256(type)).toBe(byLevel(rest).get(type));
  await expect.poll(() => later.unfinished.list()).toEqual([]);
});

const tiny = tinyGguf({ ...TINY, layers: 6, type: 'F16' });
const other = tinyGguf({ ...TINY, layers: 1, type: 'F16' });

test('a dropped file is dropped again after the kill; another one is refused by name', async ({
  page,
  context,
}) => {
  // As in a browser that gives a page no handles of files.
  const withoutHandles = () =>
    Object.defineProperty(DataTransferItem.prototype, 'getAsFileSystemHandle', { value: undefined });
  await context.addInitScript(withoutHandles);
  const studio = await Studio.visit(page, UNTUNED);
  await studio.open([{ path: 'mine.gguf', bytes: tiny }]);
  await studio.levels.beginDownload('Q5_1');
  await studio.levels.reaches('blk.3');
  await kill(page);

  const later = await Studio.visit(await context.newPage(), UNTUNED);
  await expect.poll(() => later.unfinished.list()).toHaveLength(1);
  await later.unfinished.goOn();
  await expect.poll(() => later.problem()).toMatch(/mine\.gguf is needed to go on with .*-Q5_1\.gguf/);
  await later.open([{ path: 'other.gguf', bytes: other }]);
  await expect
    .poll(() => later.problem())
    .toMatch(/other\.gguf is not the model that .* was begun from: that was mine/);
  await later.dismiss();
  const files = takeDownloads(later.page);
  await later.drop([{ path: 'mine.gguf', bytes: tiny }]);
  await expect.poll(() => files.size, { timeout: 120_000 }).toBe(1);
  await later.done();
  expect(byLevel(files)).toEqual(await known(tiny, ['Q5_1']));
});

test('two tabs export at once, and leave each other’s files alone', async ({ page, context }) => {
  const one = await Studio.visit(page, UNTUNED);
  await one.openBuiltIn();
  const files = await one.levels.beginDownloads(['Q8_0', 'Q4_0']);
  await one.levels.reaches('blk.0');
  const two = await Studio.visit(await context.newPage(), UNTUNED);
  expect(await two.unfinished.list()).toEqual([]);
  await two.openBuiltIn();
  const others = await two.levels.beginDownloads(['Q4_0', 'Q5_0']);
  await expect.poll(() => [files.size, others.size], { timeout: 120_000 }).toEqual([2, 2]);
  await Promise.all([one.done(), two.done()]);
  const want = await known(builtIn, LEVELS);
  for (const [type, hash] of [...byLevel(files), ...byLevel(others)]) expect(hash).toBe(want.get(type));
  // Until a tab is closed its files stay; then they are nobody's, and go with the next visit.
  await page.close();
  const three = new Studio(await context.newPage());
  await three.goTo(UNTUNED);
  const left = () =>
    three.page.evaluate(async () => {
      let folders = 0;
      const root = await navigator.storage.getDirectory();
      for await (const _ of (await root.getDirectoryHandle('exports')).keys()) folders++;
      return folders;
    });
  await expect.poll(left, { timeout: 30_000 }).toBe(1);
  expect(await three.unfinished.list()).toEqual([]);
});

test('without room for two copies the page asks before it writes straight into the file', async ({
  studio,
}) => {
  const { levels, page } = studio;
  await studio.open([{ path: 'direct.gguf', bytes: tinyGguf({ ...TINY, chat: true, type: 'F16' }) }]);
  await answerSaveDialog(page, 'a file');
  const setRoom = (quota: number) =>
    page.evaluate((quota) => {
      navigator.storage.estimate = () => Promise.resolve({ quota, usage: 0 });
    }, quota);
  await setRoom(1000);
  await levels.tryDownload('Q8_0');
  await expect.poll(() => studio.problem()).toMatch(/no room for a copy that survives this tab/);
  expect(await levels.sha256('Q8_0')).toBeNull();
  await levels.writeDirectly();
  await expect.poll(() => levels.sha256('Q8_0'), { timeout: 60_000 }).not.toBeNull();
  expect(await levels.sha256('Q8_0')).toBe(await savedFileHash(page));
  await setRoom(1e9);
  await page.evaluate(withoutSaveDialog);
});
