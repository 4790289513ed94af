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
  worksOf,
} from '../model/blocks/steps';
import { type Runtime, runtimeBytes } from '../model/runtime';
import { disposable } from '../util/dispose';
import { CancelledError, NibbleError } from '../util/errors';
import { type EngineOptions, levelSlots, modelRuntime, runtimeShape } from './model-runtime';
import { IN_FLIGHT, Pace } from './pace';
import { checkPrompt } from './check-prompt';
import { READBACK_BYTES, type Sampled, TokenReadback } from './readback';
import { Sampler } from './sampler';
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
  /** Steps of the model's graph. */
  readonly #graph: { readonly decode: readonly Step[]; readonly prefill: readonly Step[] };
  readonly #sampler: Sampler;
  readonly #readbacks: readonly TokenReadback[];
  /** The graph and the sampling of a token after it. */
  #decode: readonly Step[] = [];
  #prefill: readonly Step[] = [];
  /** Tokens whose keys and values are in the KV cache, in order. */
  #cached: number[] = [];
  #busy = false;

  private constructor(
    gpu: Gpu,
    runtime: Runtime,
    graph: { readonly decode: readonly Step[]; readonly prefill: readonly Step[] },
    sampler: Sampler,
    readbacks: TokenReadback[],
  ) {
    this.#gpu = gpu;
    this.#r = runtime;
    this.#graph = graph;
    this.#sampler = sampler;
    this.#readbacks = readbacks;
    this.#arrange();
  }

  #arrange(): void {
    this.#decode = [...this.#graph.decode, ...this.#sampler.steps];
    this.#prefill = [...this.#graph.prefill, ...this.#sampler.steps];
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
        return recorder.steps;
      };
      const decode = record(new DecodeRecorder(gpu, runtime, prepared.tensors));
      const prefill = record(new PrefillRecorder(gpu, runtime, prepared.tensors, false));
      const sampler = new Sampler(gpu, runtime);
      const readbacks = await TokenReadback.createAll(gpu, runtime, sampler);
      // The prompt's kernels are needed first.
      await compileKernels(gpu, kernelsOf([...prefill, ...sampler.steps, ...decode]), work);
      gpu.check();
      return new Engine(gpu, runtime, { decode, prefill }, sampler, readbacks);
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
    this.#gpu.device.queue.writeBuffer(this.#r.history, 0, Uint32Array.from(ids));
    this.#gpu.device.queue.writeBuffer(this.#r.state, 0, Uint32Array.of(ids.length, 1, 0, 0));
  }

  /** Decodes `times` tokens in one submit. Resolves to the sampled ones; the first is for `position`. */
  #submit(position: number, times: number, slot: number): Promise<Sampled[]> {
    const readback = this.#readbacks[slot]!;
    const encoder = this.#gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < times; i++) encodeSteps(pass, this.#decode, { tokens: 1, positions: position + i });
    pass.end();
    readback.copy(encoder, position, times);
    this.#gpu.device.queue.submit([encoder.finish()]);
    const sampled = readback.read(position, times);
    const works = worksOf(this.#decode, { tokens: 1, positions: position }, times);
    void this.#gpu.paced.measure(works, sampled);
    return sampled;
  }

  /**
   * A pass in as many submits as the device needs. Resolves to the token sampled for the last of `positions` if it
   * `isRead`; `isDone` is false if the device has become too slow for so many tokens.
   */
  async #run(
    steps: readonly Step[],
    tokens: number,
    positions: number,
    { signal, isRead = true }: { signal?: AbortSignal | undefined; isRead?: boolean } = {},
  ): Promise<{ isDone: boolean; sampled?: Sampled | undefined }> {
    const readback = this.#readbacks[0]!;
    const { paced } = this.#gpu;
    const isDone = await paced.run(tasksOf(steps, { tokens, positions }), {
      after: isRead ? (encoder) => readback.copy(encoder, positions, 1) : undefined,
      signal,
      isHopeless: () => tokensThatFit(paced.pacer, steps, positions - tokens, tokens) < tokens,
    });
    if (!isDone) this.#sampler.restart();
    if (!isDone || !isRead) return { isDone };
    const [sampled] = await readback.read(positions, 1);
    return { isDone, sampled };
  }

  /** Predicted milliseconds of decoding a token. */
  #tokenMs(position: number): number {
    const { pacer } = this.#gpu.paced;
    return pacer.isOn ? msOf(pacer, this.#decode, { tokens: 1, positions: position }) : 0;
  }

  /** Sampling of what comes next; `topLogprobs` candidates are told with each token. Throws NibbleError. */
  setSampling(s: SamplingOptions, topLogprobs = 0): void {
    this.#sampler.set(s, topLogprobs);
    this.#arrange();
  }
  /** Compiles what the sampling that was set needs and no answer needed before. */
  compileSampling(work: Pick<Work, 'signal'> = {}): Promise<void> {
    return this.#sampler.compile(work);
  }

  /**
   * Prefills `ids`, reusing the cached common prefix, and returns the token sampled after them. The last token is
   * always evaluated, for its logits. Throws NibbleError when the prompt is empty or too long.
   */
  async prefill(
    ids: readonly number[],
    { signal }: Pick<Work, 'signal'> = {},
  ): Promise<Sampled & { evaluated: number }> {
    checkPrompt(ids, this.#r);
    let same = 0;
    while (same < this.#cached.length && same < ids.length - 1 && this.#cached[same] === ids[same]) same++;
    this.rollback(same);
    const { queue } = this.#gpu.device;
    const { pacer } = this.#gpu.paced;
    // One token is decoded; the last of several is not, or ids would depend on how a prompt is cut.
    const steps = ids.length - same === 1 ? this.#decode : this.#prefill;
    let last: Sampled = { id: 0 };
    for (let at = same; at < ids.length; ) {
      if (signal?.aborted) throw new CancelledError();
      const most = Math.min(this.#r.chunk, ids.length - at);
      const chunk = ids.slice(at, at + tokensThatFit(pacer, steps, at, most));
      queue.writeBuffer(this.#r.tokens, 0, Uint32Array.from(chunk));
      // Sampling after the chunk before has left a token here.
      queue.writeBuffer(this.#r.history, 4 * at, Uint32Array.from(chunk));
      queue.writeBuffer(this.#r.state, 0, Uint32Array.of(at, chunk.length, 0, 0));
      const end = at + chunk.length;
      const ran = await this.#run(steps, chunk.length, end, { signal, isRead: end === ids.length });
      if (!ran.isDone) continue;
      last = ran.sampled ?? last;
      at = end;
      this.#cached.push(...chunk);
    }
    return { ...last, evaluated: ids.length - same };
  }

  /** Decodes the last sampled token, whose id is on the GPU already, and returns the next one. */
  async step(previous: number): Promise<number> {
    const next = await this.sampled(previous, 1).next();
    if (next.done) throw new NibbleError('The context is full.');
    return next.value.id;
  }

  /**
   * Yields up to `max` tokens after `first`, the last sampled token; fewer when the context is full. Sampled ids stay
   * on the GPU as inputs: several tokens per submit, two submits in flight. The caller may stop at any token; tokens
   * evaluated beyond it are dropped.
   */
  async *sampled(first: number, max: number): AsyncGenerator<Sampled> {
    const pace = new Pace();
    const inFlight: Promise<Sampled[]>[] = [];
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
          const tokens =
            batch > 0
              ? this.#submit(position, count, slot)
              : this.#run(this.#decode, 1, position).then(({ sampled }) => [sampled!]);
          tokens.catch(() => {}); // reported when its turn comes, or never if an earlier one failed
          inFlight.push(tokens);
          position += count;
          left -= count;
          slot = (slot + 1) % IN_FLIGHT;
          if (batch === 0) break;
        }
        const tokens = await inFlight[0]!;
        void inFlight.shift();
        for (const sampled of tokens) {
          this.#cached.push(input);
          input = sampled.id;
          yield sampled;
        }
      }
    } finally {
      await Promise.allSettled(inFlight);
    }
  }

  /** The ids of `sampled`. */
  async *tokens(first: number, max: number): AsyncGenerator<number> {
    for await (const { id } of this.sampled(first, max)) yield id;
  }

  /** Logits of the newest token, without penalties, for tests and measurements only. */
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
