import type { BufferOwner } from '../gpu/memory';
import { elementCount } from '../files/ggml-types';
import type { Gpu } from '../gpu/gpu';
import { type DeviceLayout, deviceLayout, type QuantFormat } from '../quant/format';
import { UnsupportedError } from '../util/errors';
import type { CodebookBuffers } from './codebook-buffers';

/** A run of whole rows in one buffer, which may hold other tensors' too. */
export interface Slab {
  readonly firstRow: number;
  readonly rows: number;
  /** Weights in the buffer before it. */
  readonly base: number;
  /** Of the whole buffer. */
  readonly layout: DeviceLayout;
  readonly buffer: GPUBuffer;
}

/** A weight on the device: planar, split by rows where the binding limit demands it. */
export interface DeviceTensor {
  readonly name: string;
  readonly format: QuantFormat;
  readonly rows: number;
  readonly cols: number;
  readonly slabs: readonly Slab[];
  /** The codebook that its kernels bind; any buffer for formats without one. */
  readonly points: GPUBuffer;
}

/** Rows are cut at multiples of four, so that a cut never falls inside a 32-bit word of any plane. */
export const ROW_STEP = 4;

export interface SlabPlan {
  readonly firstRow: number;
  readonly rows: number;
  readonly layout: DeviceLayout;
}

/** How a tensor is cut so that no slab exceeds `maxBytes`. */
export function planSlabs(format: QuantFormat, rows: number, cols: number, maxBytes: number): SlabPlan[] {
  const layoutOf = (n: number) => deviceLayout(format, (n * cols) / format.block.size);
  let max = rows;
  if (layoutOf(rows).sizeBytes > maxBytes) {
    const perRow = (cols / format.block.size) * format.block.bytes;
    max = Math.max(ROW_STEP, Math.floor(maxBytes / perRow / ROW_STEP) * ROW_STEP);
    while (max > ROW_STEP && layoutOf(max).sizeBytes > maxBytes) max -= ROW_STEP;
    if (layoutOf(max).sizeBytes > maxBytes)
      throw new UnsupportedError(
        `${ROW_STEP} rows of ${cols} weights in ${format.label} take ${layoutOf(max).sizeBytes} bytes; the device binds at most ${maxBytes}.`,
      );
  }
  const slabs: SlabPlan[] = [];
  for (let firstRow = 0; firstRow < rows; firstRow += max) {
    const count = Math.min(max, rows - firstRow);
    slabs.push({ firstRow, rows: count, layout: layoutOf(count) });
  }
  return slabs;
}

/** Rows and columns of a tensor of any rank: columns are the contiguous dimension. */
export function matrixShape(shape: readonly number[]): { rows: number; cols: number } {
  const cols = shape[0] ?? 1;
  return { rows: cols === 0 ? 0 : elementCount(shape)! / cols, cols };
}

/** What a tensor is called, and its dimensions. */
export interface TensorShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Rows of several tensors as one matrix (of vectors: one row). */
export function joinedShape(tensors: readonly TensorShape[]): { rows: number; cols: number } {
  const shapes = tensors.map((t) => matrixShape(t.shape));
  const [first] = shapes;
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  return tensors[0]!.shape.length === 1
    ? { rows: 1, cols: sum(shapes.map((s) => s.cols)) }
    : { rows: sum(shapes.map((s) => s.rows)), cols: first!.cols };
}

/**
 * Allocates a tensor's slabs under an owner, or those of several tensors one after the other in one buffer; the content is
 * whatever quantizing writes.
 */
export async function allocateTensors(
  gpu: Gpu,
  owner: BufferOwner,
  format: QuantFormat,
  tensors: readonly TensorShape[],
  codebooks: CodebookBuffers,
): Promise<DeviceTensor[]> {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const whole = joinedShape(tensors);
  const label = tensors.map((t) => t.name).join(', ');
  const slabs: Slab[] = [];
  for (const plan of planSlabs(format, whole.rows, whole.cols, gpu.maxBindingBytes))
    slabs.push({
      ...plan,
      base: 0,
      buffer: await owner.create(label, plan.layout.sizeBytes, usage),
    });
  const points = (await codebooks.points(format)) ?? slabs[0]!.buffer;
  if (tensors.length === 1) return [{ name: tensors[0]!.name, format, ...whole, slabs, points }];
  let base = 0;
  return tensors.map(({ name, shape }) => {
    const { rows, cols } = matrixShape(shape);
    const slab = { ...slabs[0]!, firstRow: 0, rows, base };
    base += rows * cols;
    return { name, format, rows, cols, slabs: [slab], points };
  });
}

/** Tensors that lie one after the other in a buffer, as one; undefined where they do not. */
export function joined(tensors: readonly DeviceTensor[]): DeviceTensor | undefined {
  const [first] = tensors;
  if (!first || tensors.length === 1) return first;
  let end = first.slabs[0]!.base;
  for (const { slabs, rows, cols } of tensors) {
    const [slab] = slabs;
    if (slabs.length !== 1 || slab!.buffer !== first.slabs[0]!.buffer || slab!.base !== end) return undefined;
    end += rows * cols;
  }
  const rows = tensors.reduce((n, t) => n + t.rows, 0);
  return { ...first, rows, slabs: [{ ...first.slabs[0]!, rows }] };
}

/** Plane offsets as the kernels want them, in 32-bit words. */
export const planeParams = (layout: DeviceLayout): { plane1: number; plane2: number; plane3: number } => ({
  plane1: (layout.offsets[1] ?? 0) / 4,
  plane2: (layout.offsets[2] ?? 0) / 4,
  plane3: (layout.offsets[3] ?? 0) / 4,
});
