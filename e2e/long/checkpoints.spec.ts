import { createHash } from 'node:crypto';
import { expect } from '@playwright/test';
import { memorySource } from '../../src/files/byte-source';
import { planQuantization } from '../../src/model/plan';
import { fileTypeByLabel } from '../../src/quant/file-types';
import { codecHash } from '../../src/testing/codec-hash';
import { asPyTorch } from '../../src/testing/pytorch/as-pytorch';
import { quantizedTwins } from '../../src/testing/quantized/folder';
import type { NamedBytes } from '../../src/testing/safetensors-file';
import { openTestModel } from '../../src/testing/text/sandbox';
import { test } from '../test';

// Folders of other quantizers, and of torch.save: dropped, run, and given back as the file that their float32 values make.
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
async function wanted(files: readonly NamedBytes[], level: string): Promise<string> {
  const sources = files.map((f) => memorySource(f.path, f.bytes));
  return codecHash(planQuantization(await openTestModel(sources, 'tiny'), fileTypeByLabel(level)!));
}

for (const kind of ['gptq 4 bits, symmetric', 'mlx 5-bit, group 32'])
  test(`${kind}: a folder runs, says its level, and becomes Q4_0`, async ({ studio }) => {
    const { packed, plain, level } = await quantizedTwins('llama', kind);
    await studio.open(packed);
    expect((await studio.model())?.sourceTypes.join(', ')).toContain(level);
    await studio.levels.quantize(['Q4_0']);
    expect(sha256Of(await studio.levels.download('Q4_0'))).toBe(await wanted(plain, 'Q4_0'));
    await studio.run.useLevel('Q4_0');
    await studio.run.sampling({ temperature: 0, maxTokens: 4 });
    expect(await studio.run.complete()).not.toBe('');
  });

test('a folder of torch.save runs, and becomes the file of its safetensors', async ({ studio }) => {
  const { plain } = await quantizedTwins('llama', 'gptq 4 bits, symmetric');
  const torch = await asPyTorch(plain);
  expect(torch.some((f) => f.path.endsWith('.bin'))).toBe(true);
  await studio.open(torch);
  await studio.levels.quantize(['Q4_0']);
  expect(sha256Of(await studio.levels.download('Q4_0'))).toBe(await wanted(plain, 'Q4_0'));
});
