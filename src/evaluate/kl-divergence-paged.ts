import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import type { Plan } from '../model/plan';
import { klDivergenceOfRows, type EvaluateOptions, halves } from './evaluate';
import { PagedLevel } from './paged-level';
import type { KlDivergence } from './quality-numbers';
import type { RunProgress, Work } from '../util/work';

export interface PagedOptions extends EvaluateOptions {
  readonly budgetMs?: number | undefined;
}

/** `divergence` for levels that do not fit the device: the same figures, computed layer by layer. */
export async function klDivergencePaged(
  gpu: Gpu,
  model: ModelFile,
  plans: { readonly base: Plan; readonly level: Plan },
  ids: readonly number[],
  options: PagedOptions,
  { signal, progress }: Work<RunProgress> = {},
): Promise<KlDivergence> {
  const pages: PagedLevel[] = [];
  const half = (first: number): Work<RunProgress> => ({
    signal,
    progress: ({ done, total }) => progress?.({ done: first * total + done, total: 2 * total }),
  });
  try {
    const passages = halves(ids, options);
    pages.push(await PagedLevel.run(gpu, model, plans.base, passages, options, half(0)));
    // The base found out how many passages the budget allows.
    const kept = pages[0]!.passages;
    const { budgetMs: _, ...rest } = options;
    pages.push(await PagedLevel.run(gpu, model, plans.level, kept, rest, half(1)));
    return await klDivergenceOfRows(gpu, pages[0]!, pages[1]!, kept, { signal });
  } finally {
    for (const page of pages) page.dispose();
  }
}
