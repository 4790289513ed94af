import { divergence, perplexity } from '../session/evaluate';
import { textForEvaluation } from '../session/evaluation-text';
import { numberOption, typeOption, type Values } from './arguments';
import { answer, engineOptions, open, openGpu, quantizeOn, readText, say } from './common';

const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)} %`;

/** Perplexity of a text at each level, a row a level; with --kl-base also how far each is from that one. */
export async function runPerplexity(path: string | undefined, values: Values): Promise<void> {
  const types = (values.types ?? '').split(',').map((t) => typeOption(t.trim()));
  const baseType = values['kl-base'] === undefined ? undefined : typeOption(values['kl-base']);
  const text = readText(values);
  const model = await open(path, values);
  const { ids, bos } = textForEvaluation(model, text);
  const gpu = await openGpu(values);
  const options = { ...engineOptions(model, { ctx: '512', ...values }), reference: true, bos };
  const chunks = numberOption(values, 'chunks', Number.MAX_SAFE_INTEGER);
  const base = baseType && (await quantizeOn(gpu, model, baseType, values));
  const rows = [];
  for (const fileType of types) {
    const prepared = await quantizeOn(gpu, model, fileType, values);
    const started = performance.now();
    const all = { ...options, chunks };
    const quality = base ? await divergence(gpu, base, prepared, ids, all) : undefined;
    const result = quality?.level ?? (await perplexity(gpu, prepared, ids, all));
    gpu.memory.release(prepared.owner);
    const seconds = (performance.now() - started) / 1000;
    say(`${fileType.label}: ${result.perplexity.toFixed(4)} in ${seconds.toFixed(1)} s`);
    rows.push({ type: fileType.label, fileBytes: prepared.plan.fileBytes, ...result, ...quality });
  }
  if (values.json)
    return answer(
      JSON.stringify({ adapter: gpu.adapterName, context: options.context, base: baseType?.label, rows }),
    );
  const more = base ? ' mean KL | median | 99 % | max | same top | RMS of probability |' : '';
  answer(`| type | bytes | perplexity | standard error | tokens |${more}`);
  answer(`|---|---|---|---|---|${base ? '---|---|---|---|---|---|' : ''}`);
  for (const r of rows) {
    const cells = [r.type, r.fileBytes, r.perplexity.toFixed(4), r.standardError.toFixed(4), r.tokens];
    if (r.kl && r.sameTop && r.probability)
      cells.push(
        ...[r.kl.mean, r.kl.median, r.kl.p99, r.kl.max].map((v) => v.toFixed(6)),
        percent(r.sameTop.share),
        percent(r.probability.rms, 3),
      );
    answer(`| ${cells.join(' | ')} |`);
  }
}
