import type { TensorSource } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import type { BufferOwner } from '../gpu/memory';
import { type Task, taskOf } from '../gpu/paced-queue';
import { grid, type UniformArena } from '../gpu/kernel';
import { planeParams } from '../model/device-tensor';
import { CodebookBuffers } from '../model/codebook-buffers';
import * as ops from '../ops/kernels';
import { type DeviceLayout, type QuantFormat, weightsPerWorkgroup } from '../quant/format';

/** A range of whole rows of a tensor. */
export interface RowRange {
  readonly first: number;
  readonly count: number;
  readonly cols: number;
}

/** Importance of a tensor's columns: cols values, or experts x cols for a stacked tensor. */
export interface TensorImportance {
  readonly weights: Float32Array<ArrayBuffer>;
  /** Rows per expert: those that share cols values. */
  readonly matrixRows: number;
}

/** A tensor's importance if the format uses it. The plan has checked the length (model/tensor-choice). */
export const importanceOf = (
  tensor: TensorSource,
  target: QuantFormat,
  weights: Float32Array<ArrayBuffer> | undefined,
): TensorImportance | undefined =>
  weights && target.importance ? { weights, matrixRows: tensor.shape[1] ?? 1 } : undefined;

/** Estimated operations for a weight: searches of a codebook try many points. */
const operationsOf = (target: QuantFormat): number => (target.codebook ? 40_000 : 1_000);

/** Records the encode dispatches; owns the importance and codebook buffers. */
export class EncodeStep {
  readonly #gpu: Gpu;
  readonly #arena: UniformArena;
  readonly #owner: BufferOwner;
  readonly #codebooks: CodebookBuffers;
  #importance: GPUBuffer | undefined;
  #spread: GPUBuffer | undefined;
  #uploaded: TensorImportance | undefined;

  constructor(gpu: Gpu, arena: UniformArena, owner: BufferOwner) {
    this.#gpu = gpu;
    this.#arena = arena;
    this.#owner = owner;
    this.#codebooks = new CodebookBuffers(gpu, owner);
  }

  /** The codebook that the format's decoder reads; `other` for formats without one. */
  async points(format: QuantFormat, other: GPUBuffer): Promise<GPUBuffer> {
    return (await this.#codebooks.points(format)) ?? other;
  }

  /** Work that encodes float32 rows in `x` into blocks from `firstBlock` on. A part of it is a workgroup. */
  async record(
    x: GPUBuffer,
    target: QuantFormat,
    to: { buffer: GPUBuffer; layout: DeviceLayout; firstBlock: number },
    rows: RowRange,
    importance: TensorImportance | undefined,
  ): Promise<Task[]> {
    const weighted = importance !== undefined && target.importance !== undefined;
    const steps: Task[] = [];
    if (weighted) {
      await this.#upload(importance);
      if (target.rowSpread) steps.push(await this.#rowSpread(x, rows));
    }
    const elements = rows.count * rows.cols;
    const slots = {
      codec: `quant/${target.id}`,
      importance: weighted ? 'lib/encode/importance-matrix' : 'lib/encode/importance-none',
    };
    const buffers = {
      x,
      w: to.buffer,
      importance: (weighted && this.#importance) || x,
      spread: (weighted && this.#spread) || x,
      search: (await this.#codebooks.search(target)) ?? x,
    };
    const params = {
      elements,
      first_block: to.firstBlock,
      ...planeParams(to.layout),
      cols: rows.cols,
      first_row: rows.first,
      matrix_rows: importance?.matrixRows ?? 1,
      zero: 0,
    };
    const each = weightsPerWorkgroup(target);
    // Invocations that share the blocks of a codebook format. A processor pays for each that waits at a barrier.
    const width = this.#gpu.onCpu ? 64 : 256;
    const kernel = this.#gpu.kernel(ops.quantize, slots, { WIDTH: width });
    const dispatch = kernel.dispatch(buffers, params, grid(Math.ceil(elements / each)), this.#arena);
    steps.push({ ...taskOf(dispatch), units: each * operationsOf(target), isMeasured: true });
    return steps;
  }

  async #upload(importance: TensorImportance): Promise<void> {
    if (this.#uploaded === importance) return;
    this.#importance = await this.#atLeast(this.#importance, 'importance', importance.weights.byteLength);
    this.#gpu.device.queue.writeBuffer(this.#importance, 0, importance.weights);
    this.#uploaded = importance;
  }

  async #rowSpread(x: GPUBuffer, rows: RowRange): Promise<Task> {
    this.#spread = await this.#atLeast(this.#spread, 'row spread', rows.count * 4);
    return taskOf(
      this.#gpu
        .kernel(ops.rowSpread)
        .dispatch(
          { x, spread: this.#spread },
          { rows: rows.count, cols: rows.cols, zero: 0 },
          grid(Math.ceil(rows.count / 64)),
          this.#arena,
        ),
    );
  }

  async #atLeast(buffer: GPUBuffer | undefined, label: string, bytes: number): Promise<GPUBuffer> {
    if (buffer && buffer.size >= bytes) return buffer;
    if (buffer) this.#gpu.memory.destroy(buffer);
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    return this.#owner.create(label, bytes, usage);
  }
}
