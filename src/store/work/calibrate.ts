import { get, job, run, set } from './job';
import { withLevelsBack } from './levels-back';
import { baseOf, CALIBRATION, textOf } from './own-text';
import { planNow } from '../model/plan';
import { recallResults } from '../results/results-storage';
import { noResults } from '../state';

/** Tokens per chunk; the default of llama-imatrix. */
const CONTEXT = 512;

/** Collects an importance matrix from the user's text, or the built-in one, and sets it. */
export async function collectImatrix(): Promise<void> {
  const { ownText, model } = get();
  if (!model) return;
  const textLabel = ownText?.label ?? CALIBRATION;
  await job('calibrate', { what: 'collect', name: textLabel }, 'levels', async () => {
    const text = await textOf(textLabel);
    const name = `${model.name.replace(/[^\w.-]+/g, '-')}.imatrix.gguf`;
    const request = { type: baseOf(get()), textLabel, text, context: CONTEXT };
    // They come back quantized with the matrix.
    await withLevelsBack(async () => {
      const { summary, file } = await run('collectImatrix', request, name);
      set({ ...noResults, imatrix: summary, imatrixFile: file });
      await planNow();
      await recallResults();
    });
  });
}
