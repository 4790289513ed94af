import type { BufferOwner } from '../gpu/memory';
import type { Gpu } from '../gpu/gpu';
import type { Dispatch, UniformArena } from '../gpu/kernel';
import { prefillPathOf, matmulDispatch, roundDispatch } from '../model/blocks/matmul';
import { matvecDispatch, decodePathOf } from '../model/blocks/matvec';
import type { DeviceTensor } from '../model/device-tensor';
import { type ComputePath, type ComputePaths, ROUNDED_BYTES } from '../model/runtime';
import { formatByLabel } from '../quant/registry';

// Single products, to check and to measure.

const EPSILON = 1e-5;

/** Compute paths of a device for block formats, for decode and prefill, filtered by `isWanted`. */
export function pathsOf(
  gpu: Gpu,
  isWanted: (count: keyof ComputePaths, path: ComputePath) => boolean = () => true,
): Record<keyof ComputePaths, ComputePath[]> {
  const shape = { format: formatByLabel('Q4_0'), cols: 32 };
  const all: readonly ComputePath[] = ['int8', 'matrix', 'float16', 'float32'];
  return {
    decode: all.filter(
      (path) => decodePathOf(gpu, path, shape.format, shape.cols) === path && isWanted('decode', path),
    ),
    prefill: all.filter((path) => prefillPathOf(gpu, path, shape) === path && isWanted('prefill', path)),
  };
}

/** Buffers of a product: activations, rounded activations and output. */
export interface ProductRows {
  readonly tokens: number;
  readonly x: GPUBuffer;
  readonly codes: GPUBuffer;
  readonly scales: GPUBuffer;
  readonly state: GPUBuffer;
  readonly y: GPUBuffer;
}

/** Allocates buffers for products of `tokens` x `cols` activations with `rows` x `cols` weights. */
export async function productRows(
  gpu: Gpu,
  owner: BufferOwner,
  tokens: number,
  rows: number,
  cols: number,
): Promise<ProductRows> {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const create = (name: string, bytes: number) => owner.create(name, bytes, usage);
  const state = await create('state', 16);
  gpu.device.queue.writeBuffer(state, 0, Uint32Array.of(0, tokens, 0, 0));
  return {
    tokens,
    state,
    x: await create('activations', tokens * cols * 4),
    codes: await create('rounded activations', tokens * cols * 2),
    scales: await create('steps', tokens * cols),
    y: await create('products', tokens * rows * 4),
  };
}

/** Decode product y = W x with the first row of x. */
export const decodeProduct = (
  gpu: Gpu,
  arena: UniformArena,
  path: ComputePath,
  tensor: DeviceTensor,
  { x, y }: ProductRows,
): Dispatch[] =>
  tensor.slabs.map((slab) =>
    matvecDispatch(gpu, arena, { path, tensor, slab, x, y, epsilon: EPSILON, at: slab.firstRow }),
  );

/** Prefill product Y = X W^T, after the rounding of X on paths that have one. */
export function prefillProduct(
  gpu: Gpu,
  arena: UniformArena,
  path: ComputePath,
  tensor: DeviceTensor,
  { tokens, x, codes, scales, state, y }: ProductRows,
): Dispatch[] {
  const isRounded = ROUNDED_BYTES[path] > 0;
  const from = isRounded ? { x: codes, scales } : { x, scales: x };
  const products = tensor.slabs.map((slab) => {
    const product = { path, tensor, slab, ...from, state, y, stride: tensor.rows, at: slab.firstRow };
    const { dispatch, tokensPerWorkgroup } = matmulDispatch(gpu, arena, product);
    const workgroups = [dispatch.workgroups[0], Math.ceil(tokens / tokensPerWorkgroup)] as const;
    return { ...dispatch, workgroups };
  });
  if (!isRounded) return products;
  const round = { path, x, cols: tensor.cols, epsilon: EPSILON, codes, scales };
  return [{ ...roundDispatch(gpu, arena, round), workgroups: [tokens] }, ...products];
}
