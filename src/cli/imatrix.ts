import { writeFileSync } from 'node:fs';
import { imatrixFile } from '../files/imatrix-write';
import { collectImportance } from '../evaluate/collect-importance';
import { textForEvaluation } from '../evaluate/evaluation-text';
import { numberOption, typeOption, UsageError, type Values } from './arguments';
import { engineOptions, open, openGpu, quantizeOn, readText, textOf } from './common';
import { answer, say, status } from './output';

/** Collects an importance matrix from a text, like llama-imatrix. */
export async function runImatrix(path: string | undefined, out: string | undefined, values: Values) {
  if (out === undefined) throw new UsageError('OUT.gguf is missing.');
  const text = readText(values);
  const model = await open(path, values);
  const { ids, bos } = await textForEvaluation(model, text, textOf(model));
  const gpu = await openGpu(values);
  const prepared = await quantizeOn(gpu, model, typeOption(values.type ?? 'F32'), values);
  const options = {
    ...engineOptions(model, { ctx: '512', ...values }),
    bos,
    chunks: numberOption(values, 'chunks', Number.MAX_SAFE_INTEGER),
  };
  const started = performance.now();
  const collected = await collectImportance(gpu, prepared, ids, values.file!, options, {
    progress: ({ done, total }) => status(`[${done}/${total}]`),
  });
  writeFileSync(out, imatrixFile(collected));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`${collected.chunks} chunks of ${collected.chunkTokens} tokens in ${seconds} s`);
  answer(`${out}: ${collected.entries.size} tensors`);
}
