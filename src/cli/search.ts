import { writeFileSync } from 'node:fs';
import { planQuantization } from '../model/plan';
import { klDivergence } from '../evaluate/evaluate';
import { textForEvaluation } from '../evaluate/evaluation-text';
import { prepareLevel } from '../pipeline/prepared';
import { recipeText } from '../evaluate/recipe';
import {
  measureSensitivities,
  planRecipe,
  quantizeCommand,
  type Recipe,
  recipeFor,
} from '../evaluate/search';
import { numberOption, parseBytes, typeOption, UsageError, type Values } from './arguments';
import { engineOptions, open, openGpu, readText, textOf } from './common';
import { answer, answerJson, say, status } from './output';
import { planOptions } from './plan-options';

/** Writes a recipe that the page and the engine read again. */
export const writeRecipe = (path: string, recipe: Recipe): void => writeFileSync(path, recipeText(recipe));

/**
 * Searches a type for each tensor under each file size and measures the KL divergence of the result and, for --like TYPE,
 * of the fixed mix: over the search text, or over --check's.
 */
export async function runSearch(path: string | undefined, values: Values): Promise<void> {
  const likes = (values.like ?? '').split(',').filter(Boolean).map(typeOption);
  const sizes = (values.size ?? '')
    .split(',')
    .filter(Boolean)
    .map((text) => parseBytes('size', text));
  if (likes.length + sizes.length === 0) throw new UsageError('--like TYPE or --size BYTES is missing.');
  const text = readText(values);
  const model = await open(path, values);
  const base = typeOption(values['kl-base'] ?? 'F16');
  const gpu = await openGpu(values);
  const { importance } = await planOptions(values);
  const own = textOf(model);
  const { ids, bos } = await textForEvaluation(model, text, own);
  const checked =
    values.check === undefined ? ids : (await textForEvaluation(model, readText(values, 'check'), own)).ids;
  const options = { ...engineOptions(model, { ctx: '512', ...values }), bos };
  const chunks = numberOption(values, 'chunks', 8);
  const started = performance.now();
  const found = await measureSensitivities(
    gpu,
    model,
    ids,
    { ...options, chunks, base: base.label, importance },
    {
      progress: ({ step, done, total }) => status(`[${done + 1}/${total}] ${step}`),
    },
  );
  say(`${found.probed.length} tensors measured in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  const wanted = [
    ...likes.map((fileType) => {
      const plan = planQuantization(model, fileType, { importance });
      return { name: fileType.label, budget: plan.fileBytes, plan };
    }),
    ...sizes.map((budget) => ({ name: String(budget), budget, plan: undefined })),
  ];
  const basePlan = planQuantization(model, base);
  const baseLevel = await prepareLevel(gpu, model, basePlan);
  const rows = [];
  for (const { name, budget, plan } of wanted) {
    const recipe = recipeFor(model, found, budget, importance);
    const measure = async (p: typeof basePlan) => {
      const level = await prepareLevel(gpu, model, p);
      const check = { ...options, chunks: numberOption(values, 'check-chunks', Number.MAX_SAFE_INTEGER) };
      const quality = await klDivergence(gpu, baseLevel, level, checked, check);
      level.dispose();
      return quality;
    };
    const own = await measure(planRecipe(model, recipe, importance));
    const fixed = plan && (await measure(plan));
    rows.push({ name, budget, recipe, own, fixed, command: quantizeCommand(recipe, values.imatrix) });
  }
  baseLevel.dispose();
  if (values.recipe !== undefined) writeRecipe(values.recipe, rows[0]!.recipe);
  if (values.json) return answerJson({ adapter: gpu.adapterName, probed: found.probed, rows });
  answer(
    '| size of | bytes at most | bytes | expected KL | KL | same top | KL of the fixed mix | same top |',
  );
  answer('|---|---|---|---|---|---|---|---|');
  for (const { name, budget, recipe, own, fixed } of rows) {
    const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
    const cells = [name, budget, recipe.fileBytes, recipe.expectedKl.toFixed(5), own.kl.mean.toFixed(5)];
    cells.push(percent(own.sameTop.share));
    cells.push(...(fixed ? [fixed.kl.mean.toFixed(5), percent(fixed.sameTop.share)] : ['', '']));
    answer(`| ${cells.join(' | ')} |`);
  }
  for (const row of rows) answer('', `${row.name}:`, ...row.command.split('\n'));
}
