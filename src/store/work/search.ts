// A type for each tensor, under a size.
import { get, job, problemOf, run, set } from './job';
import { baseOf, CALIBRATION, textOf } from './own-text';
import { planNow } from '../model/plan';
import { RECIPE_FORMAT } from '../../util/constants';

const CONTEXT = 256;
/** Enough to tell tensors apart; a tensor takes a pass over so many chunks. */
const CHUNKS = 4;

/** Measures what each tensor is worth, over the person's text or the page's. */
export async function searchTypes(): Promise<void> {
  const label = get().ownText?.label ?? CALIBRATION;
  await job('search', 'Measuring what each tensor is worth', 'levels', async () => {
    const text = await textOf(label);
    const search = await run('search', { base: baseOf(get()), text, context: CONTEXT, chunks: CHUNKS });
    set({ search });
    const { plan } = get();
    const usual = plan.find((p) => p.type === 'Q4_K_M')?.fileBytes ?? search.leastBytes;
    await lookAtMix(Math.min(search.maxBytes, Math.max(search.leastBytes, usual)));
  });
}

/** A slider asks faster than it is answered: only what was asked last is shown. */
export async function lookAtMix(budgetBytes: number): Promise<void> {
  set({ mixBudgetBytes: budgetBytes });
  try {
    const mix = await run('mix', budgetBytes);
    if (get().mixBudgetBytes === budgetBytes) set({ mix });
  } catch (error) {
    set({ problem: problemOf(error, 'levels') });
  }
}

/** Makes a level and puts it among the others, selected. */
async function addLevel(make: () => Promise<string>): Promise<void> {
  await job('search', 'Adding a level', 'levels', async () => {
    const label = await make();
    await planNow();
    const { selected } = get();
    set({ selected: selected.includes(label) ? selected : [label, ...selected] });
  });
}

/** Adds the mix that is looked at. */
export async function addMix(): Promise<void> {
  const { mix } = get();
  if (mix) await addLevel(() => run('addMix', mix.budgetBytes));
}

/** Adds the mix of a recipe that was saved before. */
export const addRecipe = (label: string, file: Blob): Promise<void> =>
  addLevel(async () => run('addRecipe', label, await file.text()));

const MAX_RECIPE_BYTES = 16 * 1024 * 1024;

/** Whether a file is a recipe, by what it says of itself. */
export async function isRecipe(path: string, file: Blob): Promise<boolean> {
  if (!path.endsWith('.json') || file.size > MAX_RECIPE_BYTES) return false;
  return (await file.slice(0, 256).text()).includes(`"${RECIPE_FORMAT}"`);
}
