import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import type { KvType } from '../model/kv-cache';
import type { Plan } from '../model/plan';
import type { ModelText } from '../text/model-text';
import { MIB } from '../util/bytes';
import { runnableOf } from '../infer/model-runtime';
import { klDivergencePaged } from './kl-divergence-paged';
import { chunksOf, klDivergence } from './evaluate';
import { textForEvaluation } from './evaluation-text';
import type { Prepared } from '../pipeline/prepared';
import type { QualityRecord, QualityRequest } from './quality-records';
import type { RunProgress, Work } from '../util/work';

/** Chunks of the timed trial, which follows a warm-up chunk. */
const TRIAL_CHUNKS = 1;

/** Maximum bytes of activations between layers, where a budget decides the number of chunks. */
const MAX_ROWS_BYTES = 128 * MIB;

/** Dependencies of a quality measurement, provided by the studio. */
export interface QualityBench {
  readonly gpu: Gpu;
  readonly model: ModelFile;
  readonly text: ModelText;
  readonly kvType: KvType;
}

/** The two levels compared: resident ones, or the plans of those. */
export interface Compared<T extends Prepared | Plan> {
  readonly base: T;
  readonly level: T;
}

/** Chunks that fit a budget, estimated by a timed trial; between one and `available`. */
async function chunksWithin(
  budgetMs: number,
  available: number,
  run: (chunks: number) => Promise<unknown>,
): Promise<number> {
  if (available <= 2) return available;
  await run(1);
  const started = performance.now();
  await run(TRIAL_CHUNKS);
  const each = (performance.now() - started) / TRIAL_CHUNKS;
  return Math.max(1, Math.min(available, Math.floor(budgetMs / each)));
}

/** Token ids and options of a request for a model. */
async function textOf(
  { model, text, kvType }: QualityBench,
  request: QualityRequest,
  work: Pick<Work, 'signal'>,
) {
  const { ids, bos } = await textForEvaluation(model, request.text, text, work);
  const options = { context: Math.min(request.context, runnableOf(model).h.contextLength), kvType, bos };
  return { ids, options, available: chunksOf(ids, options).length };
}

function recordOf(
  { gpu, kvType }: QualityBench,
  request: QualityRequest,
  found: Pick<QualityRecord, 'context' | 'fileBytes' | 'elapsedMs' | 'paged' | 'measured'>,
): QualityRecord {
  const { type, base, textLabel } = request;
  const { chunks } = found.measured.level;
  return {
    type,
    base,
    textLabel,
    kvType,
    chunks,
    adapter: gpu.adapterName,
    measuredMs: Date.now(),
    ...found,
  };
}

/** Compares a resident level with a resident base over a text. */
export async function measureQuality(
  bench: QualityBench,
  { base, level }: Compared<Prepared>,
  request: QualityRequest,
  work: Work<RunProgress> = {},
): Promise<QualityRecord> {
  const { gpu } = bench;
  const { ids, options, available } = await textOf(bench, request, work);
  const run = (chunks: number, tell: Work<RunProgress> = { signal: work.signal }) =>
    klDivergence(gpu, base, level, ids, { ...options, chunks }, tell);
  const { chunks: asked, budgetMs } = request;
  const chunks = Math.min(available, asked ?? (await chunksWithin(budgetMs, available, (n) => run(n))));
  const started = performance.now();
  const measured = await run(chunks, work);
  const elapsedMs = performance.now() - started;
  const { fileBytes } = level.plan;
  return recordOf(bench, request, { context: options.context, fileBytes, elapsedMs, measured });
}

/**
 * The same for levels that do not fit the device together: layer by layer, one level after the other. The budget covers
 * evaluation only, not the quantization of the layers.
 */
export async function measureQualityPaged(
  bench: QualityBench,
  plans: Compared<Plan>,
  request: QualityRequest,
  work: Work<RunProgress> = {},
): Promise<QualityRecord> {
  const { gpu, model } = bench;
  const { ids, options, available } = await textOf(bench, request, work);
  // Activations of the whole text stay on the device, whose memory is short already.
  const rowBytes = options.context * runnableOf(model).h.width * 4;
  const maxChunks = Math.max(1, Math.floor(MAX_ROWS_BYTES / rowBytes));
  const how = {
    ...options,
    chunks: Math.min(available, request.chunks ?? maxChunks),
    budgetMs: request.chunks === null ? request.budgetMs : undefined,
  };
  const started = performance.now();
  const measured = await klDivergencePaged(gpu, model, plans, ids, how, work);
  const elapsedMs = performance.now() - started;
  const { fileBytes } = plans.level;
  return recordOf(bench, request, { context: options.context, fileBytes, elapsedMs, paged: true, measured });
}
