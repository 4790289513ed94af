import type { BufferOwner } from '../gpu/memory';
import { taskOf } from '../gpu/paced-queue';
import type { Gpu } from '../gpu/gpu';
import * as ops from '../ops/kernels';
import { throwIfCancelled } from '../util/errors';
import { type EvaluateOptions, halves, MAX_RESIDENT_LOGITS_BYTES } from './evaluate';
import { Evaluator, type Passage } from './evaluator';
import type { Prepared } from '../pipeline/prepared';
import { type KlDivergence, klDivergenceOf } from './quality-numbers';
import type { Work } from '../util/work';

/** Logits of one pass over part of a passage. */
interface Batch {
  readonly passage: Passage;
  /** Rows [at, end) of the passage: the logits of each predict the token after it. */
  readonly at: number;
  readonly end: number;
  readonly logits: GPUBuffer;
}

/** Rows to take of `left`, about as many as fit, so that the next begin at an offset that can be bound. */
function boundRows(fits: number, rowBytes: number, left: number): number {
  let step = 1;
  while ((step * rowBytes) % OFFSET_BYTES !== 0) step *= 2;
  return fits >= left ? left : Math.min(left, Math.max(step, fits - (fits % step)));
}
/** Alignment of a storage binding on every device. */
const OFFSET_BYTES = 256;

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
      const { vocabulary } = evaluator;
      const batches: Batch[] = [];
      for (const passage of halves(ids, options)) {
        throwIfCancelled(signal);
        await evaluator.begin(passage, signal);
        for (let at = passage.first - 1; at < passage.ids.length - 1; ) {
          throwIfCancelled(signal);
          const end = Math.min(passage.ids.length - 1, at + evaluator.rowsFrom(at));
          if (!(await evaluator.predict(passage, at, end))) continue;
          const bytes = (end - at) * vocabulary * 4;
          const logits = await owner.create('logits', bytes, STORAGE());
          gpu.copy(evaluator.logits, logits, bytes);
          batches.push({ passage, at, end, logits });
          at = end;
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
      const targets = await owner.create('targets', max * 4, STORAGE());
      const arena = await gpu.arena(owner, 1);
      const rowBytes = 4 * vocabulary;
      const numbers = new Map<Passage, number[]>();
      for (const { passage, at, end, logits: rows } of this.#batches) {
        if (at === passage.first - 1) await evaluator.begin(passage, signal);
        for (let from = at; from < end; ) {
          throwIfCancelled(signal);
          const to = from + boundRows(Math.min(evaluator.rowsFrom(from), end - from), rowBytes, end - from);
          if (!(await evaluator.predict(passage, from, to))) continue;
          const next = passage.ids.slice(from + 1, to + 1);
          gpu.device.queue.writeBuffer(targets, 0, Uint32Array.from(next));
          const base = { buffer: rows, offset: (from - at) * rowBytes, size: (to - from) * rowBytes };
          arena.reset();
          const dispatch = gpu
            .kernel(ops.klDivergence)
            .dispatch({ base, logits, targets, out }, { vocabulary }, [to - from], arena);
          await gpu.paced.run([taskOf(dispatch)]);
          const read = new Float32Array(await gpu.read(out, 0, 16 * (to - from)));
          numbers.set(passage, [...(numbers.get(passage) ?? []), ...read]);
          from = to;
        }
      }
      return klDivergenceOf([...numbers.values()].map((chunk) => Float32Array.from(chunk)));
    } finally {
      evaluator?.dispose();
      owner.dispose();
    }
  }
}
