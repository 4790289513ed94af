import { readFileSync } from 'node:fs';
import { getBoolean, getNumber } from '../files/gguf/metadata';
import { perplexity } from '../session/evaluate';
import { createTokenizer } from '../text/tokenizer';
import { NibbleError } from '../util/errors';
import { numberOption, typeOption, UsageError, type Values } from './arguments';
import { answer, engineOptions, open, openGpu, quantizeOn, say } from './common';

/** Perplexity of a text at each level: a row a level. */
export async function runPerplexity(path: string | undefined, values: Values): Promise<void> {
  const types = (values.types ?? '').split(',').map((t) => typeOption(t.trim()));
  if (values.file === undefined) throw new UsageError('-f TEXTFILE is missing.');
  let text: string;
  try {
    text = readFileSync(values.file, 'utf8');
  } catch {
    throw new NibbleError(`${values.file}: there is no such file.`, 'Check the path.');
  }
  const model = await open(path, values);
  const tokenizer = createTokenizer(model.label, model.metadata);
  const ids = tokenizer.encode(text, { addBos: true });
  const addsBos =
    getBoolean(model.metadata, 'tokenizer.ggml.add_bos_token') ?? ids[0] === bosOf(model.metadata);
  const bos = addsBos ? bosOf(model.metadata) : undefined;
  const gpu = await openGpu(values);
  const options = engineOptions(model, { ctx: '512', ...values });
  const chunks = numberOption(values, 'chunks', Number.MAX_SAFE_INTEGER);
  const rows = [];
  for (const fileType of types) {
    const prepared = await quantizeOn(gpu, model, fileType, values);
    const started = performance.now();
    const result = await perplexity(gpu, prepared, ids, { ...options, bos, chunks });
    gpu.memory.release(prepared.owner);
    say(
      `${fileType.label}: ${result.perplexity.toFixed(4)} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
    rows.push({ type: fileType.label, fileBytes: prepared.plan.fileBytes, ...result });
  }
  if (values.json)
    return answer(JSON.stringify({ adapter: gpu.adapterName, context: options.context, rows }));
  answer('| type | bytes | perplexity | standard error | tokens |\n|---|---|---|---|---|');
  for (const r of rows)
    answer(
      `| ${r.type} | ${r.fileBytes} | ${r.perplexity.toFixed(4)} | ${r.standardError.toFixed(4)} | ${r.tokens} |`,
    );
}

const bosOf = (metadata: Parameters<typeof getNumber>[0]) =>
  getNumber(metadata, 'tokenizer.ggml.bos_token_id');
