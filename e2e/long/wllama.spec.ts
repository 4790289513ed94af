import { expect, test } from '@playwright/test';
import { nibble, ourIds, wllamaIds } from '../peer';

// llama.cpp takes our files and writes the same tokens.
const PROMPT = 'Once upon a time';
const COUNT = 24;
const MODEL = 'public/models/nibble-stories-F16.gguf';

for (const type of ['F32', 'F16', 'Q8_0']) {
  test(`wllama loads the exported ${type} and continues as we do`, async ({ page }) => {
    const path = test.info().outputPath(`${type}.gguf`);
    const inNode = ourIds(MODEL, type, '--prompt', PROMPT, '-n', String(COUNT));
    await nibble('quantize', MODEL, type, path);
    const ids = await wllamaIds(page, path, PROMPT, COUNT);
    const want = await inNode;
    expect(want.ids).toHaveLength(COUNT);
    expect(ids.slice(0, 16)).toEqual(want.ids.slice(0, 16));
  });
}
