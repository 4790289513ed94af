import { writeFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { checkpointFiles } from '../../src/testing/checkpoints';
import { ourIds, wllamaIds } from '../peer';
import { test } from '../test';

// A Hugging Face folder of a family: dropped, chatted with through its template, quantized, downloaded, and run by
// llama.cpp. The checkpoints are made here; their greedy ids do not hang on the precision of activations. A folder's name
// becomes general.name, by which llama.cpp knows some models (a "phi3" in it crashes wllama): it tells nothing here.
const families = [
  {
    name: 'phi-3',
    folder: 'tiny-a',
    architecture: 'phi3',
    sizes: { heads: 16, kvHeads: 8, headDim: 16, decisive: true },
  },
  {
    name: 'qwen3',
    folder: 'tiny-b',
    architecture: 'qwen3',
    sizes: { heads: 8, headDim: 32, decisive: true },
  },
  { name: 'gemma 3', folder: 'tiny-c', architecture: 'gemma3', sizes: { heads: 8, headDim: 32 } },
];
const COUNT = 16;
const PROMPT = '<|user|>\nHello<|end|>\n<|assistant|>\n';
for (const { name, folder, architecture, sizes } of families) {
  test(`${name}: from a folder to a chat, a download, and llama.cpp's agreement`, async ({
    studio,
    context,
  }) => {
    const { levels, run } = studio;
    await studio.open(checkpointFiles(name, folder, { width: 256, ffn: 512, ...sizes }));
    expect(await studio.model()).toMatchObject({ label: folder, architecture });
    await levels.quantize(['Q4_K_M']);
    expect(await levels.onTheGpu()).toEqual(['Q4_K_M']);
    const path = test.info().outputPath('model-Q4_K_M.gguf');
    writeFileSync(path, await levels.download('Q4_K_M'));
    // Our engine in Node and llama.cpp write while the page does.
    const inNode = ourIds(path, 'Q4_K_M', '--chat', 'Hello', '-n', String(COUNT));
    const inLlamaCpp = context.newPage().then((page) => wllamaIds(page, path, PROMPT, COUNT));

    await run.useLevel('Q4_K_M');
    await run.sampling({ temperature: 0, maxTokens: COUNT });
    const answer = await run.chat('Hello');
    expect(await run.given()).toBe(PROMPT);
    const ours = await inNode;
    expect(ours.ids).toHaveLength(COUNT);
    expect(ours.text.trim()).toBe(answer);
    expect((await inLlamaCpp).slice(0, COUNT)).toEqual(ours.ids);
  });
}
