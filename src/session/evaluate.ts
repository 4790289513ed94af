import type { Gpu } from '../gpu/gpu';
import type { Dispatch } from '../gpu/kernel';
import * as ops from '../ops/kernels';
import { MIB } from '../util/bytes';
import { NibbleError, throwIfCancelled } from '../util/errors';
import type { EngineOptions } from './engine';
import { Evaluator } from './evaluator';
import type { Prepared } from './prepared';
import { type Divergence, divergenceOf, type Perplexity, perplexityOf } from './quality-numbers';

/** Logits of one level that are held at a time. */
export const LOGITS_BYTES = 64 * MIB;

export interface EvaluateOptions extends EngineOptions {
  /** Replaces the first token of each chunk. */
  readonly bos?: number | undefined;
  readonly chunks?: number | undefined;
}
export type ChunkProgress = (chunk: number, chunks: number) => void;

/** Tokens of which those from `first` on are predicted, each from all before it. */
export interface Passage {
  readonly ids: readonly number[];
  readonly first: number;
}

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

/** Runs levels side by side over passages, and measures the logits where they lie. `width` numbers a token come back. */
async function measure(
  gpu: Gpu,
  levels: readonly Prepared[],
  passages: readonly Passage[],
  options: EvaluateOptions,
  meterOf: (owner: string, evaluators: readonly Evaluator[], rows: number) => Promise<Meter>,
  progress: ChunkProgress,
  signal?: AbortSignal,
): Promise<{ numbers: Float32Array[]; chunks: number }> {
  const owner = 'measures of a text';
  const evaluators: Evaluator[] = [];
  try {
    // What is measured is the level, not what rounding activations adds to it.
    for (const level of levels)
      evaluators.push(await Evaluator.create(gpu, level, { reference: true, ...options }, LOGITS_BYTES));
    const rows = Math.min(...evaluators.map((e) => e.rows));
    const { dispatch, out, targets, width } = await meterOf(owner, evaluators, rows);
    gpu.check();
    const numbers: Float32Array[] = [];
    for (const [c, { ids, first }] of passages.entries()) {
      throwIfCancelled(signal);
      // What predicts a token is the row of the one before it.
      for (const evaluator of evaluators) evaluator.read(ids.slice(0, first - 1));
      for (let at = first - 1; at < ids.length - 1; at += rows) {
        const end = Math.min(ids.length - 1, at + rows);
        gpu.device.queue.writeBuffer(targets, 0, Uint32Array.from(ids.slice(at + 1, end + 1)));
        for (const evaluator of evaluators) evaluator.predict(ids.slice(at, end), at);
        const encoder = gpu.device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        pass.setPipeline(dispatch.pipeline);
        pass.setBindGroup(0, dispatch.group);
        pass.dispatchWorkgroups(end - at);
        pass.end();
        gpu.device.queue.submit([encoder.finish()]);
        numbers.push(new Float32Array(await gpu.read(out, 0, 4 * width * (end - at))));
      }
      progress(c + 1, passages.length);
    }
    return { numbers, chunks: passages.length };
  } finally {
    for (const evaluator of evaluators) evaluator.dispose();
    gpu.memory.release(owner);
  }
}

const STORAGE = () => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;

/** The surprise of every token as the meter. */
const surpriseMeter =
  (gpu: Gpu) =>
  async (owner: string, [level]: readonly Evaluator[], rows: number): Promise<Meter> => {
    const targets = await gpu.memory.create(owner, 'targets', rows * 4, STORAGE());
    const out = await gpu.memory.create(owner, 'surprise', rows * 4, STORAGE());
    const { logits, vocabulary } = level!;
    const buffers = { logits, targets, surprise: out };
    const arena = await gpu.arena(owner, 1);
    const dispatch = gpu.kernel(ops.surprise).dispatch(buffers, { vocabulary }, [1], arena);
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
  const meter = surpriseMeter(gpu);
  const { numbers, chunks } = await measure(gpu, [prepared], passages, options, meter, progress, signal);
  return perplexityOf(
    numbers.flatMap((n) => [...n]),
    chunks,
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
  const meter = surpriseMeter(gpu);
  const { numbers } = await measure(gpu, [prepared], [{ ids, first }], options, meter, () => {}, signal);
  return numbers.flatMap((n) => Array.from(n, (v) => Math.exp(-v)));
}

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
  const meter = async (owner: string, [a, b]: readonly Evaluator[], rows: number): Promise<Meter> => {
    const targets = await gpu.memory.create(owner, 'targets', rows * 4, STORAGE());
    const out = await gpu.memory.create(owner, 'divergence', rows * 16, STORAGE());
    const buffers = { base: a!.logits, logits: b!.logits, targets, out };
    const arena = await gpu.arena(owner, 1);
    const { vocabulary } = a!;
    const dispatch = gpu.kernel(ops.divergence).dispatch(buffers, { vocabulary }, [1], arena);
    return { dispatch, out, targets, width: 4 };
  };
  const { numbers, chunks } = await measure(
    gpu,
    [base, level],
    halves(ids, options),
    options,
    meter,
    progress,
    signal,
  );
  return divergenceOf(numbers, chunks);
}
