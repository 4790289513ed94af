import { join } from 'node:path';
import { expect } from '@playwright/test';
import { stringValue } from '../src/files/gguf/metadata';
import { ggufHeader } from '../src/files/gguf/write';
import { memorySource } from '../src/files/byte-source';
import { readGguf } from '../src/files/gguf/read';
import { checkpointFiles } from '../src/testing/checkpoints';
import { imatrixFile } from '../src/files/imatrix-write';
import { TINY, tinyGguf } from '../bench/models/tiny-llama';
import { writeFiles } from './page/browser';
import { test } from './test';

const HOSTILE = 'x\u001b[2J\u202egpj\u2066\u009b<img src=x>';

/** A model whose name and a tensor's name act on what shows them. */
async function hostileModel(): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = tinyGguf({ ...TINY, type: 'F16' });
  const file = await readGguf(memorySource('t', bytes));
  const tensors = file.tensors.map((t) =>
    t.name === 'output.weight' ? { ...t, name: `${HOSTILE}.weight` } : t,
  );
  const metadata = new Map(file.metadata).set('general.name', stringValue(HOSTILE));
  const header = ggufHeader(metadata, tensors);
  const data = bytes.subarray(ggufHeader(file.metadata, file.tensors).length);
  return new Uint8Array([...header, ...data]);
}

test('names of files, models and tensors are shown, and do nothing else', async ({ studio }) => {
  await studio.drop([{ path: `a\u202eb\u0007.gguf`, bytes: await hostileModel() }]);
  // From there the page goes to the levels of what it opened.
  await studio.isAt('levels');
  await studio.done();
  expect((await studio.model())?.label).toBe('a\\u{202e}b\\x07.gguf');
  expect(await studio.actingCharacters()).toEqual([]);
  await studio.drop([{ path: 'c\u202ed.gguf', bytes: new Uint8Array(64) }]);
  await expect.poll(() => studio.problem()).toContain('c\\u{202e}d.gguf');
  expect(await studio.actingCharacters()).toEqual([]);
  await studio.dismiss();
});

test('what an importance matrix leaves out is said at every level', async ({ studio }) => {
  await studio.open([{ path: 'plain.gguf', bytes: tinyGguf({ ...TINY, type: 'F16' }) }]);
  expect(await studio.levels.remarks('Q4_K_M')).toEqual([]);
  const one = { sums: new Float32Array(TINY.width).fill(1), counts: Float32Array.of(1) };
  const entries = new Map([
    ['blk.0.attn_q.weight', one],
    ['layers.0.q', one],
  ]);
  const bytes = imatrixFile({ dataset: 'x', chunks: 1, chunkTokens: 8, entries });
  await studio.drop([{ path: 'part.gguf', bytes }]);
  await expect.poll(() => studio.levels.remarks('Q4_K_M')).toHaveLength(2);
  const [strangers, without] = await studio.levels.remarks('Q4_K_M');
  expect(strangers).toBe(
    '1 name of the 2 in the importance matrix part.gguf is not in this model: layers.0.q.',
  );
  expect(without).toMatch(/^Quantized without importance, which the matrix lacks: .*token_embd\.weight/);
  expect(await studio.accessibilityViolations()).toEqual([]);
});

test('of a picked folder, the model at its top is opened', async ({ studio }) => {
  const files = [
    ...checkpointFiles('llama', 'picked'),
    ...checkpointFiles('qwen3', 'picked/checkpoint-100'),
    { path: 'picked/additional_chat_templates/tool_use.jinja', bytes: new TextEncoder().encode('T') },
  ];
  const folder = test.info().outputPath('folder');
  writeFiles(files, folder);
  await studio.pickFolder(join(folder, 'picked'));
  expect((await studio.model())?.architecture).toBe('llama');
  await studio.pickFolder(join(folder, 'picked/checkpoint-100'));
  expect((await studio.model())?.architecture).toBe('qwen3');
});
