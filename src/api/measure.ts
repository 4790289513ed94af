import { collectImportance as collect } from '../evaluate/collect-importance';
import { klDivergence, perplexity as perplexityOfText } from '../evaluate/evaluate';
import { textForEvaluation } from '../evaluate/evaluation-text';
import { klDivergencePaged } from '../evaluate/kl-divergence-paged';
import type { KlDivergence, Perplexity } from '../evaluate/quality-numbers';
import { measureSensitivities, type Recipe, recipeFor } from '../evaluate/search';
import type { ByteSource } from '../files/byte-source';
import { type ImportanceMatrix, readImatrix } from '../files/imatrix';
import { imatrixFile } from '../files/imatrix-write';
import { runnableOf } from '../infer/model-runtime';
import type { KvType } from '../model/kv-cache';
import { prepareLevel, type Prepared } from '../pipeline/prepared';
import { DeviceLostError, GpuError } from '../util/errors';
import { deepFreeze } from '../util/freeze';
import type { RunProgress, Work } from '../util/work';
import { type Device, gpus } from './device';
import { files, type Model, textOfFile } from './model';
import { type LevelPlan, plans } from './plan';

/** Part of a text that is measured, and the context that it is cut into. */
export interface TextOptions {
  /** Tokens of a chunk, as llama-perplexity's `--ctx-size`; 512 or what the model was trained on. */
  readonly context?: number;
  /** Chunks of the text, at most; all of it when it is left out. */
  readonly chunks?: number;
  readonly kvType?: KvType;
}

const DEFAULT_CONTEXT = 512;

/** A text in ids and the options of the evaluation, for one model. */
async function evaluationOf(plan: LevelPlan, text: string, options: TextOptions, work: Pick<Work, 'signal'>) {
  const { file } = plans.get(plan);
  const { h } = runnableOf(file);
  const { ids, bos } = await textForEvaluation(file, text, textOfFile(file), work);
  const context = Math.min(options.context ?? DEFAULT_CONTEXT, h.contextLength);
  return { ids, how: { context, kvType: options.kvType ?? ('F16' as const), chunks: options.chunks, bos } };
}

/** Quantizes plans into GPU memory for the time of some work. */
async function withLevels<T>(
  device: Device,
  all: readonly LevelPlan[],
  { signal }: Pick<Work, 'signal'>,
  use: (levels: Prepared[]) => Promise<T>,
): Promise<T> {
  const levels: Prepared[] = [];
  try {
    for (const plan of all) {
      const { plan: planned, file } = plans.get(plan);
      levels.push(await prepareLevel(gpus.get(device), file, planned, { signal }));
    }
    return await use(levels);
  } finally {
    for (const level of levels) level.dispose();
  }
}

/**
 * Perplexity of a level over a text, as llama-perplexity takes it: chunks of the context, the second half of each is
 * predicted.
 *
 * @throws NibbleError when the text is shorter than a chunk; UnsupportedError, GpuError, CancelledError.
 */
export async function measurePerplexity(
  device: Device,
  plan: LevelPlan,
  text: string,
  options: TextOptions = {},
  work: Work<RunProgress> = {},
): Promise<Perplexity> {
  const { ids, how } = await evaluationOf(plan, text, options, work);
  return deepFreeze(
    await withLevels(device, [plan], work, ([level]) =>
      perplexityOfText(gpus.get(device), level!, ids, how, work),
    ),
  );
}

/**
 * Kullback-Leibler divergence of a level from a baseline over a text, token by token in nats, with both perplexities and
 * the share of tokens whose most probable successor is the same: llama-perplexity's --kl-divergence. Levels that do not
 * fit the GPU beside each other are run layer by layer, with the same figures.
 *
 * @param pair - Two plans of the same model; `base` is the baseline.
 * @throws NibbleError when the text is shorter than a chunk; UnsupportedError, GpuError, CancelledError.
 */
export async function measureKlDivergence(
  device: Device,
  pair: { readonly base: LevelPlan; readonly level: LevelPlan },
  text: string,
  options: TextOptions = {},
  work: Work<RunProgress> = {},
): Promise<KlDivergence> {
  const { ids, how } = await evaluationOf(pair.base, text, options, work);
  const gpu = gpus.get(device);
  try {
    return deepFreeze(
      await withLevels(device, [pair.base, pair.level], work, ([base, level]) =>
        klDivergence(gpu, base!, level!, ids, how, work),
      ),
    );
  } catch (error) {
    if (!(error instanceof GpuError) || error instanceof DeviceLostError) throw error;
    const [base, level] = [plans.get(pair.base), plans.get(pair.level)];
    const both = { base: base.plan, level: level.plan };
    return deepFreeze(await klDivergencePaged(gpu, base.file, both, ids, how, work));
  }
}

/**
 * Collects the importance matrix of a text: the mean squared activation of every column, as llama-imatrix does.
 *
 * @param plan - The level that runs the text: usually F16 or the type of the source.
 * @param options - `dataset` is the name of the text, as it goes into the file.
 * @returns The GGUF that llama-imatrix writes; `readImportanceMatrix` reads it.
 * @throws NibbleError when the text is shorter than a chunk; UnsupportedError, GpuError, CancelledError.
 */
export async function collectImportanceMatrix(
  device: Device,
  plan: LevelPlan,
  text: string,
  options: TextOptions & { readonly dataset?: string } = {},
  work: Work<RunProgress> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { ids, how } = await evaluationOf(plan, text, options, work);
  return withLevels(device, [plan], work, async ([level]) =>
    imatrixFile(await collect(gpus.get(device), level!, ids, options.dataset ?? 'text', how, work)),
  );
}

/** Reads what llama-imatrix wrote, as GGUF or in its older format. @throws FileError. */
export const readImportanceMatrix = (source: ByteSource): Promise<ImportanceMatrix> => readImatrix(source);

/** Text, baseline and importance of a search. 8 chunks when `chunks` is left out. */
export interface RecipeOptions extends TextOptions {
  /** Level that the divergence is measured from; F16 when it is left out. */
  readonly base?: string;
  readonly importance?: ImportanceMatrix;
}

/**
 * Chooses a type for each tensor under a size of the file, by how much each tensor moves the next token's distribution
 * over a text. `planLevel` takes the result.
 *
 * @param maxFileBytes - Size of the whole GGUF, at most.
 * @throws NibbleError when even the smallest types are larger, or the text is shorter than a chunk; UnsupportedError,
 * GpuError, CancelledError.
 */
export async function findRecipe(
  device: Device,
  model: Model,
  text: string,
  maxFileBytes: number,
  options: RecipeOptions = {},
  work: Work<RunProgress> = {},
): Promise<Recipe> {
  const file = files.get(model);
  const { ids, bos } = await textForEvaluation(file, text, textOfFile(file), work);
  const { base = 'F16', importance, kvType = 'F16', chunks = 8 } = options;
  const context = Math.min(options.context ?? DEFAULT_CONTEXT, runnableOf(file).h.contextLength);
  const how = { context, kvType, chunks, bos, base, importance };
  const found = await measureSensitivities(gpus.get(device), file, ids, how, work);
  return deepFreeze(recipeFor(file, found, maxFileBytes, importance));
}
