import { elementCount } from '../files/ggml-types';
import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import type { DeviceTensor } from '../model/device-tensor';
import type { Plan } from '../model/plan';
import { allocateWeights } from '../model/weights';
import type { WriteProgress } from './export';
import type { TensorError } from './tensor-error';
import type { LoadProgress } from './load-job';
import { TensorPipeline } from './tensor-pipeline';
import { type Disposable, disposable } from '../util/dispose';
import type { Work } from '../util/work';

/** A level whose weights are on the device. */
export interface Prepared extends Disposable {
  readonly plan: Plan;
  readonly model: ModelFile;
  readonly tensors: ReadonlyMap<string, DeviceTensor>;
  readonly errors: readonly TensorError[];
  readonly elapsedMs: number;
  readonly sourceBytes: number;
  readonly weightBytes: number;
}

/** Quantizes a model to a level in GPU memory. Releases everything on failure or cancellation. */
export async function prepareLevel(
  gpu: Gpu,
  model: ModelFile,
  plan: Plan,
  { signal, progress }: Work<WriteProgress> = {},
): Promise<Prepared> {
  const owner = gpu.memory.owner(`weights ${plan.fileType.label}`);
  const largest = Math.max(...plan.tensors.map((t) => elementCount(t.shape)!), 1);
  const started = performance.now();
  const totalBytes = plan.tensors.reduce((n, t) => n + t.source.sizeBytes, 0);
  let doneBytes = 0;
  let pipeline: TensorPipeline | undefined;
  try {
    const weights = await allocateWeights(gpu, owner, plan);
    const sources = plan.tensors.map((t) => t.source);
    pipeline = await TensorPipeline.create(gpu, largest, sources);
    const jobs = plan.tensors.map((t) => ({
      tensor: t.source,
      to: weights.tensors.get(t.name)!,
      importance: t.importance,
    }));
    const count = plan.tensors.length;
    const report = ({ job: index, sizeBytes }: LoadProgress) => {
      doneBytes += sizeBytes;
      progress?.({ tensor: plan.tensors[index]!.name, index, count, doneBytes, totalBytes });
    };
    const errors = await pipeline.load(jobs, { signal, progress: report });
    const elapsedMs = performance.now() - started;
    const weightBytes = owner.sizeBytes;
    const prepared: Prepared = {
      plan,
      model,
      tensors: weights.tensors,
      errors,
      elapsedMs,
      sourceBytes: totalBytes,
      weightBytes,
      dispose: () => owner.dispose(),
    };
    disposable(prepared);
    return prepared;
  } catch (error) {
    owner.dispose();
    throw error;
  } finally {
    pipeline?.dispose();
  }
}
