import type { TensorSource } from '../files/model-file';
import { ReadAhead } from '../files/read-ahead';
import { type Gpu, SLICE_BYTES } from '../gpu/gpu';
import type { Dispatch, UniformArena } from '../gpu/kernel';
import { type Task, taskOf } from '../gpu/paced-queue';
import { StagingRing } from '../gpu/staging';
import { type DeviceTensor, matrixShape, planeParams, type Slab } from '../model/device-tensor';
import * as ops from '../ops/kernels';
import { type DeviceLayout, deviceLayout, formatBytesFor, type QuantFormat } from '../quant/format';
import { alignUp } from '../util/bytes';
import { EncodeStep, importanceOf, type RowRange, type TensorImportance } from './encode-step';
import type { LoadJob, LoadProgress } from './load-job';
import { PackOut } from './pack-out';
import { type PackedSlice, readPacked } from './packed-slice';
import { readRows, rowRanges, sourceFormat } from './row-ranges';
import { Scratch, WORKERS } from './scratch';
import { errorFromSums, notFiniteError, type TensorError } from './tensor-error';
import { WidenStep } from './widen-step';
import { throwIfCancelled } from '../util/errors';
import type { Work } from '../util/work';

/** Waits for bytes that are on their way back. */
type Packed = () => Promise<Uint8Array<ArrayBuffer>>;

interface SlicePlace {
  readonly buffer: GPUBuffer;
  readonly layout: DeviceLayout;
  readonly firstWeight: number;
}

export interface SliceOptions {
  readonly signal?: AbortSignal | undefined;
  /** Importance of the tensor's columns (experts x cols for a stack), for formats that use it. */
  readonly importance?: Float32Array<ArrayBuffer> | undefined;
}

/**
 * Streams tensors from a file through the GPU in slices: upload, decode the source type, encode the target type,
 * measure the error and, for export, pack to GGUF blocks. Scratch memory does not grow with the model.
 */
export class TensorPipeline {
  readonly #gpu: Gpu;
  readonly #staging: StagingRing;
  readonly #arena: UniformArena;
  readonly #scratch: Scratch;
  readonly #sliceWeights: number;
  readonly #encode: EncodeStep;
  readonly #widen: WidenStep;
  readonly #out: PackOut;

  private constructor(
    gpu: Gpu,
    staging: StagingRing,
    arena: UniformArena,
    scratch: Scratch,
    sliceWeights: number,
  ) {
    this.#gpu = gpu;
    this.#staging = staging;
    this.#arena = arena;
    this.#scratch = scratch;
    this.#sliceWeights = sliceWeights;
    this.#encode = new EncodeStep(gpu, arena, scratch.owner);
    this.#widen = new WidenStep(gpu, arena, scratch, this.#encode);
    this.#out = new PackOut(gpu, arena, scratch);
  }

  /** Weights per slice: 16 MiB of float32, or less if the binding limit or the largest tensor is smaller. */
  static sliceWeights(gpu: Gpu, largestTensor: number): number {
    const limit = Math.min(SLICE_BYTES, Math.max(gpu.maxBindingBytes, 65536));
    return Math.min(limit / 4, alignUp(Math.max(largestTensor, 1024), 1024));
  }

  /** `sources` are the tensors to load, if known: their encoded size bounds the upload buffers. */
  static async create(
    gpu: Gpu,
    largestTensor: number,
    sources?: readonly TensorSource[],
  ): Promise<TensorPipeline> {
    const weights = TensorPipeline.sliceWeights(gpu, largestTensor);
    const padding = 4096; // for the alignment of planes
    const bytes = weights * 4 + padding;
    const slices = sources?.map((t) =>
      Math.min(t.sizeBytes, weights * (t.type.blockBytes / t.type.blockSize)),
    );
    const sourceBytes = slices ? alignUp(Math.max(0, ...slices), 16) + padding : bytes;
    const scratch = new Scratch(gpu, bytes, sourceBytes);
    try {
      const staging = await StagingRing.create(gpu, scratch.owner, sourceBytes);
      return new TensorPipeline(gpu, staging, await gpu.arena(scratch.owner, 64), scratch, weights);
    } catch (error) {
      scratch.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.#staging.dispose();
    this.#scratch.dispose();
  }

  /** Rows as they are packed where the GPU can decode them, else in their file encoding. */
  async #read(tensor: TensorSource, rows: RowRange, signal: AbortSignal): Promise<Uint8Array | PackedSlice> {
    const packed = await readPacked(tensor, rows, this.#scratch.sourceBytes, signal);
    return packed ?? readRows(tensor, rows, signal);
  }

  /** Encodes rows of a tensor, which were read, into a slab and accumulates their error. */
  async #slice(
    read: Uint8Array | PackedSlice,
    source: QuantFormat,
    target: QuantFormat,
    rows: RowRange,
    to: SlicePlace,
    importance?: TensorImportance,
    signal?: AbortSignal,
  ): Promise<void> {
    const elements = rows.count * rows.cols;
    this.#arena.reset();
    const raw = await this.#scratch.get('raw');
    const sums = await this.#scratch.get('sums');
    const packed = read instanceof Uint8Array ? undefined : read;
    const upload = await this.#staging.upload(read instanceof Uint8Array ? read : read.bytes, raw);
    const widening: Dispatch[] = [];
    const x = packed
      ? await this.#widen.packed(packed, elements, widening)
      : await this.#widen.record(source, elements / source.block.size, elements, widening);
    const isSame = source === target && !packed;
    const steps: Task[] = widening.map(taskOf);
    const firstBlock = to.firstWeight / target.block.size;
    const isCopy = isSame && target.planes.length === 1;
    const before = (encoder: GPUCommandEncoder) => {
      upload.encode(encoder);
      const each = target.block.bytes;
      if (isCopy)
        encoder.copyBufferToBuffer(raw, 0, to.buffer, firstBlock * each, alignUp(elements * each, 4));
    };
    if (isSame) {
      const blocks = elements / target.block.size;
      if (!isCopy)
        steps.push(
          ...(await this.#widen.unpack(target, blocks, to.buffer, to.layout, firstBlock)).map(taskOf),
        );
    } else {
      const place = { buffer: to.buffer, layout: to.layout, firstBlock };
      steps.push(...(await this.#encode.record(x, target, place, rows, importance)));
    }
    const stats = {
      quads: Math.ceil(elements / 4),
      elements,
      first_quad: Math.floor(to.firstWeight / 4),
      ...planeParams(to.layout),
      workers: WORKERS,
    };
    const points = await this.#encode.points(target, to.buffer);
    const compared = { w4: to.buffer, w: to.buffer, x, sums, points };
    const kernel = this.#gpu.kernel(ops.errorStats, { codec: `quant/${target.id}` });
    steps.push(taskOf(kernel.dispatch(compared, stats, [WORKERS / 64], this.#arena)));
    await this.#gpu.paced.run(steps, { before, submitted: upload.submitted, signal });
  }

  async #clearSums(): Promise<void> {
    const sums = await this.#scratch.get('sums');
    this.#gpu.submit([], { before: (encoder) => encoder.clearBuffer(sums) });
  }

  /** Resolves when the copy of the error sums is queued, to a function that reads them. */
  async #error(
    tensor: TensorSource,
    target: QuantFormat,
    count: number,
    signal: AbortSignal | undefined,
  ): Promise<() => Promise<TensorError>> {
    const sums = await this.#gpu.copyOut(await this.#scratch.get('sums'), 0, WORKERS * 16);
    return async () => {
      const { notFinite, ...error } = errorFromSums(new Float32Array(await sums()), tensor, target, count);
      if (notFinite > 0) throw await notFiniteError(tensor, sourceFormat(tensor), notFinite, count, signal);
      return error;
    };
  }

  /**
   * Quantizes whole tensors into their slabs on the device, in order. Reading the next slice overlaps the current one,
   * and a tensor's error is read back while the next tensor is processed.
   */
  async load(
    jobs: readonly LoadJob[],
    { signal, progress }: Work<LoadProgress> = {},
  ): Promise<TensorError[]> {
    const slices = jobs.map(({ tensor, to }) =>
      to.slabs.flatMap((slab) =>
        rowRanges(slab.rows, to.cols, this.#sliceWeights).map(({ first, count }) => {
          const rows = { first: slab.firstRow + first, count, cols: to.cols };
          const place = { ...slab, firstWeight: slab.base + first * to.cols };
          return { rows, place, read: (until: AbortSignal) => this.#read(tensor, rows, until) };
        }),
      ),
    );
    const reads = new ReadAhead(slices.flat().map((slice) => slice.read));
    const errors: TensorError[] = [];
    const pending: (() => Promise<TensorError>)[] = [];
    try {
      for (const [index, { tensor, to, importance }] of jobs.entries()) {
        const source = sourceFormat(tensor);
        const columnWeights = importanceOf(tensor, to.format, importance);
        await this.#clearSums();
        for (const { rows, place } of slices[index]!) {
          await this.#slice(await reads.take(signal), source, to.format, rows, place, columnWeights, signal);
          progress?.({ job: index, sizeBytes: formatBytesFor(source, rows.count * rows.cols) });
        }
        pending.push(await this.#error(tensor, to.format, to.rows * to.cols, signal));
        if (pending.length > 1) errors.push(await pending.shift()!());
      }
      while (pending.length > 0) errors.push(await pending.shift()!());
      return errors;
    } catch (error) {
      for (const left of pending) await left().catch(() => {}); // frees its readback buffer
      throw error;
    } finally {
      reads.release();
    }
  }

  /**
   * Yields a tensor as GGUF bytes of the target format, slice by slice. Computing a slice overlaps writing the previous
   * one and reading the next.
   */
  async *convert(
    tensor: TensorSource,
    target: QuantFormat,
    report: (error: TensorError) => void,
    options: SliceOptions = {},
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const source = sourceFormat(tensor);
    const importance = importanceOf(tensor, target, options.importance);
    const { rows, cols } = matrixShape(tensor.shape);
    const ranges = rowRanges(rows, cols, this.#sliceWeights).map((r) => ({ ...r, cols }));
    const reads = new ReadAhead(ranges.map((range) => (until) => this.#read(tensor, range, until)));
    const buffer = await this.#scratch.get('target');
    await this.#clearSums();
    let previous: Packed | undefined;
    try {
      for (const range of ranges) {
        const blocks = (range.count * cols) / target.block.size;
        const layout = deviceLayout(target, blocks);
        const place = { buffer, layout, firstWeight: 0 };
        const bytes = await reads.take(options.signal);
        await this.#slice(bytes, source, target, range, place, importance, options.signal);
        const packed = await this.#out.queue(target, { buffer, layout, firstBlock: 0 }, blocks);
        if (previous) yield await previous();
        previous = packed;
      }
    } finally {
      reads.release();
    }
    if (previous) yield await previous();
    report(await (await this.#error(tensor, target, rows * cols, options.signal))());
  }

  /** Yields a resident tensor as GGUF bytes. */
  async *unload(
    tensor: DeviceTensor,
    { signal }: Pick<Work, 'signal'> = {},
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const { format, cols } = tensor;
    let previous: Packed | undefined;
    for (const slab of tensor.slabs as readonly Slab[])
      for (const range of rowRanges(slab.rows, cols, this.#sliceWeights)) {
        throwIfCancelled(signal);
        const firstBlock = (slab.base + range.first * cols) / format.block.size;
        const blocks = (range.count * cols) / format.block.size;
        const { buffer, layout } = slab;
        const packed = await this.#out.queue(format, { buffer, layout, firstBlock }, blocks);
        if (previous) yield await previous();
        previous = packed;
      }
    if (previous) yield await previous();
  }
}
