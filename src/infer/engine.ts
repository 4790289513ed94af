import { compileKernels } from '../gpu/compile';
import type { Gpu } from '../gpu/gpu';
import { recordDecoder } from '../model/arch/decoder';
import { PrefillRecorder } from '../model/blocks/prefill';
import { DecodeRecorder } from '../model/blocks/decode';
import type { Recorder } from '../model/blocks/recorder';
import {
  countSteps,
  encodeSteps,
  kernelsOf,
  msOf,
  type Step,
  tasksOf,
  tokensThatFit,
  workOf,
} from '../model/blocks/steps';
import { type Runtime, runtimeBytes } from '../model/runtime';
import { disposable } from '../util/dispose';
import { CancelledError, NibbleError } from '../util/errors';
import { type EngineOptions, levelSlots, modelRuntime, runtimeShape } from './model-runtime';
import { createReadbacks, IN_FLIGHT, Pace, READBACK_BYTES } from './pace';
import type { SamplingOptions } from './sampling';
import type { Prepared } from '../pipeline/prepared';
import type { RunProgress, Work } from '../util/work';

export { GREEDY, type SamplingOptions } from './sampling';

/**
 * Runs a prepared level. Pipelines, bind groups and parameters are created once. Sampling runs on the GPU; only token
 * ids are read back.
 */
export class Engine {
  readonly #gpu: Gpu;
  readonly #r: Runtime;
  readonly #decode: readonly Step[];
  readonly #prefill: readonly Step[];
  readonly #readbacks: readonly GPUBuffer[];
  /** Tokens whose keys and values are in the KV cache, in order. */
  #cached: number[] = [];
  #busy = false;

  private constructor(gpu: Gpu, runtime: Runtime, decode: Step[], prefill: Step[], readbacks: GPUBuffer[]) {
    this.#gpu = gpu;
    this.#r = runtime;
    this.#decode = decode;
    this.#prefill = prefill;
    this.#readbacks = readbacks;
  }

  /** GPU bytes of an engine without the weights; the plan prints this number. */
  static bytes(prepared: Prepared, options: EngineOptions): number {
    return (
      runtimeBytes(runtimeShape(prepared.model, levelSlots(prepared), options)) + IN_FLIGHT * READBACK_BYTES
    );
  }

  /** `work` is told of the kernels that are compiled for it. */
  static async create(
    gpu: Gpu,
    prepared: Prepared,
    options: EngineOptions,
    work: Work<RunProgress> = {},
  ): Promise<Engine> {
    const owner = gpu.memory.owner(`runtime ${prepared.plan.fileType.label}`);
    try {
      const runtime = await modelRuntime(gpu, owner, prepared.model, levelSlots(prepared), options);
      const record = (recorder: Recorder) => {
        recordDecoder(recorder, runtime);
        recorder.sample();
        return recorder.steps;
      };
      const readbacks = await createReadbacks(owner);
      const one = record(new DecodeRecorder(gpu, runtime, prepared.tensors));
      const many = record(new PrefillRecorder(gpu, runtime, prepared.tensors, false));
      // The prompt's kernels are needed first.
      await compileKernels(gpu, kernelsOf([...many, ...one]), work);
      gpu.check();
      return new Engine(gpu, runtime, one, many, readbacks);
    } catch (error) {
      owner.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.#r.owner.dispose();
  }
  get context(): number {
    return this.#r.context;
  }
  /** Milliseconds for speeds: a clock that leaves out the delays of answers. */
  now(): number {
    return this.#gpu.answers.now();
  }
  get runtimeBytes(): number {
    return this.#r.owner.sizeBytes;
  }
  /** Dispatches of a decode step with `positions` tokens in the cache after it. */
  dispatchesPerToken(positions: number): number {
    return countSteps(this.#decode, { tokens: 1, positions });
  }
  /** Tokens in the KV cache, oldest first. */
  get cached(): readonly number[] {
    return this.#cached;
  }

  /** Drops cached tokens from `length` on; no buffer changes. */
  rollback(length: number): void {
    this.#cached.length = Math.min(this.#cached.length, length);
  }

  /** Declares these tokens cached without evaluating them; for measurements at a given context length. */
  assumeCached(ids: readonly number[]): void {
    this.#cached = [...ids];
    this.#gpu.device.queue.writeBuffer(this.#r.state, 0, Uint32Array.of(ids.length, 1, 0, 0));
  }

  /** Decodes `times` tokens in one submit. Resolves to the sampled ids; the first is for `position`. */
  #submit(
    position: number,
    { times = 1, slot = 0 }: { times?: number; slot?: number } = {},
  ): Promise<Uint32Array> {
    const readback = this.#readbacks[slot]!;
    const encoder = this.#gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < times; i++) encodeSteps(pass, this.#decode, { tokens: 1, positions: position + i });
    pass.end();
    encoder.copyBufferToBuffer(this.#r.history, 4 * position, readback, 0, 4 * times);
    this.#gpu.device.queue.submit([encoder.finish()]);
    const ids = this.#read(readback, times);
    const works = this.#decode.map((step) => {
      const { kind, units } = workOf(step, { tokens: 1, positions: position });
      return { kind, units: units * times };
    });
    void this.#gpu.paced.measure(works, ids);
    return ids;
  }

  /**
   * A pass in as many submits as the device needs. Resolves to the id sampled for the last of `positions`, to undefined
   * if the device has become too slow for so many tokens.
   */
  async #run(
    steps: readonly Step[],
    tokens: number,
    positions: number,
    { signal, isRead = true }: { signal?: AbortSignal | undefined; isRead?: boolean } = {},
  ): Promise<number | undefined> {
    const readback = this.#readbacks[0]!;
    const copy = (encoder: GPUCommandEncoder) => {
      encoder.copyBufferToBuffer(this.#r.history, 4 * positions, readback, 0, 4);
    };
    const { paced } = this.#gpu;
    const isDone = await paced.run(tasksOf(steps, { tokens, positions }), {
      after: isRead ? copy : undefined,
      signal,
      isHopeless: () => tokensThatFit(paced.pacer, steps, positions - tokens, tokens) < tokens,
    });
    if (!isDone) return undefined;
    return isRead ? (await this.#read(readback, 1))[0]! : 0;
  }

  /** Predicted milliseconds of decoding a token. */
  #tokenMs(position: number): number {
    const { pacer } = this.#gpu.paced;
    return pacer.isOn ? msOf(pacer, this.#decode, { tokens: 1, positions: position }) : 0;
  }

  async #read(readback: GPUBuffer, count: number): Promise<Uint32Array> {
    try {
      await this.#gpu.map(readback);
      return new Uint32Array(readback.getMappedRange(0, 4 * count).slice(0));
    } finally {
      readback.unmap();
    }
  }

  setSampling(s: SamplingOptions): void {
    const data = new DataView(new ArrayBuffer(32));
    data.setFloat32(0, s.temperature, true);
    data.setUint32(4, s.topK, true);
    data.setFloat32(8, s.topP, true);
    data.setFloat32(12, s.minP, true);
    data.setUint32(16, s.seed >>> 0, true);
    this.#gpu.device.queue.writeBuffer(this.#r.sampling, 0, data.buffer);
  }

  /**
   * Prefills `ids`, reusing the cached common prefix, and returns the token sampled after them. The last token is
   * always evaluated, for its logits. Throws NibbleError when the prompt is empty or too long.
   */
  async prefill(
    ids: readonly number[],
    { signal }: Pick<Work, 'signal'> = {},
  ): Promise<{ id: number; evaluated: number }> {
    if (ids.length === 0)
      throw new NibbleError('The prompt is empty.', 'Write something, or choose another prompt.');
    if (ids.length > this.#r.context)
      throw new NibbleError(
        `The prompt has ${ids.length} tokens; the context holds ${this.#r.context}.`,
        'Shorten the prompt or choose a longer context.',
      );
    const bad = ids.find((id) => id >= this.#r.vocabulary || id < 0);
    if (bad !== undefined)
      throw new NibbleError(`Token id ${bad} is outside the vocabulary of ${this.#r.vocabulary}.`);
    let same = 0;
    while (same < this.#cached.length && same < ids.length - 1 && this.#cached[same] === ids[same]) same++;
    this.rollback(same);
    const { queue } = this.#gpu.device;
    const { pacer } = this.#gpu.paced;
    // One token is decoded; the last of several is not, or ids would depend on how a prompt is cut.
    const steps = ids.length - same === 1 ? this.#decode : this.#prefill;
    let id = 0;
    for (let at = same; at < ids.length; ) {
      if (signal?.aborted) throw new CancelledError();
      const most = Math.min(this.#r.chunk, ids.length - at);
      const chunk = ids.slice(at, at + tokensThatFit(pacer, steps, at, most));
      queue.writeBuffer(this.#r.tokens, 0, Uint32Array.from(chunk));
      queue.writeBuffer(this.#r.state, 0, Uint32Array.of(at, chunk.length, 0, 0));
      const end = at + chunk.length;
      const sampled = await this.#run(steps, chunk.length, end, { signal, isRead: end === ids.length });
      if (sampled === undefined) continue;
      id = sampled;
      at = end;
      this.#cached.push(...chunk);
    }
    return { id, evaluated: ids.length - same };
  }

  /** Decodes the last sampled token, whose id is on the GPU already, and returns the next one. */
  async step(previous: number): Promise<number> {
    if (this.#cached.length >= this.#r.context) throw new NibbleError('The context is full.');
    const position = this.#cached.length + 1;
    const isOne = new Pace().next(this.#tokenMs(position), 1) > 0;
    const id = isOne ? (await this.#submit(position))[0]! : (await this.#run(this.#decode, 1, position))!;
    this.#cached.push(previous);
    return id;
  }

  /**
   * Yields up to `max` tokens after `first`, the last sampled token; fewer when the context is full. Sampled ids stay
   * on the GPU as inputs: several tokens per submit, two submits in flight. The caller may stop at any token; tokens
   * evaluated beyond it are dropped.
   */
  async *tokens(first: number, max: number): AsyncGenerator<number> {
    const pace = new Pace();
    const inFlight: Promise<Iterable<number>>[] = [];
    let left = Math.min(max, this.#r.context - this.#cached.length);
    let position = this.#cached.length + 1;
    let slot = 0;
    let input = first;
    try {
      while (left > 0 || inFlight.length > 0) {
        while (left > 0 && inFlight.length < IN_FLIGHT) {
          const batch = pace.next(this.#tokenMs(position), left);
          // A token in several submits runs alone: nothing may come between them.
          if (batch === 0 && inFlight.length > 0) break;
          const count = Math.max(1, batch);
          const ids =
            batch > 0
              ? this.#submit(position, { times: count, slot })
              : this.#run(this.#decode, 1, position).then((id) => [id!]);
          ids.catch(() => {}); // reported when its turn comes, or never if an earlier one failed
          inFlight.push(ids);
          position += count;
          left -= count;
          slot = (slot + 1) % IN_FLIGHT;
          if (batch === 0) break;
        }
        const ids = await inFlight[0]!;
        void inFlight.shift();
        for (const id of ids) {
          this.#cached.push(input);
          input = id;
          yield id;
        }
      }
    } finally {
      await Promise.allSettled(inFlight);
    }
  }

  /** Logits of the newest token, for tests and measurements only. */
  async logits(): Promise<Float32Array> {
    return new Float32Array(await this.#gpu.read(this.#r.logits, 0, this.#r.vocabulary * 4));
  }

  /** Runs `work` while no other caller uses this engine; throws NibbleError when one does. */
  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy) throw new NibbleError('This level is already generating.', 'Stop it first.');
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }
}
disposable(Engine.prototype);
