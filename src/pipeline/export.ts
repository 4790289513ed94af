import { abortedOnFailure, type ByteSink } from '../files/byte-sink';
import { elementCount } from '../files/ggml-types';
import { splitName } from '../files/gguf/split';
import type { Gpu } from '../gpu/gpu';
import type { DeviceTensor } from '../model/device-tensor';
import type { Plan, PlannedTensor } from '../model/plan';
import { splitPlan } from '../model/split-plan';
import { formatByGgmlType } from '../quant/registry';
import { RefusedError, throwIfCancelled, untilCancelled } from '../util/errors';
import { SpotCheck } from './spot-check';
import type { TensorError } from './tensor-error';
import { TensorPipeline } from './tensor-pipeline';
import type { Work } from '../util/work';
import {
  type ExportReport,
  type ResumeOptions,
  type TensorEncoder,
  writeFile,
  type WriteProgress,
} from './write-file';

export type { Checkpoint, ExportReport, ResumeOptions, WriteProgress } from './write-file';

/** Tensors that are on the device already are packed from there; the others stream from the file. */
export interface WriteOptions extends Work<WriteProgress>, ResumeOptions {
  readonly resident?: ReadonlyMap<string, DeviceTensor>;
}

/** Throws RefusedError with llama-quantize's reason when it refuses the plan. */
export function assertAllowed(plan: Plan): void {
  if (!plan.refusal) return;
  const cure = plan.curedByF16
    ? 'Allow the F16 fallback for such tensors, or choose F16, BF16 or F32.'
    : 'Choose another level.';
  throw new RefusedError(`${plan.fileType.label} is refused: ${plan.refusal}`, cure);
}

/**
 * Writes a plan as GGUF, front to back. Resident tensors are packed from the device, the others stream from the file
 * through the quantizer; memory use does not grow with the file. Aborts the sink on failure, and when a sample of
 * blocks differs from the reference codec.
 */
export async function writeGguf(
  gpu: Gpu,
  plan: Plan,
  sink: ByteSink,
  options: WriteOptions = {},
): Promise<ExportReport> {
  let pipeline: TensorPipeline | undefined;
  const work = async () => {
    const largest = Math.max(...plan.tensors.map((t) => elementCount(t.shape)!), 1);
    const created = await TensorPipeline.create(
      gpu,
      largest,
      plan.tensors.map((t) => t.source),
    );
    pipeline = created;
    const encoder: TensorEncoder = {
      encode: (tensor, report) => tensorBytes(created, tensor, options, report),
      check: (tensor) => spotCheck(gpu, tensor),
    };
    return writeFile(plan, sink, encoder, options);
  };
  try {
    return await abortedOnFailure(sink, work);
  } finally {
    pipeline?.dispose();
  }
}

/**
 * Writes a plan as one file, or as splits of at most `maxBytes` of tensor data each. `sinkOf` opens a file by name. A
 * failure removes the file being written; earlier splits stay.
 */
export async function writeSplit(
  gpu: Gpu,
  plan: Plan,
  split: { name: string; maxBytes: number; sinkOf: (name: string) => Promise<ByteSink> },
  options: WriteOptions = {},
): Promise<(ExportReport & { name: string })[]> {
  const parts = splitPlan(plan, split.maxBytes);
  const reports: (ExportReport & { name: string })[] = [];
  for (const [i, part] of parts.entries()) {
    const name = parts.length === 1 ? split.name : splitName(split.name, i, parts.length);
    reports.push({ name, ...(await writeGguf(gpu, part, await split.sinkOf(name), options)) });
  }
  return reports;
}

/** The spot check of a tensor; undefined for types that are copied unchanged. */
function spotCheck(gpu: Gpu, tensor: PlannedTensor): SpotCheck | undefined {
  const target = formatByGgmlType(tensor.type.id);
  if (!target || !formatByGgmlType(tensor.source.type.id)) return undefined;
  return new SpotCheck(tensor.source, target, tensor.importance, gpu.numerics?.denormals !== 'kept');
}

async function* tensorBytes(
  pipeline: TensorPipeline,
  tensor: PlannedTensor,
  options: WriteOptions,
  report: (error: TensorError) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const target = formatByGgmlType(tensor.type.id);
  const resident = options.resident?.get(tensor.name);
  if (resident && resident.format === target) yield* pipeline.unload(resident, options);
  else if (target && formatByGgmlType(tensor.source.type.id))
    yield* pipeline.convert(tensor.source, target, report, {
      signal: options.signal,
      importance: tensor.importance,
    });
  else yield* copyThrough(tensor, options);
}

/** Copies a tensor whose type the GPU has no format for. */
async function* copyThrough(
  tensor: PlannedTensor,
  { signal }: Pick<Work, 'signal'>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const step = 16 * 1024 * 1024;
  for (let at = 0; at < tensor.sizeBytes; at += step) {
    throwIfCancelled(signal);
    const end = Math.min(tensor.sizeBytes, at + step);
    yield await untilCancelled(tensor.source.read(at, end, signal), signal);
  }
}
