import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import type { Plan } from '../model/plan';
import { type ChunkProgress, divergenceOfRows, type EvaluateOptions, halves } from './evaluate';
import { PagedLevel, type StageProgress } from './paged-level';
import type { Divergence } from './quality-numbers';

export interface PagedDivergenceOptions extends EvaluateOptions {
  readonly budgetMs?: number | undefined;
  readonly progress?: ChunkProgress;
  readonly signal?: AbortSignal | undefined;
}

/** `divergence` for levels that do not fit the device: the same figures, computed layer by layer. */
export async function divergencePaged(
  gpu: Gpu,
  model: ModelFile,
  plans: { readonly base: Plan; readonly level: Plan },
  ids: readonly number[],
  options: PagedDivergenceOptions,
): Promise<Divergence> {
  const { signal, progress } = options;
  const pages: PagedLevel[] = [];
  const reportFrom =
    (first: number): StageProgress =>
    (stage, stages) =>
      progress?.(first * stages + stage, 2 * stages);
  try {
    const passages = halves(ids, options);
    pages.push(await PagedLevel.run(gpu, model, plans.base, passages, options, reportFrom(0), signal));
    // The run of the base decided how many passages fit the budget.
    const kept = pages[0]!.passages;
    const { budgetMs: _, ...rest } = options;
    pages.push(await PagedLevel.run(gpu, model, plans.level, kept, rest, reportFrom(1), signal));
    return await divergenceOfRows(gpu, pages[0]!, pages[1]!, kept, signal);
  } finally {
    for (const page of pages) page.dispose();
  }
}
