import type { ModelFile } from '../files/model-file';
import { compileKernels } from '../gpu/compile';
import type { Gpu } from '../gpu/gpu';
import { recordEmbedding, recordHead, recordLayer } from '../model/arch/decoder';
import { PrefillRecorder } from '../model/blocks/prefill';
import { kernelsOf, type Step, tasksOf, tokensThatFit } from '../model/blocks/steps';
import type { Plan } from '../model/plan';
import { engineSlots, type Runtime } from '../model/runtime';
import { slabCount } from '../model/weights';
import { MIB } from '../util/bytes';
import { throwIfCancelled } from '../util/errors';
import { type LogitRows, logitRows, type Passage } from './evaluator';
import { type EngineOptions, layerRuntime } from '../infer/model-runtime';
import { type Prepared, prepareLevel } from '../pipeline/prepared';
import type { RunProgress, Work } from '../util/work';

const STORAGE = () => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
/** Bounds the logits of one prediction of a level whose layers come and go: the device has no room for it as a whole. */
const MAX_PAGED_LOGITS_BYTES = 16 * MIB;

/** Part of a level: the embedding, one layer, or the head. */
interface Stage {
  readonly plan: Plan;
  readonly record: (g: PrefillRecorder, r: Runtime) => void;
}

function stagesOf(plan: Plan, layers: number): { body: Stage[]; head: Stage } {
  const part = (isIn: (name: string) => boolean): Plan => ({
    ...plan,
    tensors: plan.tensors.filter((t) => isIn(t.name)),
  });
  const hasOutput = plan.tensors.some((t) => t.name === 'output.weight');
  const isEmbedding = (name: string) => name.startsWith('token_embd.') || name.startsWith('position_embd.');
  const body: Stage[] = [{ plan: part(isEmbedding), record: recordEmbedding }];
  for (let i = 0; i < layers; i++)
    body.push({
      plan: part((name) => name.startsWith(`blk.${i}.`)),
      record: (g, r) => recordLayer(g, r, i),
    });
  const isHead = (name: string) =>
    name.startsWith('output') || (!hasOutput && name.startsWith('token_embd.'));
  return { body, head: { plan: part(isHead), record: recordHead } };
}

/** Records the steps of a stage. Earlier stages are submitted, so their arena slots can be overwritten. */
function recordStage(gpu: Gpu, r: Runtime, stage: Prepared, record: Stage['record']): readonly Step[] {
  r.arena.reset();
  const recorder = new PrefillRecorder(gpu, r, stage.tensors, true);
  record(recorder, r);
  return recorder.steps;
}

/** Runs a stage over rows [at, at + count) of a passage; `load` and `save` copy activations from and to `rows`. */
async function runRows(
  gpu: Gpu,
  r: Runtime,
  steps: readonly Step[],
  rows: GPUBuffer,
  { at, count, load, save }: { at: number; count: number; load: boolean; save: boolean },
  signal?: AbortSignal,
): Promise<boolean> {
  const each = r.h.width * 4;
  gpu.device.queue.writeBuffer(r.state, 0, Uint32Array.of(at, count, 0, 0));
  const options = {
    before: (encoder: GPUCommandEncoder) => {
      if (load) encoder.copyBufferToBuffer(rows, at * each, r.x, 0, count * each);
    },
    after: (encoder: GPUCommandEncoder) => {
      if (save) encoder.copyBufferToBuffer(r.x, 0, rows, at * each, count * each);
    },
    signal,
    isHopeless: () => tokensThatFit(gpu.paced.pacer, steps, at, count) < count,
  };
  return gpu.paced.run(tasksOf(steps, { tokens: count, positions: at + count }), options);
}

/** Drops the last passages, keeping this share of them and at least one. */
function keepShare(gpu: Gpu, rows: Map<Passage, GPUBuffer>, share: number): void {
  const kept = Math.max(1, Math.floor(share * rows.size));
  for (const [passage, buffer] of [...rows].slice(kept)) {
    gpu.memory.destroy(buffer);
    rows.delete(passage);
  }
}

export interface PagingOptions extends EngineOptions {
  /** Drops passages when the time of an early layer predicts a longer run. */
  readonly budgetMs?: number | undefined;
}

/**
 * A level that is never whole on the device. Its layers are quantized and run over all passages one after the other;
 * activations between layers stay on the device (tokens x width x 4 bytes), and the head remains at the end. The logits
 * equal those of a resident level bit for bit: same kernels, same order.
 */
export class PagedLevel implements LogitRows {
  readonly #gpu: Gpu;
  readonly #r: Runtime;
  readonly #head: Prepared;
  readonly #predict: readonly Step[];
  readonly #rows: ReadonlyMap<Passage, GPUBuffer>;
  readonly logits: GPUBuffer;
  readonly rows: number;

  private constructor(
    gpu: Gpu,
    runtime: Runtime,
    head: Prepared,
    predict: readonly Step[],
    rows: ReadonlyMap<Passage, GPUBuffer>,
    logits: GPUBuffer,
    max: number,
  ) {
    this.#gpu = gpu;
    this.#r = runtime;
    this.#head = head;
    this.#predict = predict;
    this.#rows = rows;
    this.logits = logits;
    this.rows = max;
  }

  /** Runs a level over passages up to its head. */
  static async run(
    gpu: Gpu,
    model: ModelFile,
    plan: Plan,
    passages: readonly Passage[],
    options: PagingOptions,
    { signal, progress }: Work<RunProgress> = {},
  ): Promise<PagedLevel> {
    const owner = gpu.memory.owner(`pages of ${plan.fileType.label}`);
    const { budgetMs } = options;
    let stage: Prepared | undefined;
    try {
      const layers = new Set(plan.tensors.flatMap((t) => /^blk\.(\d+)\./.exec(t.name)?.[1] ?? [])).size;
      const { body, head } = stagesOf(plan, layers);
      const slots = [...body, head].map((s) =>
        engineSlots(slabCount(s.plan, gpu.maxBindingBytes), s.plan.tensors.length),
      );
      const r = await layerRuntime(gpu, owner, model, Math.max(...slots), { reference: true, ...options });
      const rows = new Map<Passage, GPUBuffer>();
      for (const passage of passages) {
        const bytes = passage.ids.length * r.h.width * 4;
        rows.set(passage, await owner.create('rows between layers', bytes, STORAGE()));
      }
      for (const [i, { plan: part, record }] of body.entries()) {
        stage = await prepareLevel(gpu, model, part, { signal });
        const started = performance.now();
        const steps = recordStage(gpu, r, stage, record);
        await compileKernels(gpu, kernelsOf(steps));
        for (const [{ ids }, buffer] of rows) {
          throwIfCancelled(signal);
          for (let at = 0; at < ids.length; ) {
            const count = tokensThatFit(gpu.paced.pacer, steps, at, Math.min(r.chunk, ids.length - at));
            if (i === 0)
              gpu.device.queue.writeBuffer(r.tokens, 0, Uint32Array.from(ids.slice(at, at + count)));
            const range = { at, count, load: i > 0, save: true };
            if (await runRows(gpu, r, steps, buffer, range, signal)) at += count;
          }
          // Bounds the queue, and makes the elapsed time meaningful.
          await gpu.done();
        }
        stage.dispose();
        // The second layer: the time of the first includes pipeline compilation.
        if (i === Math.min(2, layers) && budgetMs !== undefined)
          keepShare(gpu, rows, budgetMs / (2 * layers) / (performance.now() - started));
        progress?.({ done: i + 1, total: body.length });
      }
      stage = await prepareLevel(gpu, model, head.plan, { signal });
      const max = logitRows(gpu, r, MAX_PAGED_LOGITS_BYTES);
      const logits = await owner.create('logits', max * r.vocabulary * 4, STORAGE());
      const predict = recordStage(gpu, { ...r, logits }, stage, head.record);
      await compileKernels(gpu, kernelsOf(predict));
      return new PagedLevel(gpu, r, stage, predict, rows, logits, max);
    } catch (error) {
      if (stage) stage.dispose();
      owner.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.#head.dispose();
    this.#r.owner.dispose();
  }
  get vocabulary(): number {
    return this.#r.vocabulary;
  }
  /** Passages that were kept. */
  get passages(): Passage[] {
    return [...this.#rows.keys()];
  }

  /** All activations before the head are computed already. */
  async begin(): Promise<void> {}
  rowsFrom(at: number): number {
    return tokensThatFit(this.#gpu.paced.pacer, this.#predict, at, this.rows);
  }
  predict(passage: Passage, at: number, end: number): Promise<boolean> {
    const range = { at, count: end - at, load: true, save: false };
    return runRows(this.#gpu, this.#r, this.#predict, this.#rows.get(passage)!, range);
  }
}
