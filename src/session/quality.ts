import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import type { KvType } from '../model/kv-cache';
import { checkRunnable } from '../model/runnable';
import type { TextTokenizer } from '../text/tokenizer';
import { UnsupportedError } from '../util/errors';
import { type ChunkProgress, chunksOf, divergence } from './evaluate';
import { textForEvaluation } from './evaluation-text';
import type { Prepared } from './prepared';
import type { QualityRecord, QualityRequest } from './records';

/** Chunks that a trial runs to learn how long one takes, after one that warms up. */
const TRIAL_CHUNKS = 1;

/** What a measurement of quality is made with: the studio's. */
export interface QualityBench {
  readonly gpu: Gpu;
  readonly model: ModelFile;
  readonly tokenizer: TextTokenizer;
  readonly kvType: KvType;
  readonly base: Prepared;
  readonly level: Prepared;
}

/** Chunks that fit a budget, from how long a trial takes; at least one, and no more than the text has. */
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

/** How far a level is from the base, over a text. */
export async function measureQuality(
  bench: QualityBench,
  request: QualityRequest,
  progress: ChunkProgress = () => {},
  signal?: AbortSignal,
): Promise<QualityRecord> {
  const { gpu, model, base, level } = bench;
  const runnable = checkRunnable(model);
  if (!runnable.ok) throw new UnsupportedError(runnable.reason);
  const { ids, bos } = textForEvaluation(model, request.text, bench.tokenizer);
  const context = Math.min(request.context, runnable.h.contextLength);
  const options = { context, kvType: bench.kvType, bos };
  const run = (chunks: number, tell?: ChunkProgress) =>
    divergence(gpu, base, level, ids, { ...options, chunks }, tell, signal);
  const available = chunksOf(ids, options).length;
  const { chunks: asked, budgetMs } = request;
  const chunks = Math.min(available, asked ?? (await chunksWithin(budgetMs, available, run)));
  const started = performance.now();
  const measured = await run(chunks, progress);
  return {
    type: request.type,
    base: request.base,
    adapter: gpu.adapterName,
    fileBytes: level.plan.fileBytes,
    textLabel: request.textLabel,
    context,
    kvType: bench.kvType,
    chunks,
    elapsedMs: performance.now() - started,
    measuredMs: Date.now(),
    measured,
  };
}
