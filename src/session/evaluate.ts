import type { Gpu } from '../gpu/gpu';
import { recordDecoder } from '../model/arch/decoder';
import { BatchRecorder } from '../model/blocks/batch';
import { encodeSteps, type Step } from '../model/blocks/steps';
import type { Runtime } from '../model/runtime';
import { MIB } from '../util/bytes';
import { NibbleError, throwIfCancelled } from '../util/errors';
import { type EngineOptions, levelRuntime } from './engine';
import type { Prepared } from './prepared';

/** How well a level predicts a text. */
export interface Perplexity {
  readonly perplexity: number;
  /** Standard error of the perplexity. */
  readonly standardError: number;
  /** Tokens that were predicted. */
  readonly tokens: number;
  readonly chunks: number;
}

const LOGITS_BYTES = 64 * MIB;
let serial = 0;

/**
 * Perplexity as llama-perplexity takes it: the text in chunks of the context, the first half of each to read, the second
 * to predict. The logits stay on the GPU; a number a token comes back. `bos` replaces the first token of each chunk.
 */
export async function perplexity(
  gpu: Gpu,
  prepared: Prepared,
  ids: readonly number[],
  options: EngineOptions & { readonly bos?: number | undefined; readonly chunks?: number },
  progress: (chunk: number, chunks: number) => void = () => {},
  signal?: AbortSignal,
): Promise<Perplexity> {
  const n = options.context;
  const chunks = Math.min(Math.floor(ids.length / n), options.chunks ?? Number.POSITIVE_INFINITY);
  if (chunks < 1)
    throw new NibbleError(
      `The text has ${ids.length} tokens; a context of ${n} takes at least as many.`,
      'Take a longer text or a shorter context.',
    );
  // What is measured is the level, not what rounding activations adds to it.
  const evaluator = await Evaluator.create(gpu, prepared, { reference: true, ...options });
  try {
    const half = Math.floor(n / 2);
    let sum = 0;
    let squares = 0;
    for (let c = 0; c < chunks; c++) {
      throwIfCancelled(signal);
      const chunk = ids.slice(c * n, (c + 1) * n);
      if (options.bos !== undefined) chunk[0] = options.bos;
      for (const v of await evaluator.surprises(chunk, half)) {
        sum += v;
        squares += v * v;
      }
      progress(c + 1, chunks);
    }
    const tokens = chunks * (n - half - 1);
    const mean = sum / tokens;
    const variance = Math.max(0, squares / tokens - mean * mean) / Math.max(1, tokens - 1);
    const value = Math.exp(mean);
    return { perplexity: value, standardError: value * Math.sqrt(variance), tokens, chunks };
  } finally {
    evaluator.dispose();
  }
}

/** Runs a level over texts and keeps the surprise of every token. */
class Evaluator {
  readonly #gpu: Gpu;
  readonly #r: Runtime;
  readonly #read: readonly Step[];
  readonly #predict: readonly Step[];
  readonly #targets: GPUBuffer;
  readonly #surprise: GPUBuffer;
  /** Tokens predicted in one pass. */
  readonly #rows: number;

  private constructor(
    gpu: Gpu,
    runtime: Runtime,
    steps: { read: Step[]; predict: Step[] },
    buffers: { targets: GPUBuffer; surprise: GPUBuffer },
    rows: number,
  ) {
    this.#gpu = gpu;
    this.#r = runtime;
    this.#read = steps.read;
    this.#predict = steps.predict;
    this.#targets = buffers.targets;
    this.#surprise = buffers.surprise;
    this.#rows = rows;
  }

  static async create(gpu: Gpu, prepared: Prepared, options: EngineOptions): Promise<Evaluator> {
    const owner = `evaluation ${prepared.plan.fileType.label} #${++serial}`;
    try {
      const runtime = await levelRuntime(gpu, owner, prepared, options);
      const most = Math.min(LOGITS_BYTES, gpu.maxBindingBytes);
      const rows = Math.max(1, Math.min(runtime.chunk, Math.floor(most / (4 * runtime.vocabulary))));
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      const make = (label: string, bytes: number) => gpu.memory.create(owner, label, bytes, usage);
      const logits = await make('logits of every token', rows * runtime.vocabulary * 4);
      const targets = await make('targets', rows * 4);
      const surprise = await make('surprise', rows * 4);
      const record = (r: Runtime, every: boolean) => {
        const recorder = new BatchRecorder(gpu, r, prepared.tensors, every);
        recordDecoder(recorder, r);
        if (every) recorder.surprise(targets, surprise);
        return recorder.steps;
      };
      const steps = { read: record(runtime, false), predict: record({ ...runtime, logits }, true) };
      gpu.check();
      return new Evaluator(gpu, runtime, steps, { targets, surprise }, rows);
    } catch (error) {
      gpu.memory.release(owner);
      throw error;
    }
  }

  dispose(): void {
    this.#gpu.memory.release(this.#r.owner);
  }

  #submit(steps: readonly Step[], ids: readonly number[], position: number): void {
    const { queue } = this.#gpu.device;
    queue.writeBuffer(this.#r.tokens, 0, Uint32Array.from(ids));
    queue.writeBuffer(this.#r.state, 0, Uint32Array.of(position, ids.length, 0, 0));
    const encoder = this.#gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    encodeSteps(pass, steps, { tokens: ids.length, positions: position + ids.length });
    pass.end();
    queue.submit([encoder.finish()]);
  }

  /** Minus the log-probability of each token of `ids` after `first`, given those before it. */
  async surprises(ids: readonly number[], first: number): Promise<number[]> {
    for (let at = 0; at < first; at += this.#r.chunk)
      this.#submit(this.#read, ids.slice(at, Math.min(first, at + this.#r.chunk)), at);
    const out: number[] = [];
    for (let at = first; at < ids.length - 1; at += this.#rows) {
      const end = Math.min(ids.length - 1, at + this.#rows);
      this.#gpu.device.queue.writeBuffer(this.#targets, 0, Uint32Array.from(ids.slice(at + 1, end + 1)));
      this.#submit(this.#predict, ids.slice(at, end), at);
      out.push(...new Float32Array(await this.#gpu.read(this.#surprise, 0, 4 * (end - at))));
    }
    return out;
  }
}
