import { elementCount } from '../files/ggml-types';
import type { Gpu } from '../gpu/gpu';
import { type DeviceLayout, deviceLayout, type QuantFormat } from '../quant/format';
import { UnsupportedError } from '../util/errors';
import { LatticeBuffers } from './lattice-buffers';

/** A run of whole rows in one buffer. */
export interface Slab {
  readonly firstRow: number;
  readonly rows: number;
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
  /** The lattice that its kernels bind; any buffer for formats without one. */
  readonly points: GPUBuffer;
}

/** Rows are cut at multiples of four, so that a cut never falls inside a 32-bit word of any plane. */
const ROW_STEP = 4;

export interface SlabPlan {
  readonly firstRow: number;
  readonly rows: number;
  readonly layout: DeviceLayout;
}

/** How a tensor is cut so that no slab exceeds `maxBytes`. */
export function planSlabs(format: QuantFormat, rows: number, cols: number, maxBytes: number): SlabPlan[] {
  const layoutOf = (n: number) => deviceLayout(format, (n * cols) / format.block.size);
  let most = rows;
  if (layoutOf(rows).sizeBytes > maxBytes) {
    const perRow = (cols / format.block.size) * format.block.bytes;
    most = Math.max(ROW_STEP, Math.floor(maxBytes / perRow / ROW_STEP) * ROW_STEP);
    while (most > ROW_STEP && layoutOf(most).sizeBytes > maxBytes) most -= ROW_STEP;
    if (layoutOf(most).sizeBytes > maxBytes)
      throw new UnsupportedError(
        `${ROW_STEP} rows of ${cols} weights in ${format.label} take ${layoutOf(most).sizeBytes} bytes; the device binds at most ${maxBytes}.`,
      );
  }
  const slabs: SlabPlan[] = [];
  for (let firstRow = 0; firstRow < rows; firstRow += most) {
    const count = Math.min(most, rows - firstRow);
    slabs.push({ firstRow, rows: count, layout: layoutOf(count) });
  }
  return slabs;
}

/** Rows and columns of a tensor of any rank: columns are the contiguous dimension. */
export function matrixShape(shape: readonly number[]): { rows: number; cols: number } {
  const cols = shape[0] ?? 1;
  return { rows: cols === 0 ? 0 : elementCount(shape)! / cols, cols };
}

export const deviceBytes = (format: QuantFormat, shape: readonly number[], maxBytes: number): number => {
  const { rows, cols } = matrixShape(shape);
  return planSlabs(format, rows, cols, maxBytes).reduce((n, s) => n + s.layout.sizeBytes, 0);
};

/** Allocates a tensor's slabs under an owner; the content is whatever quantizing writes. */
export async function allocateTensor(
  gpu: Gpu,
  owner: string,
  name: string,
  format: QuantFormat,
  shape: readonly number[],
  lattices = new LatticeBuffers(gpu, owner),
): Promise<DeviceTensor> {
  const { rows, cols } = matrixShape(shape);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const slabs: Slab[] = [];
  for (const plan of planSlabs(format, rows, cols, gpu.maxBindingBytes))
    slabs.push({ ...plan, buffer: await gpu.memory.create(owner, name, plan.layout.sizeBytes, usage) });
  const points = (await lattices.points(format)) ?? slabs[0]!.buffer;
  return { name, format, rows, cols, slabs, points };
}

/** Plane offsets as the kernels want them, in 32-bit words. */
export const planeParams = (layout: DeviceLayout): { plane1: number; plane2: number; plane3: number } => ({
  plane1: (layout.offsets[1] ?? 0) / 4,
  plane2: (layout.offsets[2] ?? 0) / 4,
  plane3: (layout.offsets[3] ?? 0) / 4,
});
