// The whole walk in Firefox, with what this browser is like: no subgroups, bindings of 128 MiB, answers of the device by a
// clock of 100 ms, no move in the private file system, no save dialog.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { SMALL, tinyGguf } from '../../bench/models/tiny-llama';
import { memorySource } from '../../src/files/byte-source';
import { readGguf } from '../../src/files/gguf/read';
import { planQuantization } from '../../src/model/plan';
import { fileTypeByLabel } from '../../src/quant/file-types';
import { codecHash } from '../../src/testing/codec-hash';
import { goldenJson } from '../../src/testing/golden';
import { Studio } from '../page';
import { STORY } from '../story';
import { test } from './test';

const LEVELS = ['Q8_0', 'Q6_K', 'Q4_0', 'Q4_K_M', 'IQ4_XS'];
const MODEL = 'public/models/nibble-stories-F16.gguf';
const heldOut = readFileSync('public/texts/stories-held-out.txt');
const textOf = (path: string, bytes: number) => ({ path, bytes: new Uint8Array(heldOut.subarray(0, bytes)) });
const { files: known } = goldenJson<{ files: Record<string, string> }>('tiny-llama-sha256.json');
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes that the codec makes of the built-in model, and so Chromium, whose walks hold it to the codec. */
async function expectedHash(type: string): Promise<string> {
  const model = await readGguf(memorySource('built-in', new Uint8Array(readFileSync(MODEL))));
  return codecHash(planQuantization(model, fileTypeByLabel(type)!));
}

/** Hash of the style element that Playwright writes before a picture, which the page's policy refuses: it is no style of the page. */
const PICTURE_STYLE = `sha256-${createHash('sha256').update('body {}').digest('base64')}`;

const started = Date.now();
const reached = (what: string) =>
  process.stdout.write(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${what}\n`);

test('the walk: five levels, chat, side by side, measure, downloads, search, reload, library', async ({
  page,
}) => {
  const complaints: string[] = [];
  const complain = (text: string) => !text.includes(PICTURE_STYLE) && complaints.push(text);
  page.on('console', (m) => m.type() === 'error' && complain(m.text()));
  page.on('pageerror', (error) => complain(error.message));
  const studio = await Studio.visit(page);
  const { levels, run, results, search, library } = studio;
  reached(`adapter: ${await studio.device.adapter()}`);
  const has = await page.evaluate(async () => {
    const adapter = (await navigator.gpu.requestAdapter())!;
    return {
      subgroups: adapter.features.has('subgroups'),
      bindingMiB: adapter.limits.maxStorageBufferBindingSize / 2 ** 20,
      saveDialog: 'showSaveFilePicker' in window,
    };
  });
  expect(has).toEqual({ subgroups: false, bindingMiB: 128, saveDialog: false });

  await studio.openBuiltIn();
  await levels.quantize(LEVELS);
  expect((await levels.onTheGpu()).toSorted()).toEqual(LEVELS.toSorted());
  reached('five levels');

  await run.useLevel(STORY.level);
  await run.sampling(STORY.sampling);
  const story = await run.chat(STORY.asked);
  expect(story).toContain(STORY.name);
  expect(await run.chat('Who is the story about?')).toContain('Nora');
  const timing = (await run.timing())!;
  reached(`chat: ${timing.generationSpeed} tokens a second`);
  expect(timing.firstTokenMs).toBeGreaterThan(0);
  await levels.select(['Q8_0', 'Q4_0']);
  const sides = await studio.beside.write({ maxTokens: 16 });
  expect(sides.map((side) => side.tokens.length)).toEqual([16, 16]);
  reached('side by side');

  await studio.dropText(textOf('two-chunks.txt', 1300));
  await levels.select(['Q4_0']);
  await results.want({ speed: true, context: 128 });
  await results.measure(1);
  const [measured] = await results.table();
  expect(measured?.quality?.perplexity).toBeGreaterThan(1);
  expect(measured?.speed?.generation.median).toBeGreaterThan(0);
  reached(
    `measured: perplexity ${measured!.quality!.perplexity}, ${measured!.speed!.generation.median} tokens a second`,
  );

  for (const type of LEVELS) {
    const file = sha256Of(await levels.download(type));
    process.stdout.write(`${file}  ${type}\n`);
    expect.soft(file, type).toBe(await expectedHash(type));
    expect(await levels.sha256(type)).toBe(file);
  }
  reached('five downloads, byte for byte');
  await studio.picture('test-results/firefox/walk.png', [1440, 'light']);

  // A file that is chosen, and one that is dropped, whose levels llama.cpp made once.
  await studio.pickFiles([{ path: 'chosen.gguf', bytes: tinyGguf(SMALL) }]);
  expect(sha256Of(await levels.download('Q4_K_M'))).toBe(known.Q4_K_M);
  await levels.keep('Q8_0');
  await studio.open([
    { path: 'dropped.gguf', bytes: tinyGguf({ ...SMALL, context: 512, type: 'F16', seed: 23 }) },
  ]);
  await studio.dropText(textOf('mine.txt', 800));
  await search.start();
  await search.size('most');
  expect((await search.mix()).counts.Q8_0).toBeGreaterThan(0);
  await search.addToLevels();
  expect((await levels.types()).filter((type) => type.startsWith('mix-'))).toHaveLength(1);
  reached('chosen, dropped, searched');

  await studio.reload();
  await expect.poll(() => library.kept()).toEqual(['tiny-llama-Q8_0.gguf']);
  await library.open('tiny-llama-Q8_0.gguf');
  expect((await studio.model())?.sourceTypes).toContain('Q8_0');
  expect(await studio.problem()).toBe('');
  expect(complaints).toEqual([]);
  reached('reloaded, opened from the library');

  // Embedding, output and layers in several bindings, as of a model that is larger than one: the same words.
  await studio.goTo({ maxBindingBytes: 65536 });
  await studio.device.adapter();
  expect(await studio.device.largestBinding()).toBe(65536);
  await studio.openBuiltIn();
  await levels.quantize([STORY.level]);
  await run.useLevel(STORY.level);
  await run.sampling(STORY.sampling);
  expect(await run.chat(STORY.asked)).toBe(story);
  expect(await studio.problem()).toBe('');
  expect(complaints).toEqual([]);
  reached('a model in pieces of 64 KiB');
});
