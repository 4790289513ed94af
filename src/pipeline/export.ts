import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { ByteSink } from '../files/byte-sink';
import { elementCount } from '../files/ggml-types';
import { GGUF_ALIGNMENT, ggufHeader } from '../files/gguf/write';
import { splitName } from '../files/gguf/split';
import type { Gpu } from '../gpu/gpu';
import type { DeviceTensor } from '../model/device-tensor';
import type { Plan, PlannedTensor } from '../model/plan';
import { splitPlan } from '../model/split-plan';
import { formatByGgmlType } from '../quant/registry';
import { alignUp } from '../util/bytes';
import { RefusedError, throwIfCancelled } from '../util/errors';
import { SpotCheck } from './spot-check';
import type { TensorError } from './tensor-error';
import { TensorPipeline } from './tensor-pipeline';
import type { Work } from '../util/work';

/** A file that was written. `sha256` is in lower-case hexadecimal. */
export interface ExportReport {
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Errors of the tensors quantized during the export; empty for resident ones. */
  readonly errors: readonly TensorError[];
  /** Blocks compared with the reference codec. */
  readonly checkedBlocks: number;
}

/** Tensor that is being quantized, `index` of `count` from 0, and bytes of tensors that are done. */
export interface WriteProgress {
  readonly tensor: string;
  readonly index: number;
  readonly count: number;
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** Tensors that are on the device already are packed from there; the others stream from the file. */
export interface WriteOptions extends Work<WriteProgress> {
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
  const hash = sha256.create();
  const errors: TensorError[] = [];
  let doneBytes = 0;
  let checkedBlocks = 0;
  const largest = Math.max(...plan.tensors.map((t) => elementCount(t.shape)!), 1);
  const sources = plan.tensors.map((t) => t.source);
  const pipeline = await TensorPipeline.create(gpu, largest, sources);
  const write = async (bytes: Uint8Array<ArrayBuffer>) => {
    hash.update(bytes);
    await sink.write(bytes);
    doneBytes += bytes.length;
  };
  try {
    await write(ggufHeader(plan.metadata, plan.tensors));
    for (const [index, tensor] of plan.tensors.entries()) {
      throwIfCancelled(options.signal);
      const check = spotCheck(gpu, tensor);
      for await (const bytes of tensorBytes(pipeline, tensor, options, errors)) {
        check?.feed(bytes);
        await write(bytes);
        options.progress?.({
          tensor: tensor.name,
          index,
          count: plan.tensors.length,
          doneBytes,
          totalBytes: plan.fileBytes,
        });
      }
      checkedBlocks += (await check?.verify()) ?? 0;
      await write(new Uint8Array(alignUp(tensor.sizeBytes, GGUF_ALIGNMENT) - tensor.sizeBytes));
    }
    await sink.close();
    return { sizeBytes: doneBytes, sha256: bytesToHex(hash.digest()), errors, checkedBlocks };
  } catch (error) {
    await sink.abort();
    throw error;
  } finally {
    pipeline.dispose();
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
  errors: TensorError[],
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const target = formatByGgmlType(tensor.type.id);
  const resident = options.resident?.get(tensor.name);
  if (resident && resident.format === target) yield* pipeline.unload(resident, options);
  else if (target && formatByGgmlType(tensor.source.type.id))
    yield* pipeline.convert(tensor.source, target, (e) => errors.push(e), {
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
    yield await tensor.source.read(at, Math.min(tensor.sizeBytes, at + step));
  }
}
