import type { ByteSink } from '../files/byte-sink';
import { type ExportReport, type WriteProgress, writeGguf as write, writeSplit } from '../pipeline/export';
import { deepFreeze } from '../util/freeze';
import type { Work } from '../util/work';
import { type Device, gpus } from './device';
import { type LevelPlan, plans } from './plan';

/**
 * Quantizes on the GPU and writes the GGUF of a plan, front to back: byte for byte the file of llama-quantize. Weights
 * stream in slices of 16 MiB; memory does not grow with the model. A sample of blocks of every tensor is held against the
 * reference codec on the CPU.
 *
 * @param sink - Closed when the file is whole, aborted when anything fails.
 * @returns Size in bytes, sha256, and each tensor's quantization error.
 * @throws GpuError, FileError, CancelledError; whatever the sink throws.
 */
export async function writeGguf(
  device: Device,
  plan: LevelPlan,
  sink: ByteSink,
  work: Work<WriteProgress> = {},
): Promise<ExportReport> {
  return deepFreeze(await write(gpus.get(device), plans.get(plan).plan, sink, { ...work }));
}

/** Names, size and sinks of the parts of a file. */
export interface SplitOptions {
  /** Name of the file if it were one: `model.gguf` becomes `model-00001-of-00003.gguf`. */
  readonly name: string;
  /** Bytes of tensors in a part, at most. */
  readonly maxBytes: number;
  /** Opens the sink of a part by its name. */
  readonly sinkOf: (name: string) => Promise<ByteSink>;
}

/** The same as several files, as llama-quantize writes with --keep-split. Parts before a failure are whole. */
export async function writeGgufSplit(
  device: Device,
  plan: LevelPlan,
  split: SplitOptions,
  work: Work<WriteProgress> = {},
): Promise<readonly (ExportReport & { readonly name: string })[]> {
  return deepFreeze(await writeSplit(gpus.get(device), plans.get(plan).plan, split, { ...work }));
}
