import type { ByteSink } from '../files/byte-sink';
import { alignmentOf } from '../files/gguf/metadata';
import { ggufHeader } from '../files/gguf/write';
import type { Plan, PlannedTensor } from '../model/plan';
import { alignUp } from '../util/bytes';
import { throwIfCancelled } from '../util/errors';
import { type HashState, ResumableSha256 } from '../util/sha256';
import type { Work } from '../util/work';
import type { TensorError } from './tensor-error';

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
  /** Bytes that an earlier run had done. */
  readonly resumedBytes?: number;
}

/** Between two tensors of an export: enough to go on from there to the same file and the same report. */
export interface Checkpoint extends Omit<ExportReport, 'sha256'> {
  /** Tensors that are written, with their padding; the header always is. */
  readonly tensors: number;
  readonly hash: HashState;
}

/** An export that may be cut off and gone on with. */
export interface ResumeOptions {
  /** Called after the header and after each tensor; the next tensor waits for the promise. */
  readonly checkpoint?: ((at: Checkpoint) => Promise<void>) | undefined;
  /** The last checkpoint of an earlier run; the sink holds its `sizeBytes` first bytes and appends after them. */
  readonly resume?: Checkpoint | undefined;
}

/** Makes the bytes of tensors. */
export interface TensorEncoder {
  /** The tensor in its planned type, piece by piece; `report` is told its error, if it was quantized. */
  encode(tensor: PlannedTensor, report: (error: TensorError) => void): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Takes every piece and then tells how many blocks it compared; undefined where there is nothing to compare. */
  check(
    tensor: PlannedTensor,
  ): { feed(bytes: Uint8Array): void; verify(signal?: AbortSignal): Promise<number> } | undefined;
}

/** Writes the GGUF of a plan front to back into a sink, and closes it. The caller aborts the sink when this throws. */
export async function writeFile(
  plan: Plan,
  sink: ByteSink,
  encoder: TensorEncoder,
  { signal, progress, checkpoint, resume }: Work<WriteProgress> & ResumeOptions = {},
): Promise<ExportReport> {
  const hash = resume ? ResumableSha256.from(resume.hash) : new ResumableSha256();
  const errors: TensorError[] = [...(resume?.errors ?? [])];
  const resumedBytes = resume?.sizeBytes ?? 0;
  let doneBytes = resumedBytes;
  let checkedBlocks = resume?.checkedBlocks ?? 0;
  const write = async (bytes: Uint8Array<ArrayBuffer>) => {
    hash.update(bytes);
    await sink.write(bytes);
    doneBytes += bytes.length;
  };
  const reached = async (tensors: number) =>
    checkpoint?.({ tensors, sizeBytes: doneBytes, hash: hash.state(), errors, checkedBlocks });
  if (!resume) {
    await write(ggufHeader(plan.metadata, plan.tensors));
    await reached(0);
  }
  const alignment = alignmentOf(plan.metadata);
  const count = plan.tensors.length;
  const first = resume?.tensors ?? 0;
  for (const [i, tensor] of plan.tensors.slice(first).entries()) {
    const index = first + i;
    throwIfCancelled(signal);
    const check = encoder.check(tensor);
    for await (const bytes of encoder.encode(tensor, (error) => errors.push(error))) {
      check?.feed(bytes);
      await write(bytes);
      progress?.({
        tensor: tensor.name,
        index,
        count,
        doneBytes,
        totalBytes: plan.fileBytes,
        ...(resume ? { resumedBytes } : {}),
      });
    }
    checkedBlocks += (await check?.verify(signal)) ?? 0;
    await write(new Uint8Array(alignUp(tensor.sizeBytes, alignment) - tensor.sizeBytes));
    await reached(index + 1);
  }
  await sink.close();
  return { sizeBytes: doneBytes, sha256: hash.hex(), errors, checkedBlocks };
}
