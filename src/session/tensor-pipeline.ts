import type { TensorSource } from '../files/model-file';
import { type Gpu, SLICE_BYTES } from '../gpu/gpu';
import { type Dispatch, encode, grid, type UniformArena } from '../gpu/kernel';
import { StagingRing } from '../gpu/staging';
import { type DeviceTensor, matrixShape, planeParams, type Slab } from '../model/device-tensor';
import * as ops from '../ops/kernels';
import { type DeviceLayout, deviceLayout, formatBytesFor, type QuantFormat } from '../quant/format';
import { formatByGgmlType } from '../quant/registry';
import { alignUp } from '../util/bytes';
import { EncodeStep, importanceOf, type RowRange, type TensorImportance } from './encode-step';
import { packStep, unpackSteps } from './repack';
import { SCRATCH_OWNER, Scratch, WORKERS } from './scratch';
import { errorFromSums, notFiniteError, type TensorError } from './tensor-error';
import { FileError, throwIfCancelled, UnsupportedError } from '../util/errors';

export interface SliceOptions {
  readonly signal?: AbortSignal | undefined;
  /** Importance of the tensor's columns (of each expert's, where it is a stack), for the formats that use it. */
  readonly importance?: Float32Array<ArrayBuffer> | undefined;
}

/**
 * Carries tensors from a file through the GPU in slices: upload, decode the source type, encode the target type,
 * measure the error, and (for export) pack back to GGUF blocks. Scratch memory is fixed; it does not grow with a model.
 */
export class TensorPipeline {
  readonly #gpu: Gpu;
  readonly #staging: StagingRing;
  readonly #arena: UniformArena;
  readonly #scratch: Scratch;
  readonly #sliceWeights: number;
  readonly #encode: EncodeStep;

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
    this.#encode = new EncodeStep(gpu, arena);
  }

  /** Weights in a slice: 16 MiB of float32, or what the binding limit and the largest tensor leave of it. */
  static sliceWeights(gpu: Gpu, largestTensor: number): number {
    const limit = Math.min(SLICE_BYTES, Math.max(gpu.maxBindingBytes, 65536));
    return Math.min(limit / 4, alignUp(Math.max(largestTensor, 1024), 1024));
  }

  /** `sources` are the tensors to come, where they are known: what they take in the file bounds the upload. */
  static async create(
    gpu: Gpu,
    largestTensor: number,
    sources?: readonly TensorSource[],
  ): Promise<TensorPipeline> {
    const weights = TensorPipeline.sliceWeights(gpu, largestTensor);
    const padding = 4096; // of planes
    const bytes = weights * 4 + padding;
    const slices = sources?.map((t) =>
      Math.min(t.sizeBytes, weights * (t.type.blockBytes / t.type.blockSize)),
    );
    const sourceBytes = slices ? alignUp(Math.max(0, ...slices), 16) + padding : bytes;
    const scratch = new Scratch(gpu, bytes, sourceBytes);
    const staging = await StagingRing.create(gpu, SCRATCH_OWNER, sourceBytes);
    return new TensorPipeline(gpu, staging, await gpu.arena(SCRATCH_OWNER, 64), scratch, weights);
  }

  dispose(): void {
    this.#gpu.memory.release(SCRATCH_OWNER);
  }

  /** Rows per slice: whole rows, in fours where there is more than one slice. */
  #rowsPerSlice(rows: number, cols: number): number {
    if (rows * cols <= this.#sliceWeights) return rows;
    const most = Math.floor(this.#sliceWeights / cols / 4) * 4;
    if (most === 0)
      throw new UnsupportedError(`Rows of ${cols} weights are wider than a slice of ${this.#sliceWeights}.`);
    return most;
  }

  /** Source rows -> float32 in `x` (or in the raw buffer, when the source is float32); returns the buffer. */
  async #widen(source: QuantFormat, blocks: number, elements: number, out: Dispatch[]): Promise<GPUBuffer> {
    const raw = await this.#scratch.get('raw');
    if (source.id === 'f32') return raw;
    const x = await this.#scratch.get('x');
    const layout = deviceLayout(source, blocks);
    const isPlane = source.planes.length === 1;
    const planes = isPlane ? raw : await this.#scratch.get('planar');
    if (!isPlane) out.push(...(await this.#unpack(source, blocks, planes, layout, 0)));
    const quads = Math.ceil(elements / 4);
    out.push(
      this.#gpu
        .kernel(ops.dequantize, { codec: `quant/${source.id}`, rounding: 'lib/rounding-exact' })
        .dispatch(
          { w4: planes, w: planes, x, points: await this.#encode.points(source, planes) },
          { quads, first_quad: 0, ...planeParams(layout), zero: 0 },
          grid(Math.ceil(quads / 64)),
          this.#arena,
        ),
    );
    return x;
  }

  async #unpack(
    format: QuantFormat,
    blocks: number,
    target: GPUBuffer,
    layout: DeviceLayout,
    firstBlock: number,
  ): Promise<Dispatch[]> {
    const raw = await this.#scratch.get('raw');
    const to = { buffer: target, layout, firstBlock };
    return unpackSteps(this.#gpu, this.#arena, format, raw, to, blocks);
  }

  /** Encodes `rows` rows of a tensor into a place in a slab, and adds up their error. */
  async #slice(
    tensor: TensorSource,
    source: QuantFormat,
    target: QuantFormat,
    rows: RowRange,
    to: { buffer: GPUBuffer; layout: DeviceLayout; firstWeight: number },
    importance?: TensorImportance,
  ): Promise<void> {
    const elements = rows.count * rows.cols;
    const first = rows.first * rows.cols;
    const bytes = await tensor.read(formatBytesFor(source, first), formatBytesFor(source, first + elements));
    if (bytes.length !== formatBytesFor(source, elements))
      throw new FileError(
        `${tensor.name}: ${bytes.length} bytes came from the file, expected ${formatBytesFor(source, elements)}.`,
        'The file changed or became unreadable while it was read. Drop it again.',
      );
    this.#arena.reset();
    const encoder = this.#gpu.device.createCommandEncoder();
    const raw = await this.#scratch.get('raw');
    const sums = await this.#scratch.get('sums');
    const upload = await this.#staging.upload(bytes, raw, encoder);
    const steps: Dispatch[] = [];
    const x = await this.#widen(source, elements / source.block.size, elements, steps);
    const firstBlock = to.firstWeight / target.block.size;
    if (source === target && target.planes.length === 1) {
      const each = target.block.bytes;
      encoder.copyBufferToBuffer(raw, 0, to.buffer, firstBlock * each, alignUp(elements * each, 4));
    } else if (source === target) {
      const blocks = elements / target.block.size;
      steps.push(...(await this.#unpack(target, blocks, to.buffer, to.layout, firstBlock)));
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
    steps.push(
      this.#gpu.kernel(ops.errorStats, { codec: `quant/${target.id}` }).dispatch(
        {
          w4: to.buffer,
          w: to.buffer,
          x,
          sums,
          points: await this.#encode.points(target, to.buffer),
        },
        stats,
        [WORKERS / 64],
        this.#arena,
      ),
    );
    const pass = encoder.beginComputePass();
    encode(pass, steps);
    pass.end();
    this.#gpu.device.queue.submit([encoder.finish()]);
    upload.submitted();
    this.#gpu.check();
  }

  #sourceFormat(tensor: TensorSource): QuantFormat {
    const format = formatByGgmlType(tensor.type.id);
    if (!format)
      throw new UnsupportedError(
        `${tensor.name} is ${tensor.type.label}, which cannot be read on the GPU yet.`,
      );
    return format;
  }

  async #clearSums(): Promise<void> {
    const sums = await this.#scratch.get('sums');
    const encoder = this.#gpu.device.createCommandEncoder();
    encoder.clearBuffer(sums);
    this.#gpu.device.queue.submit([encoder.finish()]);
  }

  async #error(tensor: TensorSource, target: QuantFormat, count: number): Promise<TensorError> {
    const buffer = await this.#scratch.get('sums');
    const sums = new Float32Array(await this.#gpu.read(buffer, 0, WORKERS * 16));
    const { notFinite, ...error } = errorFromSums(sums, tensor, target, count);
    if (notFinite > 0) throw await notFiniteError(tensor, this.#sourceFormat(tensor), notFinite, count);
    return error;
  }

  /** Quantizes a whole tensor into its slabs on the device. */
  async load(
    tensor: TensorSource,
    to: DeviceTensor,
    progress: (bytes: number) => void,
    options: SliceOptions = {},
  ): Promise<TensorError> {
    const source = this.#sourceFormat(tensor);
    const importance = importanceOf(tensor, to.format, options.importance);
    await this.#clearSums();
    for (const slab of to.slabs) {
      const step = this.#rowsPerSlice(slab.rows, to.cols);
      for (let row = 0; row < slab.rows; row += step) {
        throwIfCancelled(options.signal);
        const count = Math.min(step, slab.rows - row);
        await this.#slice(
          tensor,
          source,
          to.format,
          { first: slab.firstRow + row, count, cols: to.cols },
          { buffer: slab.buffer, layout: slab.layout, firstWeight: slab.base + row * to.cols },
          importance,
        );
        progress(formatBytesFor(source, count * to.cols));
      }
    }
    return this.#error(tensor, to.format, to.rows * to.cols);
  }

  /** Yields a tensor as GGUF bytes of the target format, slice by slice, quantizing as it goes. */
  async *convert(
    tensor: TensorSource,
    target: QuantFormat,
    report: (error: TensorError) => void,
    options: SliceOptions = {},
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const source = this.#sourceFormat(tensor);
    const importance = importanceOf(tensor, target, options.importance);
    const { rows, cols } = matrixShape(tensor.shape);
    const step = this.#rowsPerSlice(rows, cols);
    const buffer = await this.#scratch.get('target');
    await this.#clearSums();
    for (let row = 0; row < rows; row += step) {
      throwIfCancelled(options.signal);
      const count = Math.min(step, rows - row);
      const blocks = (count * cols) / target.block.size;
      const layout = deviceLayout(target, blocks);
      const to = { buffer, layout, firstWeight: 0 };
      await this.#slice(tensor, source, target, { first: row, count, cols }, to, importance);
      yield await this.#packed(target, buffer, layout, 0, blocks);
    }
    report(await this.#error(tensor, target, rows * cols));
  }

  /** Yields a resident tensor as GGUF bytes. */
  async *unload(tensor: DeviceTensor, signal?: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (const slab of tensor.slabs as readonly Slab[]) {
      const step = this.#rowsPerSlice(slab.rows, tensor.cols);
      for (let row = 0; row < slab.rows; row += step) {
        throwIfCancelled(signal);
        const first = (slab.base + row * tensor.cols) / tensor.format.block.size;
        const blocks = (Math.min(step, slab.rows - row) * tensor.cols) / tensor.format.block.size;
        yield await this.#packed(tensor.format, slab.buffer, slab.layout, first, blocks);
      }
    }
  }

  async #packed(format: QuantFormat, buffer: GPUBuffer, layout: DeviceLayout, first: number, blocks: number) {
    this.#arena.reset();
    const bytes = blocks * format.block.bytes;
    const padded = alignUp(bytes, 4);
    const encoder = this.#gpu.device.createCommandEncoder();
    const target = await this.#scratch.get('readback');
    if (format.planes.length === 1) {
      // The plane is the file's bytes already.
      encoder.copyBufferToBuffer(buffer, first * format.block.bytes, target, 0, padded);
    } else {
      const packed = await this.#scratch.get('packed');
      const pass = encoder.beginComputePass();
      const from = { buffer, layout, firstBlock: first };
      encode(pass, [packStep(this.#gpu, this.#arena, format, from, packed, blocks)]);
      pass.end();
      encoder.copyBufferToBuffer(packed, 0, target, 0, padded);
    }
    this.#gpu.device.queue.submit([encoder.finish()]);
    await this.#gpu.map(target);
    const out = new Uint8Array(target.getMappedRange(0, padded)).slice(0, bytes);
    target.unmap();
    return out;
  }
}
