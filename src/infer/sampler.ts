import { compileKernels } from '../gpu/compile';
import type { Gpu } from '../gpu/gpu';
import { samplingSteps } from '../model/blocks/sampling';
import { kernelsOf, type Step } from '../model/blocks/steps';
import type { Runtime } from '../model/runtime';
import type { Work } from '../util/work';
import { checkPenalties, checkTopLogprobs, penaltiesOf, type SamplingOptions } from './sampling';

/** Sampling of an engine: its parameters on the device, and the steps that follow the model's graph. */
export class Sampler {
  readonly #gpu: Gpu;
  readonly #r: Runtime;
  /** Steps by what was asked for; recorded once. */
  readonly #recorded = new Map<string, readonly Step[]>();
  /** Tokens that penalties look back at. */
  #window = 0;
  #steps: readonly Step[];
  #top = 0;

  constructor(gpu: Gpu, runtime: Runtime) {
    this.#gpu = gpu;
    this.#r = runtime;
    this.#steps = this.#recall(false, false);
  }

  /** The steps of the options that were set last. */
  get steps(): readonly Step[] {
    return this.#steps;
  }
  /** Candidates that are told with each token; 0 if none. */
  get topLogprobs(): number {
    return this.#top;
  }

  /** Throws NibbleError for options without a meaning; those before stay in force then. */
  set(s: SamplingOptions, topLogprobs: number): void {
    checkPenalties(s);
    checkTopLogprobs(topLogprobs);
    const p = penaltiesOf(s, this.#r.context);
    this.#window = p.repeatLastN;
    this.#top = topLogprobs;
    this.#steps = this.#recall(p.repeatLastN > 0, topLogprobs > 0);
    const data = new DataView(new ArrayBuffer(36));
    data.setFloat32(0, s.temperature, true);
    data.setUint32(4, s.topK, true);
    data.setFloat32(8, s.topP, true);
    data.setFloat32(12, s.minP, true);
    data.setUint32(16, s.seed >>> 0, true);
    data.setUint32(20, p.repeatLastN, true);
    data.setFloat32(24, p.repeatPenalty, true);
    data.setFloat32(28, p.frequencyPenalty, true);
    data.setFloat32(32, p.presencePenalty, true);
    this.#gpu.device.queue.writeBuffer(this.#r.sampling, 0, data.buffer);
    this.restart();
  }

  /** Forgets what a pass has left that ended between two steps: counts of tokens. */
  restart(): void {
    if (this.#window === 0) return;
    this.#gpu.device.queue.writeBuffer(this.#r.counts, 0, new Uint32Array(this.#r.vocabulary));
  }

  /** Compiles the kernels of these steps that no answer needed before. */
  async compile(work: Pick<Work, 'signal'> = {}): Promise<void> {
    await compileKernels(this.#gpu, kernelsOf(this.#steps), work);
  }

  #recall(penalizes: boolean, scores: boolean): readonly Step[] {
    const key = `${penalizes} ${scores}`;
    const known = this.#recorded.get(key);
    if (known) return known;
    const window = penalizes ? () => this.#window : undefined;
    const steps = samplingSteps(this.#gpu, this.#r, { window, scores });
    this.#recorded.set(key, steps);
    return steps;
  }
}
