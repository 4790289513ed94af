import type { BufferOwner } from '../gpu/memory';
import { elementCount } from '../files/ggml-types';
import type { Gpu } from '../gpu/gpu';
import { type DeviceLayout, deviceLayout, type QuantFormat } from '../quant/format';
import { UnsupportedError } from '../util/errors';
import type { CodebookBuffers } from './codebook-buffers';

/** A slab: consecutive rows of a tensor in one buffer, which may also hold other tensors. */
export interface Slab {
  readonly firstRow: number;
  readonly rows: number;
  /** Offset in the buffer, in weights. */
  readonly base: number;
  /** Layout of the whole buffer. */
  readonly layout: DeviceLayout;
  readonly buffer: GPUBuffer;
}

/** A weight tensor on the device (rows x cols) in planes, cut into slabs to fit the binding limit. */
export interface DeviceTensor {
  readonly name: string;
  readonly format: QuantFormat;
  readonly rows: number;
  readonly cols: number;
  readonly slabs: readonly Slab[];
  /** Codebook for binding `points`; any buffer for formats without one. */
  readonly points: GPUBuffer;
}

/** Slabs start at multiples of four rows, so that a cut never splits a 32-bit word of a plane. */
export const ROW_STEP = 4;

export interface SlabPlan {
  readonly firstRow: number;
  readonly rows: number;
  readonly layout: DeviceLayout;
}

/** Cuts a tensor into slabs of at most `maxBytes`. Throws UnsupportedError if four rows do not fit. */
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

/** Rows and columns of a tensor of any rank. Columns are the contiguous dimension. */
export function matrixShape(shape: readonly number[]): { rows: number; cols: number } {
  const cols = shape[0] ?? 1;
  return { rows: cols === 0 ? 0 : elementCount(shape)! / cols, cols };
}

/** Name and GGUF dimensions of a tensor. */
export interface TensorShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Shape of several tensors stacked by rows; vectors are concatenated into one row. */
export function joinedShape(tensors: readonly TensorShape[]): { rows: number; cols: number } {
  const shapes = tensors.map((t) => matrixShape(t.shape));
  const [first] = shapes;
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  return tensors[0]!.shape.length === 1
    ? { rows: 1, cols: sum(shapes.map((s) => s.cols)) }
    : { rows: sum(shapes.map((s) => s.rows)), cols: first!.cols };
}

/** Allocates the slabs of a tensor, or one buffer for several tensors in order. The content is uninitialized. */
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

/** Views adjacent tensors of a buffer as one tensor; undefined if they are not adjacent. */
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

/** Plane offsets for the kernels, in 32-bit words. */
export const planeParams = (layout: DeviceLayout): { plane1: number; plane2: number; plane3: number } => ({
  plane1: (layout.offsets[1] ?? 0) / 4,
  plane2: (layout.offsets[2] ?? 0) / 4,
  plane3: (layout.offsets[3] ?? 0) / 4,
});
