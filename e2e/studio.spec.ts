import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { gguf } from '@huggingface/gguf';
import { memorySource } from '../src/files/byte-source';
import { readGguf } from '../src/files/gguf/read';
import { planQuantization } from '../src/model/plan';
import { fileTypeByLabel, fileTypes } from '../src/quant/file-types';
import { codecHash } from '../src/testing/codec-hash';
import { hasShared, sharedFolder, sharedJson } from '../src/testing/golden';
import { huggingFaceFolder } from '../src/testing/tiny-folder';
import { TINY, tinyGguf } from '../bench/models/tiny-llama';
import { answerSaveDialog, saveDialogs, savedFileHash, Studio, withoutSaveDialog } from './page';
import { STORY } from './story';
import { test } from './test';

const tiny = { ...TINY, chat: true, type: 'F16' as const };
const bytes = tinyGguf(tiny);
const PARAMETERS = 3_672_320;
const BUILT_IN = 'nibble-stories-F16.gguf';

/** Two chunks of 128 tokens. */
const twoChunks = {
  path: 'two-chunks.txt',
  bytes: new Uint8Array(readFileSync('public/texts/stories-held-out.txt').subarray(0, 1300)),
};

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function parse(bytes: Buffer) {
  const path = test.info().outputPath('download.gguf');
  writeFileSync(path, bytes);
  return gguf(path, { allowLocalFile: true });
}

test('the built-in model: open, quantize, chat twice, continue, measure, download', async ({ studio }) => {
  const { levels, errors, run, results, device } = studio;
  const hosts = studio.watchHosts();
  await studio.openBuiltIn();
  expect((await studio.model())?.parameters).toBe(PARAMETERS);
  expect(await levels.types()).toEqual(fileTypes.map((t) => t.label));
  await levels.quantize(['F16', 'Q8_0', 'Q4_0']);
  expect((await levels.onTheGpu()).toSorted()).toEqual(['F16', 'Q4_0', 'Q8_0']);

  const map = await errors.map('Q4_0');
  expect(map.map((row) => row.length)).toEqual([7, 7, 7, 7]);
  for (const percent of map.flat()) expect(percent).toBeGreaterThan(0);
  expect(await errors.openFirstTensor()).toMatch(/blk\.0\.attn_k\.weight: 128 × 256 F16 to Q4_0/);
  const first = await errors.block();
  expect(first).toHaveLength(32);
  await errors.chooseRow(7);
  expect(await errors.block()).toHaveLength(32);
  expect(await errors.block()).not.toEqual(first);
  expect(await errors.histogram()).toBeGreaterThan(0);
  expect(await studio.accessibilityViolations()).toEqual([]);
  await errors.closeTensor();

  await run.useLevel(STORY.level);
  await run.sampling(STORY.sampling);
  expect(await run.chat(STORY.asked)).toContain(STORY.name);
  const timing = (await run.timing())!;
  for (const figure of [timing.firstTokenMs, timing.promptSpeed, timing.generationSpeed])
    expect(figure).toBeGreaterThan(0);
  expect(await run.chat('Who is the story about?')).toContain('Nora');
  expect((await run.messages()).map((m) => m.from)).toEqual(['person', 'model', 'person', 'model']);
  await run.sampling({ maxTokens: 12 });
  expect(await run.complete()).toContain('there was a');
  expect(await studio.accessibilityViolations()).toEqual([]);

  const file = await levels.download('Q4_0');
  expect(await levels.sha256('Q4_0')).toBe(sha256Of(file));
  const source = memorySource('built-in', new Uint8Array(readFileSync(`public/models/${BUILT_IN}`)));
  const plan = planQuantization(await readGguf(source), fileTypeByLabel('Q4_0')!);
  expect(sha256Of(file)).toBe(await codecHash(plan));

  await studio.dropText(twoChunks);
  await results.want({ speed: true, context: 128 });
  await results.measure(3);
  const table = await results.table();
  expect(table.map((row) => row.type).toSorted()).toEqual(['F16', 'Q4_0', 'Q8_0']);
  for (const { speed, quality } of table) {
    expect(speed?.ceiling.tokensPerSecond).toBeGreaterThan(0);
    expect(speed?.generation.median).toBeGreaterThan(0);
    expect(quality?.perplexity).toBeGreaterThan(1);
  }
  expect((await studio.charts.memory()).compute).toHaveLength(3);
  expect(await studio.charts.dots('speed-loss')).toHaveLength(3);
  // Contexts of 128, 256 and 512 tokens; the model was made for no more.
  expect(await studio.charts.dots('speed-context')).toHaveLength(9);
  const difference = await device.compareWithFloat32();
  expect(difference.kl).toBeGreaterThan(0);
  expect(difference.sameTopPercent).toBeGreaterThanOrEqual(95);
  expect(
    await studio.overflows([
      [1440, 'light'],
      [1440, 'dark'],
      [360, 'light'],
      [360, 'dark'],
    ]),
  ).toEqual([]);
  expect(await studio.accessibilityViolations()).toEqual([]);
  expect(await studio.accessibilityViolations([360, 'dark'])).toEqual([]);
  expect(hosts()).toEqual([new URL(studio.page.url()).host]);
  await results.forget();
});

test('a dropped GGUF: three levels, download, and the download reopened gives the same bytes', async ({
  studio,
}) => {
  const { levels } = studio;
  await studio.open([{ path: 'dropped.gguf', bytes }]);
  await levels.quantize(['Q8_0', 'Q5_1', 'Q4_1']);
  expect((await levels.onTheGpu()).toSorted()).toEqual(['Q4_1', 'Q5_1', 'Q8_0']);
  const file = await levels.download('Q8_0');
  const { metadata, tensorInfos } = await parse(file);
  expect((metadata as Record<string, unknown>)['general.file_type']).toBe(7);
  expect(tensorInfos).toHaveLength(TINY.layers * 9 + 3);
  await studio.open([{ path: 'again.gguf', bytes: new Uint8Array(file) }]);
  expect((await studio.model())?.sourceTypes).toContain('Q8_0');
  expect(sha256Of(await levels.download('Q8_0'))).toBe(sha256Of(file));
});

test('a dropped Hugging Face folder gives the file that its GGUF gives, with tensors split by rows', async ({
  page,
}) => {
  const narrow = await Studio.visit(page, { maxBindingBytes: 65536 });
  await narrow.open(huggingFaceFolder({ ...tiny, context: 64 }, 2));
  expect((await narrow.model())?.sourceTypes[0]).toBe('F16');
  const file = await narrow.levels.download('Q4_0');
  const { tensorInfos } = await parse(file);
  expect(tensorInfos.find((t) => t.name === 'output.weight')?.dtype).toBe(14);
  await narrow.levels.chooseContext(64);
  await narrow.run.useLevel('Q8_0');
  await narrow.run.sampling({ maxTokens: 8 });
  expect(await narrow.run.complete()).not.toBe('');
  expect((await narrow.run.timing())?.tokens).toBeGreaterThan(0);
});

test('broken weights and a second file leave the first model open', async ({ studio }) => {
  const { levels } = studio;
  const broken = tinyGguf(tiny);
  broken.fill(0xff, broken.length - 64, broken.length - 32);
  await studio.open([{ path: 'broken.gguf', bytes: broken }]);
  await levels.quantize(['Q8_0']);
  expect(await studio.problem()).toMatch(/output\.weight: 16 of 76800 weights are NaN or infinite/);
  await studio.drop([{ path: 'cut.gguf', bytes: bytes.slice(0, 5000) }]);
  await expect.poll(() => studio.problem()).toContain('cut.gguf');
  expect((await studio.model())?.label).toBe('broken.gguf');
  await studio.open([{ path: 'whole.gguf', bytes }]);
  expect(await studio.problem()).toBe('');
});

test('a save dialog: the file goes to its handle; cancelled, nothing happens', async ({ studio }) => {
  const { levels, page } = studio;
  await studio.open([{ path: 'saved.gguf', bytes }]);
  await answerSaveDialog(page, 'a file');
  await levels.tryDownload('Q8_0');
  await expect.poll(() => levels.sha256('Q8_0'), { timeout: 60_000 }).not.toBeNull();
  expect(await levels.sha256('Q8_0')).toBe(await savedFileHash(page));
  await answerSaveDialog(page, 'cancel');
  await levels.tryDownload('Q4_0');
  await expect.poll(() => saveDialogs(page)).toBe(1);
  await studio.done();
  expect(await levels.sha256('Q4_0')).toBeNull();
  expect(await studio.problem()).toBe('');
  await page.evaluate(withoutSaveDialog);
});

test('a full disk is said, and nothing half-written is offered', async ({ page, context }) => {
  const full = await Studio.visit(page);
  const { levels } = full;
  const { origin } = new URL(page.url());
  const session = await context.newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1_000_000 });
  await full.openBuiltIn();
  let downloads = 0;
  page.on('download', () => downloads++);
  await levels.tryDownload('Q8_0');
  expect(await full.problem()).toContain('disk is full');
  expect(await levels.sha256('Q8_0')).toBeNull();
  expect(downloads).toBe(0);
  const leftovers = await page.evaluate(async () => {
    const names: string[] = [];
    const root = await navigator.storage.getDirectory();
    for await (const name of (await root.getDirectoryHandle('exports')).keys()) names.push(name);
    return names;
  });
  expect(leftovers).toEqual([]);
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  await full.dismiss();
  expect((await levels.download('Q8_0')).length).toBe((await levels.row('Q8_0')).fileBytes);
});

// With the larger reference collection beside the checkout: the page's file is llama-quantize's.
if (hasShared)
  test('shakes3M through the page has the hash of the reference', async ({ studio }) => {
    const { results } = sharedJson<{ results: { tag: string; file_sha256: string }[] }>(
      'golden/quantize/shakes3M.json',
    );
    await studio.openPath(`${sharedFolder}/models/shakes3M/shakes3M-F32.gguf`);
    const want = results.find((r) => r.tag === 'Q4_0')!.file_sha256;
    expect(sha256Of(await studio.levels.download('Q4_0'))).toBe(want);
  });

// Last, because kernels are compiled again on the new device.
test('stopping, a lost device and bad files leave the page usable', async ({ studio }) => {
  const { run, levels, device } = studio;
  await studio.drop([{ path: 'cat.gguf', bytes: new Uint8Array(8) }]);
  await expect.poll(() => studio.problem()).toContain('cat.gguf');
  await studio.dismiss();
  await studio.openBuiltIn();
  expect(await levels.types()).toHaveLength(fileTypes.length);

  await run.useLevel('Q8_0');
  await run.sampling({ temperature: 0, maxTokens: 64 });
  await run.beginChat('Tell me a story.');
  await expect.poll(() => run.writing(), { timeout: 60_000, intervals: [20] }).toMatch(/\w+ \w+ \w+/);
  await device.lose();
  await studio.done();
  const messages = await run.messages();
  expect(messages).toMatchObject([{ from: 'person' }, { text: expect.stringMatching(/\w+ \w+ \w+/) }]);
  expect(await studio.problem()).toBe('');

  await run.sampling({ maxTokens: 4096 });
  await run.beginChat('Tell me a story about Tom.');
  await expect.poll(() => run.writing(), { timeout: 60_000, intervals: [20] }).toMatch(/\w+ \w+/);
  await studio.drop([{ path: 'tiny.gguf', bytes }]);
  await expect.poll(() => studio.problem()).toContain('tiny.gguf was not opened');
  await run.stop();
  expect((await run.timing())?.endedBy).toBe('cancelled');
  expect((await studio.model())?.label).toBe(BUILT_IN);
});
