import type { Plan } from '../model/plan';
import type { FileType } from '../quant/file-types';
import { klDivergencePaged } from '../evaluate/kl-divergence-paged';
import { klDivergence, perplexity } from '../evaluate/evaluate';
import { textForEvaluation } from '../evaluate/evaluation-text';
import type { Prepared } from '../pipeline/prepared';
import type { KlDivergence, Perplexity } from '../evaluate/quality-numbers';
import { numberOption, typeOption, UsageError, type Values } from './arguments';
import { engineOptions, open, openGpu, planOf, quantizeOn, readText, textOf } from './common';
import { answer, answerJson, say, status } from './output';
import type { RunProgress } from '../util/work';

const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)} %`;

/** Perplexity of a text, a row per level; with --kl-base also the KL divergence of each from that level. */
export async function runPerplexity(path: string | undefined, values: Values): Promise<void> {
  const types = (values.types ?? '').split(',').map((t) => typeOption(t.trim()));
  const baseType = values['kl-base'] === undefined ? undefined : typeOption(values['kl-base']);
  const text = readText(values);
  const model = await open(path, values);
  const { ids, bos } = await textForEvaluation(model, text, textOf(model));
  const gpu = await openGpu(values);
  const options = { ...engineOptions(model, { ctx: '512', ...values }), reference: true, bos };
  const chunks = numberOption(values, 'chunks', Number.MAX_SAFE_INTEGER);
  const all = { ...options, chunks };
  if (values.paged && !baseType) throw new UsageError('--paged compares with a base: give --kl-base TYPE.');
  /** Figures of a level and the size of its file. */
  type Found = { readonly fileBytes: number } & (KlDivergence | { readonly level: Perplexity });
  const measurePaged = async (base: Plan, fileType: FileType): Promise<Found> => {
    const plans = { base, level: await planOf(model, fileType, values) };
    const progress = ({ done, total }: RunProgress) => status(`${fileType.label}: ${done} of ${total}`);
    const found = await klDivergencePaged(gpu, model, plans, ids, all, { progress });
    return { fileBytes: plans.level.fileBytes, ...found };
  };
  const measure = async (base: Prepared | undefined, fileType: FileType): Promise<Found> => {
    const prepared = await quantizeOn(gpu, model, fileType, values);
    const found = base
      ? await klDivergence(gpu, base, prepared, ids, all)
      : { level: await perplexity(gpu, prepared, ids, all) };
    prepared.dispose();
    return { fileBytes: prepared.plan.fileBytes, ...found };
  };
  let measureLevel: (fileType: FileType) => Promise<Found>;
  if (values.paged && baseType) {
    const base = await planOf(model, baseType, values);
    measureLevel = (fileType) => measurePaged(base, fileType);
  } else {
    const base = baseType && (await quantizeOn(gpu, model, baseType, values));
    measureLevel = (fileType) => measure(base, fileType);
  }
  const rows = [];
  for (const fileType of types) {
    const started = performance.now();
    const found = await measureLevel(fileType);
    const seconds = (performance.now() - started) / 1000;
    say(`${fileType.label}: ${found.level.perplexity.toFixed(4)} in ${seconds.toFixed(1)} s`);
    rows.push({ type: fileType.label, ...found.level, ...found });
  }
  if (values.json)
    return answerJson({ adapter: gpu.adapterName, context: options.context, base: baseType?.label, rows });
  const more = baseType ? ' mean KL | median | 99 % | max | same top | RMS of probability |' : '';
  answer(`| type | bytes | perplexity | standard error | tokens |${more}`);
  answer(`|---|---|---|---|---|${baseType ? '---|---|---|---|---|---|' : ''}`);
  for (const r of rows) {
    const cells = [r.type, r.fileBytes, r.perplexity.toFixed(4), r.standardError.toFixed(4), r.tokens];
    if ('kl' in r)
      cells.push(
        ...[r.kl.mean, r.kl.median, r.kl.p99, r.kl.max].map((v) => v.toFixed(6)),
        percent(r.sameTop.share),
        percent(r.probability.rms, 3),
      );
    answer(`| ${cells.join(' | ')} |`);
  }
}
