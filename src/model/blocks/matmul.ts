import type { Gpu } from '../../gpu/gpu';
import type { Dispatch, UniformArena } from '../../gpu/kernel';
import * as ops from '../../ops/kernels';
import type { DeviceTensor, Slab } from '../device-tensor';
import type { Path } from '../runtime';
import { hasCodes, productParams } from './matvec';

/** Y = X W^T for many tokens, with everything around it. */
export interface Matmul {
  readonly path: Path;
  readonly tensor: DeviceTensor;
  readonly slab: Slab;
  /** Rows in float32, or what they were rounded to. */
  readonly x: GPUBuffer;
  /** Steps (and sums) of rounded rows; any buffer in float32. */
  readonly heads: GPUBuffer;
  readonly state: GPUBuffer;
  readonly y: GPUBuffer;
  /** Elements from row to row of y. */
  readonly stride: number;
  readonly bias?: Slab | undefined;
  readonly accumulate?: boolean;
  readonly scale?: number;
  readonly cap?: number;
  readonly at?: number;
}

/** A dispatch whose grid has one row for so many tokens. */
export interface BatchDispatch {
  readonly dispatch: Dispatch;
  readonly tokensPerWorkgroup: number;
}

/** Rows of activations, and where what a path makes of them goes. */
export interface Rounding {
  readonly path: Path;
  readonly x: GPUBuffer;
  /** Weights of the RMS norm that the rows go through first. */
  readonly norm?: GPUBuffer | undefined;
  readonly cols: number;
  readonly epsilon: number;
  readonly codes: GPUBuffer;
  readonly heads: GPUBuffer;
}

/** Rounds rows to int8, or for matrix units to float16: a workgroup a row. */
export function roundDispatch(gpu: Gpu, arena: UniformArena, p: Rounding): Dispatch {
  const { x, norm = x, codes, heads, cols, epsilon } = p;
  const constants = { NORM: p.norm ? 1 : 0 };
  const params = { cols, epsilon };
  return p.path === 'matrix'
    ? gpu
        .kernel(ops.halveRows, {}, constants)
        .dispatch({ x, norm, halves: codes, steps: heads }, params, [1], arena)
    : gpu.kernel(ops.quantizeRows, {}, constants).dispatch({ x, norm, codes, heads }, params, [1], arena);
}

/** Whether a product goes through workgroup memory. */
const isTiled = (gpu: Gpu, cols: number): boolean => !gpu.onCpu && cols % 32 === 0;

/** The path that a product takes where `wanted` is asked for: only codes become integers, only whole groups go in tiles. */
export function manyPathOf(
  gpu: Gpu,
  wanted: Path,
  { format, cols }: Pick<DeviceTensor, 'format' | 'cols'>,
): Path {
  if (wanted === 'int8' && hasCodes(format)) return 'int8';
  if (!isTiled(gpu, cols)) return 'float32';
  if (wanted === 'matrix' && gpu.matrixShader) return 'matrix';
  return wanted === 'float16' && gpu.device.features.has('shader-f16') ? 'float16' : 'float32';
}

const TILES: Record<Exclude<Path, 'matrix'>, string> = {
  int8: 'lib/tile-int8',
  float16: 'lib/tile-f16',
  float32: 'lib/tile-f32',
};

/** Picks the kernel: through workgroup memory on hardware, in registers on processors and for rows that fit no group. */
export function matmulDispatch(gpu: Gpu, arena: UniformArena, p: Matmul): BatchDispatch {
  const { tensor, slab, x, heads, state, y } = p;
  const codec = `quant/${tensor.format.id}`;
  const params = { ...productParams(p), stride: p.stride };
  const buffers = {
    w4: slab.buffer,
    w: slab.buffer,
    x,
    heads,
    state,
    y,
    points: tensor.points,
    bias: p.bias?.buffer ?? x,
  };
  const rows = (each: number) => [Math.ceil(slab.rows / each)] as const;
  if (p.path === 'matrix') {
    const { heads: steps, ...others } = buffers;
    const kernel = gpu.kernel(ops.matmulMatrix, { codec, matrix: gpu.matrixShader! });
    return {
      dispatch: kernel.dispatch({ ...others, steps }, params, rows(64), arena),
      tokensPerWorkgroup: 64,
    };
  }
  if (isTiled(gpu, tensor.cols)) {
    const kernel = gpu.kernel(ops.matmulTile, { codec, tile: TILES[p.path] });
    return { dispatch: kernel.dispatch(buffers, params, rows(64), arena), tokensPerWorkgroup: 32 };
  }
  const dispatch =
    p.path === 'int8'
      ? gpu.kernel(ops.matmulInt8, { codec }).dispatch(buffers, params, rows(128), arena)
      : gpu.kernel(ops.matmul, { codec }).dispatch(buffers, params, rows(256), arena);
  return { dispatch, tokensPerWorkgroup: 8 };
}
