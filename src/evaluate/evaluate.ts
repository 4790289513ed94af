import type { Gpu } from '../gpu/gpu';
import type { Dispatch } from '../gpu/kernel';
import * as ops from '../ops/kernels';
import { MIB } from '../util/bytes';
import { NibbleError, throwIfCancelled } from '../util/errors';
import { Evaluator, type LogitRows, type Passage } from './evaluator';
import type { EngineOptions } from '../infer/model-runtime';
import type { Prepared } from '../pipeline/prepared';
import { type Divergence, divergenceOf, type Perplexity, perplexityOf } from './quality-numbers';

/** Bounds the logits of one prediction of a level that is on the device as a whole; they are held for each level. */
export const MAX_RESIDENT_LOGITS_BYTES = 64 * MIB;

export interface EvaluateOptions extends EngineOptions {
  /** Replaces the first token of each chunk. */
  readonly bos?: number | undefined;
  readonly chunks?: number | undefined;
}
export type ChunkProgress = (chunk: number, chunks: number) => void;

/** Chunks of the context, as llama-perplexity cuts a text: what does not fill the last is left. */
export function chunksOf(ids: readonly number[], options: EvaluateOptions): number[][] {
  const n = options.context;
  const count = Math.min(Math.floor(ids.length / n), options.chunks ?? Number.POSITIVE_INFINITY);
  if (count < 1)
    throw new NibbleError(
      `The text has ${ids.length} tokens; a context of ${n} takes at least as many.`,
      'Take a longer text or a shorter context.',
    );
  return Array.from({ length: count }, (_, c) => {
    const chunk = ids.slice(c * n, (c + 1) * n);
    if (options.bos !== undefined) chunk[0] = options.bos;
    return chunk;
  });
}

/** What a row of logits is measured by, and where the measure lies. */
interface Meter {
  readonly dispatch: Dispatch;
  readonly out: GPUBuffer;
  readonly targets: GPUBuffer;
  /** Numbers a row. */
  readonly width: number;
}

/** Chunks of a text, the first half of each to read, the second to predict. */
export const halves = (ids: readonly number[], options: EvaluateOptions): Passage[] =>
  chunksOf(ids, options).map((chunk) => ({ ids: chunk, first: Math.floor(options.context / 2) + 1 }));

type MeterOf = (owner: string, levels: readonly LogitRows[], rows: number) => Promise<Meter>;

/** Takes the rows of levels over passages, and measures the logits where they lie. `width` numbers a token come back. */
async function measure(
  gpu: Gpu,
  levels: readonly LogitRows[],
  passages: readonly Passage[],
  meterOf: MeterOf,
  progress: ChunkProgress,
  signal?: AbortSignal,
): Promise<Float32Array[]> {
  const owner = 'measures of a text';
  try {
    const rows = Math.min(...levels.map((e) => e.rows));
    const { dispatch, out, targets, width } = await meterOf(owner, levels, rows);
    gpu.check();
    const numbers: Float32Array[] = [];
    for (const [c, passage] of passages.entries()) {
      throwIfCancelled(signal);
      const { ids, first } = passage;
      for (const level of levels) level.begin(passage);
      // What predicts a token is the row of the one before it.
      for (let at = first - 1; at < ids.length - 1; at += rows) {
        const end = Math.min(ids.length - 1, at + rows);
        gpu.device.queue.writeBuffer(targets, 0, Uint32Array.from(ids.slice(at + 1, end + 1)));
        for (const level of levels) level.predict(passage, at, end);
        gpu.submit([{ ...dispatch, workgroups: [end - at] }]);
        numbers.push(new Float32Array(await gpu.read(out, 0, 4 * width * (end - at))));
      }
      progress(c + 1, passages.length);
    }
    return numbers;
  } finally {
    gpu.memory.release(owner);
  }
}

/** Runs levels side by side over passages. */
async function measureLevels(
  gpu: Gpu,
  levels: readonly Prepared[],
  passages: readonly Passage[],
  options: EngineOptions,
  meterOf: MeterOf,
  progress: ChunkProgress,
  signal?: AbortSignal,
): Promise<Float32Array[]> {
  const evaluators: Evaluator[] = [];
  try {
    // What is measured is the level, not what rounding activations adds to it.
    for (const level of levels)
      evaluators.push(
        await Evaluator.create(gpu, level, { reference: true, ...options }, MAX_RESIDENT_LOGITS_BYTES),
      );
    return await measure(gpu, evaluators, passages, meterOf, progress, signal);
  } finally {
    for (const evaluator of evaluators) evaluator.dispose();
  }
}

const STORAGE = () => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;

/** The negative log-likelihood of every token as the meter. */
const likelihoodMeter =
  (gpu: Gpu) =>
  async (owner: string, [level]: readonly LogitRows[], rows: number): Promise<Meter> => {
    const targets = await gpu.memory.create(owner, 'targets', rows * 4, STORAGE());
    const out = await gpu.memory.create(owner, 'surprise', rows * 4, STORAGE());
    const { logits, vocabulary } = level!;
    const buffers = { logits, targets, out };
    const arena = await gpu.arena(owner, 1);
    const dispatch = gpu.kernel(ops.negativeLogLikelihood).dispatch(buffers, { vocabulary }, [1], arena);
    return { dispatch, out, targets, width: 1 };
  };

/** Perplexity as llama-perplexity takes it. The logits stay on the GPU; a number a token comes back. */
export async function perplexity(
  gpu: Gpu,
  prepared: Prepared,
  ids: readonly number[],
  options: EvaluateOptions,
  progress: ChunkProgress = () => {},
  signal?: AbortSignal,
): Promise<Perplexity> {
  const passages = halves(ids, options);
  const meter = likelihoodMeter(gpu);
  const numbers = await measureLevels(gpu, [prepared], passages, options, meter, progress, signal);
  return perplexityOf(
    numbers.flatMap((n) => [...n]),
    passages.length,
  );
}

/** The probability that a level gives each token of `ids` from `first` (at least 1) on, after all before it. */
export async function probabilities(
  gpu: Gpu,
  prepared: Prepared,
  ids: readonly number[],
  first: number,
  options: EngineOptions,
  signal?: AbortSignal,
): Promise<number[]> {
  if (ids.length <= first) return [];
  const meter = likelihoodMeter(gpu);
  const passages = [{ ids, first }];
  const numbers = await measureLevels(gpu, [prepared], passages, options, meter, () => {}, signal);
  return numbers.flatMap((n) => Array.from(n, (v) => Math.exp(-v)));
}

/** The divergence of the second level from the first as the meter. */
const divergenceMeter =
  (gpu: Gpu) =>
  async (owner: string, [base, level]: readonly LogitRows[], rows: number): Promise<Meter> => {
    const targets = await gpu.memory.create(owner, 'targets', rows * 4, STORAGE());
    const out = await gpu.memory.create(owner, 'divergence', rows * 16, STORAGE());
    const buffers = { base: base!.logits, logits: level!.logits, targets, out };
    const arena = await gpu.arena(owner, 1);
    const { vocabulary } = base!;
    const dispatch = gpu.kernel(ops.divergence).dispatch(buffers, { vocabulary }, [1], arena);
    return { dispatch, out, targets, width: 4 };
  };

/**
 * A level beside a base, token by token over a text: perplexity of both, Kullback-Leibler divergence of the level from
 * the base, how often they agree on the best token, and what becomes of the true token's probability. Both levels are
 * resident; four numbers a token come back, no logits are stored.
 */
export async function divergence(
  gpu: Gpu,
  base: Prepared,
  level: Prepared,
  ids: readonly number[],
  options: EvaluateOptions,
  progress: ChunkProgress = () => {},
  signal?: AbortSignal,
): Promise<Divergence> {
  const passages = halves(ids, options);
  const meter = divergenceMeter(gpu);
  const numbers = await measureLevels(gpu, [base, level], passages, options, meter, progress, signal);
  return divergenceOf(numbers, passages.length);
}

/** The same for rows that come from anywhere. */
export async function divergenceOfRows(
  gpu: Gpu,
  base: LogitRows,
  level: LogitRows,
  passages: readonly Passage[],
  signal?: AbortSignal,
): Promise<Divergence> {
  const numbers = await measure(gpu, [base, level], passages, divergenceMeter(gpu), () => {}, signal);
  return divergenceOf(numbers, passages.length);
}
