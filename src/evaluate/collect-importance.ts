import type { CollectedImportance, ImportanceSums } from '../files/imatrix-write';
import type { Gpu } from '../gpu/gpu';
import type { PrefillRecorder } from '../model/blocks/prefill';
import type { TappedRows } from '../model/blocks/recorder';
import * as ops from '../ops/kernels';
import { alignUp } from '../util/bytes';
import { throwIfCancelled } from '../util/errors';
import { chunksOf, type EvaluateOptions } from './evaluate';
import { Evaluator } from './evaluator';
import type { Prepared } from '../pipeline/prepared';
import type { RunProgress, Work } from '../util/work';

/** Bytes for the sums and counts of a matrix, aligned for a binding offset. */
const sumsBytes = (cols: number, experts: number): number => alignUp(4 * experts * (cols + 1), 256);

/**
 * Sums the squared input activations of every matrix in the layers over a text: the statistics and chunks of
 * llama-imatrix. Like there, the output matrix is left out. Sums stay on the device until the end.
 */
export async function collectImportance(
  gpu: Gpu,
  prepared: Prepared,
  ids: readonly number[],
  dataset: string,
  options: EvaluateOptions,
  { signal, progress }: Work<RunProgress> = {},
): Promise<CollectedImportance> {
  const chunks = chunksOf(ids, options);
  const owner = gpu.memory.owner('importance');
  const places: { names: readonly string[]; cols: number; experts: number; at: number }[] = [];
  let evaluator: Evaluator | undefined;
  try {
    const totalBytes = prepared.plan.tensors
      .filter((t) => t.shape.length > 1)
      .reduce((n, t) => n + sumsBytes(t.shape[0]!, t.shape[2] ?? 1), 0);
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = await owner.create('sums of squares', Math.max(totalBytes, 256), usage);
    const copy = await owner.create('sums before a pass', buffer.size, usage);
    const arena = await gpu.arena(owner, Math.max(1, prepared.tensors.size));
    let used = 0;
    const tap = (g: PrefillRecorder) => (rows: TappedRows) => {
      if (!rows.names.some((n) => n.startsWith('blk.'))) return;
      const { cols } = rows;
      const { state, chosen, h } = g.r;
      const experts = rows.experts ? h.experts : 1;
      const size = 4 * experts * (cols + 1);
      places.push({ names: rows.names, cols, experts, at: used });
      const each = rows.experts ? h.expertsUsed : 1;
      const params = {
        cols,
        rows_per_token: each,
        pairs_per_row: rows.experts?.perToken ? each : 1,
        experts,
      };
      const kernel = gpu.kernel(ops.columnSquares, {}, { EXPERTS: rows.experts ? 1 : 0 });
      const buffers = { x: rows.x, state, chosen, sums: { buffer, offset: used, size } };
      g.steps.push({ dispatch: kernel.dispatch(buffers, params, [Math.ceil(cols / 64)], arena) });
      used += sumsBytes(cols, experts);
    };
    evaluator = await Evaluator.createTapped(gpu, prepared, { reference: true, ...options }, tap);
    evaluator.kept = { buffer, copy };
    gpu.check();
    for (const [c, chunk] of chunks.entries()) {
      throwIfCancelled(signal);
      await evaluator.read(chunk, signal);
      // Bounds the queue, and lets a cancellation take effect.
      await gpu.done();
      progress?.({ done: c + 1, total: chunks.length });
    }
    const entries = new Map<string, ImportanceSums>();
    const sums = await gpu.read(buffer, 0, Math.max(used, 256));
    for (const { names, cols, experts, at } of places) {
      const all = new Float32Array(sums, at, experts * (cols + 1));
      const entry = { sums: all.slice(0, experts * cols), counts: all.slice(experts * cols) };
      for (const name of names) entries.set(`${name}.weight`, entry);
    }
    return { dataset, chunks: chunks.length, chunkTokens: options.context, entries };
  } finally {
    evaluator?.dispose();
    owner.dispose();
  }
}
