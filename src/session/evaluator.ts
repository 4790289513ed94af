import type { Gpu } from '../gpu/gpu';
import { recordDecoder } from '../model/arch/decoder';
import { BatchRecorder } from '../model/blocks/batch';
import { encodeSteps, type Step } from '../model/blocks/steps';
import type { Runtime } from '../model/runtime';
import { type EngineOptions, levelRuntime } from './engine';
import type { Prepared } from './prepared';

let serial = 0;

/** Runs a level over given tokens and leaves the logits of every one on the device. */
export class Evaluator {
  readonly #gpu: Gpu;
  readonly #r: Runtime;
  readonly #read: readonly Step[];
  readonly #predict: readonly Step[];
  /** Rows of the newest prediction. */
  readonly logits: GPUBuffer;
  /** Tokens predicted in one pass, at most. */
  readonly rows: number;

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

  /** `mostBytes` bounds the logits of one pass. */
  static async create(
    gpu: Gpu,
    prepared: Prepared,
    options: EngineOptions,
    mostBytes: number,
  ): Promise<Evaluator> {
    const owner = `evaluation ${prepared.plan.fileType.label} #${++serial}`;
    try {
      const runtime = await levelRuntime(gpu, owner, prepared, options);
      const most = Math.min(mostBytes, gpu.maxBindingBytes);
      const rows = Math.max(1, Math.min(runtime.chunk, Math.floor(most / (4 * runtime.vocabulary))));
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      const bytes = rows * runtime.vocabulary * 4;
      const logits = await gpu.memory.create(owner, 'logits of every token', bytes, usage);
      const record = (r: Runtime, every: boolean) => {
        const recorder = new BatchRecorder(gpu, r, prepared.tensors, every);
        recordDecoder(recorder, r);
        return recorder.steps;
      };
      const steps = { read: record(runtime, false), predict: record({ ...runtime, logits }, true) };
      return new Evaluator(gpu, runtime, steps, logits, rows);
    } catch (error) {
      gpu.memory.release(owner);
      throw error;
    }
  }

  dispose(): void {
    this.#gpu.memory.release(this.#r.owner);
  }
  get vocabulary(): number {
    return this.#r.vocabulary;
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

  /** Begins a text with these tokens. */
  read(ids: readonly number[]): void {
    const { chunk } = this.#r;
    for (let at = 0; at < ids.length; at += chunk) this.#submit(this.#read, ids.slice(at, at + chunk), at);
  }

  /** Goes on with at most `rows` tokens from a position; their logits lie in `logits`. */
  predict(ids: readonly number[], position: number): void {
    this.#submit(this.#predict, ids, position);
  }
}
