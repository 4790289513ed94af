import type { Gpu } from '../gpu/gpu';

export const SCRATCH_OWNER = 'quantizer';
/** Invocations that add up the error of a tensor; each keeps a partial sum. */
export const WORKERS = 1024;

/** The work space of a quantization: the same few buffers for every slice of every tensor. */
export interface Scratch {
  /** Blocks as they came from the file. */
  readonly raw: GPUBuffer;
  /** The same, as planes. */
  readonly planar: GPUBuffer;
  /** The same, as float32. */
  readonly x: GPUBuffer;
  /** Planes of the target format, when the slice is not written to a resident tensor. */
  readonly target: GPUBuffer;
  /** Blocks of the target format. */
  readonly packed: GPUBuffer;
  readonly sums: GPUBuffer;
  readonly readback: GPUBuffer;
}

/** `bytes` is a slice as float32 with room for the padding of planes. */
export async function createScratch(gpu: Gpu, bytes: number): Promise<Scratch> {
  const storage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const make = (label: string, size: number, usage = storage) =>
    gpu.memory.create(SCRATCH_OWNER, label, size, usage);
  return {
    raw: await make('source blocks', bytes),
    planar: await make('source planes', bytes),
    x: await make('float32', bytes),
    target: await make('target planes', bytes),
    packed: await make('target blocks', bytes),
    sums: await make('error sums', WORKERS * 16),
    readback: await make('readback', bytes, GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ),
  };
}
