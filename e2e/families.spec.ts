import { writeFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { checkpointFiles } from '../src/testing/checkpoints';
import { ourIds, wllamaIds } from './peer';
import { download, dropFiles, idle, open, selectLevels } from './page';

// A Hugging Face folder of a family: dropped, chatted with through its template, quantized, downloaded, and run by
// llama.cpp. The checkpoints are made here; their greedy ids do not hang on the precision of activations.
const families = [
  { name: 'phi-3', architecture: 'phi3', sizes: { heads: 16, kvHeads: 8, headDim: 16, decisive: true } },
  { name: 'qwen3', architecture: 'qwen3', sizes: { heads: 8, headDim: 32, decisive: true } },
  { name: 'gemma 3', architecture: 'gemma3', sizes: { heads: 8, headDim: 32 } },
];
const COUNT = 16;

for (const { name, architecture, sizes } of families) {
  test(`${name}: from a folder to a chat, a download, and llama.cpp's agreement`, async ({ page }) => {
    await open(page);
    const files = checkpointFiles(name, 'tiny', { width: 256, ffn: 512, ...sizes });
    await dropFiles(page, files, test.info().outputDir);
    await expect(page.locator('#model')).toContainText(architecture);
    await selectLevels(page, ['Q4_K_M']);
    await page.getByRole('button', { name: /Quantize 1 level/ }).click();
    await idle(page);
    await page.locator('#run').getByLabel('Level').selectOption('Q4_K_M');
    await page.locator('#run summary').first().click();
    await page.getByLabel('Temperature').fill('0');
    await page.getByLabel('Most tokens').fill(String(COUNT));
    await page.getByLabel('Message').fill('Hello');
    await page.getByRole('button', { name: 'Send' }).click();
    await idle(page);
    const answer = await page.locator('.messages .assistant p').last().textContent();
    const prompt = '<|user|>\nHello<|end|>\n<|assistant|>\n';
    await page.getByText(/What the model was given/).click();
    await expect(page.locator('.rendered')).toHaveText(prompt);

    const path = test.info().outputPath('model-Q4_K_M.gguf');
    writeFileSync(path, await download(page, 'Q4_K_M'));
    const ours = ourIds(path, 'Q4_K_M', '--chat', 'Hello', '-n', String(COUNT));
    expect(ours.ids).toHaveLength(COUNT);
    expect(ours.text.trim()).toBe((answer ?? '').trim());
    const theirs = await wllamaIds(page, path, prompt, COUNT);
    expect(theirs.slice(0, COUNT)).toEqual(ours.ids);
  });
}
