// Native llama.cpp takes our files: it loads every level, and continues prompts as we do.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelFile } from '../../files/model-file';
import { planQuantization } from '../../model/plan';
import { fileTypeByLabel, fileTypes } from '../../quant/file-types';
import { createTokenizer } from '../../text/tokenizer';
import { builtInModel } from '../built-in';
import { testGpu } from '../device';
import { testImatrix } from '../importance';
import { Encoded, greedyIds, wideCheckpoint } from './levels';
import { NativeLlama } from './native-llama';

/** Nearer logits may change places: llama.cpp rounds activations to the type that a product takes. */
const CLOSE = 0.02;
const COUNT = 16;
/** Positions of a run that must be further apart. */
const MIN_APART = 12;

/** Levels whose codec searches codebooks for minutes: of the built-in model its first layer, embedding and head. */
const SEARCHED = /^IQ[123]/;

interface Case {
  readonly name: string;
  readonly prompt: string;
  open(): Promise<ModelFile>;
}
const cases: readonly Case[] = [
  { name: 'built-in', prompt: 'Once upon a time', open: () => builtInModel() },
  { name: 'qwen3', prompt: 'the hand', open: () => wideCheckpoint('qwen3') },
  { name: 'olmo 2', prompt: 'and then', open: () => wideCheckpoint('olmo 2') },
  { name: 'phi-2', prompt: 'in the land', open: () => wideCheckpoint('phi-2', { kvHeads: 4, ffn: 1024 }) },
];

const folder = mkdtempSync(join(tmpdir(), 'native-'));
const llama = new NativeLlama();
afterAll(() => {
  llama.close();
  rmSync(folder, { recursive: true });
});

describe.each(cases)('$name', ({ name, prompt, open }) => {
  const path = join(folder, 'model.gguf');
  const encoded = new Encoded();
  let model: ModelFile;
  beforeAll(async () => {
    model = await open();
  });

  test.each(fileTypes.map((t) => t.label))('%s loads', async (label) => {
    const source = SEARCHED.test(label) && name === 'built-in' ? await builtInModel(1) : model;
    const plan = planQuantization(source, fileTypeByLabel(label)!, { importance: testImatrix(source) });
    writeFileSync(path, await encoded.file(plan));
    const opened = await llama.open(path);
    expect(opened, `${name} ${label}`).toMatchObject({ container: true, model: true });
  });

  test.each(['F16', 'Q8_0'])('%s: the same greedy ids', async (label) => {
    const plan = planQuantization(model, fileTypeByLabel(label)!);
    writeFileSync(path, await encoded.file(plan));
    const ids = createTokenizer(name, model.metadata).encode(prompt, { addBos: true });
    const ours = await greedyIds(await testGpu(), model, plan, ids, COUNT);
    const follow = { ids: [...ids, ...ours.ids.slice(0, -1)], prompt: ids.length };
    const { steps } = await llama.open(path, follow);
    const apart = ours.leads.map((lead, i) => ({ i, lead })).filter(({ lead }) => lead > CLOSE);
    const least = Math.min(...apart.map(({ lead }) => lead)).toFixed(3);
    console.log(`${name} ${label}: ${apart.length} of ${COUNT} positions apart, the nearest by ${least}`);
    expect(apart.length).toBeGreaterThanOrEqual(MIN_APART);
    expect(apart.map(({ i }) => steps![i])).toEqual(apart.map(({ i }) => ours.ids[i]));
  });
});
