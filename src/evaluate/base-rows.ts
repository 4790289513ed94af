import type { Gpu } from '../gpu/gpu';
import type { BufferOwner } from '../gpu/memory';
import * as ops from '../ops/kernels';
import type { Prepared } from '../pipeline/prepared';
import { throwIfCancelled } from '../util/errors';
import type { Work } from '../util/work';
import { type EvaluateOptions, halves, MAX_RESIDENT_LOGITS_BYTES } from './evaluate';
import { Evaluator, type Passage } from './evaluator';
import { type KlDivergence, klDivergenceOf } from './quality-numbers';

/** Logits of one pass over part of a passage. */
interface Batch {
  readonly passage: Passage;
  /** Rows [at, end) of the passage: the logits of each predict the token after it. */
  readonly at: number;
  readonly end: number;
  readonly logits: GPUBuffer;
  readonly targets: GPUBuffer;
}

const STORAGE = () => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
/**
 * Logits of a base over a short text, kept on the device (tokens x vocabulary x 4 bytes), so that many levels are
 * compared with one run of the base. For a long text `divergence` runs the base along with each level instead.
 */
export class BaseRows {
  readonly #gpu: Gpu;
  readonly #owner: BufferOwner;
  readonly #options: EvaluateOptions;
  readonly #batches: readonly Batch[];

  private constructor(gpu: Gpu, owner: BufferOwner, options: EvaluateOptions, batches: readonly Batch[]) {
    this.#gpu = gpu;
    this.#owner = owner;
    this.#options = options;
    this.#batches = batches;
  }

  static async create(
    gpu: Gpu,
    base: Prepared,
    ids: readonly number[],
    options: EvaluateOptions,
    { signal }: Pick<Work, 'signal'> = {},
  ): Promise<BaseRows> {
    const owner = gpu.memory.owner('rows of the base');
    let evaluator: Evaluator | undefined;
    try {
      evaluator = await Evaluator.create(
        gpu,
        base,
        { reference: true, ...options },
        MAX_RESIDENT_LOGITS_BYTES,
      );
      const { rows, vocabulary } = evaluator;
      const batches: Batch[] = [];
      for (const passage of halves(ids, options)) {
        throwIfCancelled(signal);
        evaluator.begin(passage);
        for (let at = passage.first - 1; at < passage.ids.length - 1; at += rows) {
          const end = Math.min(passage.ids.length - 1, at + rows);
          const bytes = (end - at) * vocabulary * 4;
          const logits = await owner.create('logits', bytes, STORAGE());
          const targets = await owner.create('targets', 4 * (end - at), STORAGE());
          gpu.device.queue.writeBuffer(targets, 0, Uint32Array.from(passage.ids.slice(at + 1, end + 1)));
          evaluator.predict(passage, at, end);
          const from = evaluator.logits;
          gpu.submit([], { before: (encoder) => encoder.copyBufferToBuffer(from, 0, logits, 0, bytes) });
          batches.push({ passage, at, end, logits, targets });
        }
      }
      gpu.check();
      return new BaseRows(gpu, owner, options, batches);
    } catch (error) {
      owner.dispose();
      throw error;
    } finally {
      evaluator?.dispose();
    }
  }

  dispose(): void {
    this.#owner.dispose();
  }

  /** Compares a level with the base over the text. */
  async compare(level: Prepared, { signal }: Pick<Work, 'signal'> = {}): Promise<KlDivergence> {
    const gpu = this.#gpu;
    const owner = this.#gpu.memory.owner(`rows of ${level.plan.fileType.label}`);
    let evaluator: Evaluator | undefined;
    try {
      evaluator = await Evaluator.create(
        gpu,
        level,
        { reference: true, ...this.#options },
        MAX_RESIDENT_LOGITS_BYTES,
      );
      const { logits, vocabulary } = evaluator;
      const max = Math.max(...this.#batches.map((b) => b.end - b.at));
      const out = await owner.create('divergence', max * 16, STORAGE());
      const arena = await gpu.arena(owner, this.#batches.length);
      const numbers: Float32Array[] = [];
      for (const { passage, at, end, logits: base, targets } of this.#batches) {
        throwIfCancelled(signal);
        if (at === passage.first - 1) evaluator.begin(passage);
        evaluator.predict(passage, at, end);
        const dispatch = gpu
          .kernel(ops.klDivergence)
          .dispatch({ base, logits, targets, out }, { vocabulary }, [end - at], arena);
        gpu.submit([dispatch]);
        numbers.push(new Float32Array(await gpu.read(out, 0, 16 * (end - at))));
      }
      return klDivergenceOf(numbers, new Set(this.#batches.map((b) => b.passage)).size);
    } finally {
      evaluator?.dispose();
      owner.dispose();
    }
  }
}
