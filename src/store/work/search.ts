// Actions of the mixed-type search: a type for each tensor, under a file size.
import { get, job, problemOf, run, set } from './job';
import { withLevelsBack } from './levels-back';
import { baseOf, CALIBRATION, textOf } from './own-text';
import { planNow } from '../model/plan';
import { RECIPE_FORMAT } from '../../util/constants';

const CONTEXT = 256;
/** Enough to rank tensors; every tensor takes a pass over all chunks. */
const CHUNKS = 4;

/** Measures the sensitivity of each tensor, over the user's text or the built-in one. */
export async function searchTypes(): Promise<void> {
  const label = get().ownText?.label ?? CALIBRATION;
  await job('search', { what: 'measureTensors' }, 'levels', async () => {
    const text = await textOf(label);
    const request = { base: baseOf(get()), text, context: CONTEXT, chunks: CHUNKS };
    await withLevelsBack(async () => set({ search: await run('search', request) }));
    const search = get().search!;
    const { plan } = get();
    const defaultBytes = plan.find((p) => p.type === 'Q4_K_M')?.fileBytes ?? search.minBytes;
    await lookAtMix(Math.min(search.maxBytes, Math.max(search.minBytes, defaultBytes)));
  });
}

/** The slider sends requests faster than they are answered; only the answer to the last one is shown. */
export async function lookAtMix(budgetBytes: number): Promise<void> {
  set({ mixBudgetBytes: budgetBytes });
  try {
    const mix = await run('mix', budgetBytes);
    if (get().mixBudgetBytes === budgetBytes) set({ mix });
  } catch (error) {
    set({ problem: problemOf(error, 'levels') });
  }
}

/** Adds a level to the plan and selects it. */
async function addLevel(make: () => Promise<string>): Promise<void> {
  await job('search', { what: 'addLevel' }, 'levels', async () => {
    const label = await make();
    await planNow();
    const { selected } = get();
    set({ selected: selected.includes(label) ? selected : [label, ...selected] });
  });
}

/** Adds the shown mix as a level. */
export async function addMix(): Promise<void> {
  const { mix } = get();
  if (mix) await addLevel(() => run('addMix', mix.budgetBytes));
}

/** Adds a saved recipe as a level. */
export const addRecipe = (label: string, file: Blob): Promise<void> =>
  addLevel(async () => run('addRecipe', label, await file.text()));

const MAX_RECIPE_BYTES = 16 * 1024 * 1024;

/** True for a recipe, by its `format` field. */
export async function isRecipe(path: string, file: Blob): Promise<boolean> {
  if (!path.endsWith('.json') || file.size > MAX_RECIPE_BYTES) return false;
  return (await file.slice(0, 256).text()).includes(`"${RECIPE_FORMAT}"`);
}
