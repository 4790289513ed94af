import { compileKernels } from '../gpu/compile';
import type { BufferOwner } from '../gpu/memory';
import type { Gpu } from '../gpu/gpu';
import { recordDecoder } from '../model/arch/decoder';
import { PrefillRecorder } from '../model/blocks/prefill';
import type { TappedRows } from '../model/blocks/recorder';
import { kernelsOf, type Step, tasksOf, tokensThatFit } from '../model/blocks/steps';
import type { Runtime } from '../model/runtime';
import { type EngineOptions, levelSlots, modelRuntime } from '../infer/model-runtime';
import type { Prepared } from '../pipeline/prepared';

/** Tokens; those from index `first` on are scored, each given all tokens before it. */
export interface Passage {
  readonly ids: readonly number[];
  readonly first: number;
}

/** A source of logits for passages, several rows at a time. */
export interface LogitRows {
  /** rows x vocabulary; holds the newest prediction. */
  readonly logits: GPUBuffer;
  /** Maximum rows of one prediction. */
  readonly rows: number;
  readonly vocabulary: number;
  begin(passage: Passage, signal?: AbortSignal): Promise<void>;
  /** The most rows of the next prediction from token `at` on that the device computes in time; at most `rows`. */
  rowsFrom(at: number): number;
  /**
   * Writes the logits of tokens [at, end) to `logits`. Ranges must follow each other, after `begin`, or begin at the same
   * token again. False if the device has become too slow for so many; the next time they must be fewer.
   */
  predict(passage: Passage, at: number, end: number): Promise<boolean>;
}

/** Maximum rows of logits in a buffer of `maxBytes`. */
export const logitRows = (gpu: Gpu, runtime: Runtime, maxBytes: number): number => {
  const max = Math.min(maxBytes, gpu.maxBindingBytes);
  return Math.max(1, Math.min(runtime.chunk, Math.floor(max / (4 * runtime.vocabulary))));
};

/** Runs a level over given tokens and leaves the logits of every token on the device. */
export class Evaluator implements LogitRows {
  readonly #gpu: Gpu;
  readonly #r: Runtime;
  readonly #read: readonly Step[];
  readonly #predict: readonly Step[];
  readonly logits: GPUBuffer;
  readonly rows: number;
  /** A buffer that a pass adds to, and a place to keep it in case that the pass must begin again. */
  kept: { readonly buffer: GPUBuffer; readonly copy: GPUBuffer } | undefined;

  private constructor(
    gpu: Gpu,
    runtime: Runtime,
    steps: { read: Step[]; predict: Step[] },
    logits: GPUBuffer,
    rows: number,
  ) {
    this.#gpu = gpu;
    this.#r = runtime;
    this.#read = steps.read;
    this.#predict = steps.predict;
    this.logits = logits;
    this.rows = rows;
  }

  /** `maxBytes` bounds the logits of one pass. */
  static create(gpu: Gpu, prepared: Prepared, options: EngineOptions, maxBytes: number): Promise<Evaluator> {
    return Evaluator.#create(gpu, prepared, options, async (owner, runtime, record) => {
      const rows = logitRows(gpu, runtime, maxBytes);
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      const bytes = rows * runtime.vocabulary * 4;
      const logits = await owner.create('logits of every token', bytes, usage);
      const predict = record({ ...runtime, logits }, true);
      return { read: record(runtime, false), predict, logits, rows };
    });
  }

  /** An evaluator that reads only; `tap` sees the input rows of every matrix product. */
  static createTapped(
    gpu: Gpu,
    prepared: Prepared,
    options: EngineOptions,
    tap: (recorder: PrefillRecorder) => (rows: TappedRows) => void,
  ): Promise<Evaluator> {
    return Evaluator.#create(gpu, prepared, options, async (_owner, runtime, record) => {
      const read = record(runtime, false, tap);
      return { read, predict: [], logits: runtime.logits, rows: 0 };
    });
  }

  static async #create(
    gpu: Gpu,
    prepared: Prepared,
    options: EngineOptions,
    make: (
      owner: BufferOwner,
      runtime: Runtime,
      record: (
        r: Runtime,
        every: boolean,
        tap?: (recorder: PrefillRecorder) => (rows: TappedRows) => void,
      ) => Step[],
    ) => Promise<{ read: Step[]; predict: Step[]; logits: GPUBuffer; rows: number }>,
  ): Promise<Evaluator> {
    const owner = gpu.memory.owner(`evaluation ${prepared.plan.fileType.label}`);
    try {
      const runtime = await modelRuntime(gpu, owner, prepared.model, levelSlots(prepared), options);
      const { read, predict, logits, rows } = await make(owner, runtime, (r, every, tap) => {
        const recorder = new PrefillRecorder(gpu, r, prepared.tensors, every);
        recorder.tap = tap?.(recorder);
        recordDecoder(recorder, r);
        return recorder.steps;
      });
      await compileKernels(gpu, kernelsOf([...read, ...predict]));
      return new Evaluator(gpu, runtime, { read, predict }, logits, rows);
    } catch (error) {
      owner.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.#r.owner.dispose();
  }
  get vocabulary(): number {
    return this.#r.vocabulary;
  }

  /** False if the device has become too slow for so many tokens. */
  async #run(
    steps: readonly Step[],
    ids: readonly number[],
    position: number,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const { device, paced } = this.#gpu;
    device.queue.writeBuffer(this.#r.tokens, 0, Uint32Array.from(ids));
    device.queue.writeBuffer(this.#r.state, 0, Uint32Array.of(position, ids.length, 0, 0));
    const { kept } = this;
    if (kept) this.#gpu.copy(kept.buffer, kept.copy, kept.buffer.size);
    const isDone = await paced.run(tasksOf(steps, { tokens: ids.length, positions: position + ids.length }), {
      signal,
      isHopeless: () => tokensThatFit(paced.pacer, steps, position, ids.length) < ids.length,
    });
    if (!isDone && kept) this.#gpu.copy(kept.copy, kept.buffer, kept.buffer.size);
    return isDone;
  }

  /** Evaluates the first tokens of a text; their logits are not kept. */
  async read(ids: readonly number[], signal?: AbortSignal): Promise<void> {
    const { pacer } = this.#gpu.paced;
    for (let at = 0; at < ids.length; ) {
      const most = Math.min(this.#r.chunk, ids.length - at);
      const count = tokensThatFit(pacer, this.#read, at, most);
      if (await this.#run(this.#read, ids.slice(at, at + count), at, signal)) at += count;
    }
  }

  async begin({ ids, first }: Passage, signal?: AbortSignal): Promise<void> {
    await this.read(ids.slice(0, first - 1), signal);
  }
  rowsFrom(at: number): number {
    return tokensThatFit(this.#gpu.paced.pacer, this.#predict, at, this.rows);
  }
  predict({ ids }: Passage, at: number, end: number): Promise<boolean> {
    return this.#run(this.#predict, ids.slice(at, end), at);
  }
}
