import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { readGguf } from '../files/gguf/read';
import { planQuantization } from '../model/plan';
import { runnableOf } from '../infer/model-runtime';
import { fileTypeByLabel } from '../quant/file-types';
import { formatByGgmlType } from '../quant/registry';
import { testGpu } from '../testing/device';
import { referenceRows } from '../testing/reference-llama';
import { klDivergence } from './evaluate';
import { textForEvaluation } from './evaluation-text';
import { prepareLevel, type Prepared } from '../pipeline/prepared';
import { testText } from '../testing/text/sandbox';

const CONTEXT = 64;
const asset = (name: string) => readFileSync(new URL(`../../public/${name}`, import.meta.url));

/** Weights of a level, by the codec. */
async function weightsOf({ plan }: Prepared): Promise<Map<string, Float32Array>> {
  const out = new Map<string, Float32Array>();
  for (const { name, type, source } of plan.tensors) {
    const x = formatByGgmlType(source.type.id)!.decode(await source.read(0, source.sizeBytes));
    const format = formatByGgmlType(type.id)!;
    out.set(name, format.decode(format.encode(x)));
  }
  return out;
}

const logProbabilities = (logits: Float64Array): Float64Array => {
  const max = logits.reduce((m, v) => Math.max(m, v));
  const total = logits.reduce((s, v) => s + Math.exp(v - max), 0);
  return logits.map((v) => v - max - Math.log(total));
};
const mean = (values: readonly number[]) => values.reduce((s, v) => s + v, 0) / values.length;

test('the built-in model on its held-out text: perplexity, divergence and agreement are those of float64', async () => {
  const model = await readGguf(memorySource('built-in', asset('models/nibble-stories-F16.gguf')));
  const { h, vocabulary } = runnableOf(model);
  const { width, ffnWidth: ffn, layers, heads, kvHeads } = h;
  const shape = { width, ffn, layers, heads, kvHeads, vocabulary, context: CONTEXT };
  const heldOut = asset('texts/stories-held-out.txt').toString();
  const { ids, bos } = await textForEvaluation(model, heldOut, testText(model));
  const text = [bos ?? ids[0]!, ...ids.slice(1, CONTEXT)];
  // The second half predicts, but for its last token, which nothing follows.
  const first = CONTEXT / 2;
  const targets = text.slice(first + 1);
  const rowsOf = async (level: Prepared) =>
    referenceRows(shape, await weightsOf(level), text.slice(0, -1), first).map(logProbabilities);
  const top = (row: Float64Array) => row.indexOf(row.reduce((m, v) => Math.max(m, v)));
  const perplexityOf = (rows: readonly Float64Array[]) =>
    Math.exp(-mean(rows.map((row, i) => row[targets[i]!]!)));

  const gpu = await testGpu();
  const prepare = (label: string) =>
    prepareLevel(gpu, model, planQuantization(model, fileTypeByLabel(label)!));
  const base = await prepare('F16');
  const want = await rowsOf(base);
  const kls: number[] = [];
  for (const label of ['Q8_0', 'Q4_K_M', 'Q2_K']) {
    const level = await prepare(label);
    const rows = await rowsOf(level);
    const options = { context: CONTEXT, kvType: 'F32' as const, bos, chunks: 1 };
    const got = await klDivergence(gpu, base, level, ids, options);
    expect(got.level.tokens).toBe(targets.length);
    expect(Math.abs(got.base.perplexity / perplexityOf(want) - 1)).toBeLessThan(1e-5);
    expect(Math.abs(got.level.perplexity / perplexityOf(rows) - 1)).toBeLessThan(1e-5);
    const kl = want.map((p, i) => p.reduce((s, v, t) => s + Math.exp(v) * (v - rows[i]![t]!), 0));
    expect(Math.abs(got.kl.mean - mean(kl))).toBeLessThan(1e-6 + 1e-3 * mean(kl));
    expect(Math.abs(got.kl.max - Math.max(...kl))).toBeLessThan(1e-6 + 1e-3 * Math.max(...kl));
    const agreed = want.filter((p, i) => top(p) === top(rows[i]!)).length;
    expect(got.sameTop.share).toBeCloseTo(agreed / want.length, 12);
    kls.push(got.kl.mean);
    level.dispose();
  }
  // Smaller levels are further off.
  expect(kls).toEqual([...kls].sort((a, b) => a - b));
  base.dispose();
  expect(gpu.memory.currentBytes).toBe(0);
});
