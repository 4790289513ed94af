import type { BufferOwner } from '../gpu/memory';
import { taskOf } from '../gpu/paced-queue';
import type { Gpu } from '../gpu/gpu';
import type { Dispatch, Extent } from '../gpu/kernel';
import * as ops from '../ops/kernels';
import { MIB } from '../util/bytes';
import { NibbleError, throwIfCancelled } from '../util/errors';
import { Evaluator, type LogitRows, type Passage } from './evaluator';
import type { EngineOptions } from '../infer/model-runtime';
import { tokensThatFit } from '../model/blocks/steps';
import type { Prepared } from '../pipeline/prepared';
import { type KlDivergence, klDivergenceOf, type Perplexity, perplexityOf } from './quality-numbers';
import type { RunProgress, Work } from '../util/work';

/** Bounds the logits of one prediction of a level that is on the device as a whole; they are held for each level. */
export const MAX_RESIDENT_LOGITS_BYTES = 64 * MIB;

export interface EvaluateOptions extends EngineOptions {
  /** Replaces the first token of each chunk. */
  readonly bos?: number | undefined;
  readonly chunks?: number | undefined;
}

/**
 * Splits a text into chunks of the context length, dropping the rest, as llama-perplexity does. Throws NibbleError when
 * the text is shorter than one chunk.
 */
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

/** A kernel over rows of logits, with its inputs and outputs. */
interface Meter {
  readonly dispatch: Dispatch;
  readonly out: GPUBuffer;
  readonly targets: GPUBuffer;
  /** float32 numbers per row. */
  readonly width: number;
}

/**
 * Chunks of a text as passages: the first half of each is context, the second half is scored. Source: llama-perplexity.
 */
export const halves = (ids: readonly number[], options: EvaluateOptions): Passage[] =>
  chunksOf(ids, options).map((chunk) => ({ ids: chunk, first: Math.floor(options.context / 2) + 1 }));

type MeterOf = (owner: BufferOwner, levels: readonly LogitRows[], rows: number) => Promise<Meter>;

function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Runs levels over passages and a meter over their logits. Returns `width` numbers per scored token, passage by passage. */
async function measure(
  gpu: Gpu,
  levels: readonly LogitRows[],
  passages: readonly Passage[],
  meterOf: MeterOf,
  { signal, progress }: Work<RunProgress>,
): Promise<Float32Array[]> {
  const owner = gpu.memory.owner('measures of a text');
  try {
    const rows = Math.min(...levels.map((e) => e.rows));
    const { dispatch, out, targets, width } = await meterOf(owner, levels, rows);
    gpu.check();
    const numbers: Float32Array[] = [];
    for (const [c, passage] of passages.entries()) {
      throwIfCancelled(signal);
      const parts: Float32Array[] = [];
      const { ids, first } = passage;
      for (const level of levels) await level.begin(passage, signal);
      // The logits of a token predict the one after it.
      for (let at = first - 1; at < ids.length - 1; ) {
        throwIfCancelled(signal);
        const step = { dispatch, x: ({ tokens }: Extent) => tokens };
        const fits = Math.min(rows, ...levels.map((level) => level.rowsFrom(at)));
        const end = at + tokensThatFit(gpu.paced.pacer, [step], 0, Math.min(fits, ids.length - 1 - at));
        gpu.device.queue.writeBuffer(targets, 0, Uint32Array.from(ids.slice(at + 1, end + 1)));
        let isDone = true;
        for (const level of levels) isDone &&= await level.predict(passage, at, end);
        if (!isDone) continue;
        await gpu.paced.run([taskOf({ ...dispatch, workgroups: [end - at] })]);
        parts.push(new Float32Array(await gpu.read(out, 0, 4 * width * (end - at))));
        at = end;
      }
      numbers.push(joined(parts));
      progress?.({ done: c + 1, total: passages.length });
    }
    return numbers;
  } finally {
    owner.dispose();
  }
}

async function measureLevels(
  gpu: Gpu,
  levels: readonly Prepared[],
  passages: readonly Passage[],
  options: EngineOptions,
  meterOf: MeterOf,
  work: Work<RunProgress>,
): Promise<Float32Array[]> {
  const evaluators: Evaluator[] = [];
  try {
    // Reference mode: the result must not include the rounding of activations.
    for (const level of levels)
      evaluators.push(
        await Evaluator.create(gpu, level, { reference: true, ...options }, MAX_RESIDENT_LOGITS_BYTES),
      );
    return await measure(gpu, evaluators, passages, meterOf, work);
  } finally {
    for (const evaluator of evaluators) evaluator.dispose();
  }
}

const STORAGE = () => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;

/** Measures the negative log-likelihood of every token. */
const likelihoodMeter =
  (gpu: Gpu) =>
  async (owner: BufferOwner, [level]: readonly LogitRows[], rows: number): Promise<Meter> => {
    const targets = await owner.create('targets', rows * 4, STORAGE());
    const out = await owner.create('negative log-likelihood', rows * 4, STORAGE());
    const { logits, vocabulary } = level!;
    const buffers = { logits, targets, out };
    const arena = await gpu.arena(owner, 1);
    const dispatch = gpu.kernel(ops.negativeLogLikelihood).dispatch(buffers, { vocabulary }, [1], arena);
    return { dispatch, out, targets, width: 1 };
  };

/** Perplexity as llama-perplexity computes it. The logits stay on the GPU; one number per token is read back. */
export async function perplexity(
  gpu: Gpu,
  prepared: Prepared,
  ids: readonly number[],
  options: EvaluateOptions,
  work: Work<RunProgress> = {},
): Promise<Perplexity> {
  const passages = halves(ids, options);
  const meter = likelihoodMeter(gpu);
  const numbers = await measureLevels(gpu, [prepared], passages, options, meter, work);
  return perplexityOf(
    numbers.flatMap((n) => [...n]),
    passages.length,
  );
}

/** The probability of each token of `ids` from index `first` (at least 1) on, given all tokens before it. */
export async function probabilities(
  gpu: Gpu,
  prepared: Prepared,
  ids: readonly number[],
  first: number,
  options: EngineOptions,
  work: Pick<Work, 'signal'> = {},
): Promise<number[]> {
  if (ids.length <= first) return [];
  const meter = likelihoodMeter(gpu);
  const passages = [{ ids, first }];
  const numbers = await measureLevels(gpu, [prepared], passages, options, meter, work);
  return numbers.flatMap((n) => Array.from(n, (v) => Math.exp(-v)));
}

/** Measures the second level against the first: four numbers per token (shaders/ops/kl-divergence.wgsl). */
const divergenceMeter =
  (gpu: Gpu) =>
  async (owner: BufferOwner, [base, level]: readonly LogitRows[], rows: number): Promise<Meter> => {
    const targets = await owner.create('targets', rows * 4, STORAGE());
    const out = await owner.create('divergence', rows * 16, STORAGE());
    const buffers = { base: base!.logits, logits: level!.logits, targets, out };
    const arena = await gpu.arena(owner, 1);
    const { vocabulary } = base!;
    const dispatch = gpu.kernel(ops.klDivergence).dispatch(buffers, { vocabulary }, [1], arena);
    return { dispatch, out, targets, width: 4 };
  };

/**
 * Compares a level with a base over a text: perplexity of both, KL divergence of the level from the base, top-1
 * agreement, and the change of the true token's probability. Both levels are resident; four numbers per token are read
 * back, no logits are stored.
 */
export async function klDivergence(
  gpu: Gpu,
  base: Prepared,
  level: Prepared,
  ids: readonly number[],
  options: EvaluateOptions,
  work: Work<RunProgress> = {},
): Promise<KlDivergence> {
  const passages = halves(ids, options);
  const meter = divergenceMeter(gpu);
  const numbers = await measureLevels(gpu, [base, level], passages, options, meter, work);
  return klDivergenceOf(numbers);
}

/** The same for any two sources of logits. */
export async function klDivergenceOfRows(
  gpu: Gpu,
  base: LogitRows,
  level: LogitRows,
  passages: readonly Passage[],
  work: Pick<Work, 'signal'> = {},
): Promise<KlDivergence> {
  const numbers = await measure(gpu, [base, level], passages, divergenceMeter(gpu), work);
  return klDivergenceOf(numbers);
}
