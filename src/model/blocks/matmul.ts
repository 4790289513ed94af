import type { Gpu } from '../../gpu/gpu';
import type { Dispatch, UniformArena } from '../../gpu/kernel';
import * as ops from '../../ops/kernels';
import type { DeviceTensor, Slab } from '../device-tensor';
import type { ComputePath } from '../runtime';
import { hasCodes, productParams } from './matvec';

/** Y = X W^T for many tokens, with everything around it. */
export interface Matmul {
  readonly path: ComputePath;
  readonly tensor: DeviceTensor;
  readonly slab: Slab;
  /** Rows in float32, or what they were rounded to. */
  readonly x: GPUBuffer;
  /** Steps (and sums) of rounded rows; any buffer in float32. */
  readonly scales: GPUBuffer;
  readonly state: GPUBuffer;
  readonly y: GPUBuffer;
  /** Elements from row to row of y. */
  readonly stride: number;
  readonly bias?: Slab | undefined;
  readonly accumulate?: boolean;
  readonly scale?: number;
  readonly cap?: number;
  readonly at?: number;
  /** The tensor is a stack of experts, and tokens go to those that they chose. */
  readonly routed?: Routed | undefined;
}

/** Rows of a stack of experts, and the tokens that they are for. */
export interface Routed {
  readonly experts: number;
  /** Rows of the stack are gates, and as many further on what they let through: both are made. */
  readonly isGated: boolean;
  /** Pairs of a token with an expert that read the same row of x. */
  readonly pairsPerRow: number;
  /** Of ops/sort-pairs. */
  readonly sorted: GPUBuffer;
}

/** A dispatch whose grid has one row for so many tokens. */
export interface BatchDispatch {
  readonly dispatch: Dispatch;
  readonly tokensPerWorkgroup: number;
}

/** Rows of activations, and where what a path makes of them goes. */
export interface Rounding {
  readonly path: ComputePath;
  readonly x: GPUBuffer;
  /** Weights of the RMS norm that the rows go through first. */
  readonly norm?: GPUBuffer | undefined;
  readonly cols: number;
  readonly epsilon: number;
  readonly codes: GPUBuffer;
  readonly scales: GPUBuffer;
}

/** Rounds rows to int8, or for matrix units to float16: a workgroup a row. */
export function roundDispatch(gpu: Gpu, arena: UniformArena, p: Rounding): Dispatch {
  const { x, norm = x, codes, scales, cols, epsilon } = p;
  const constants = { NORM: p.norm ? 1 : 0 };
  const params = { cols, epsilon };
  return p.path === 'matrix'
    ? gpu
        .kernel(ops.rowsToF16, {}, constants)
        .dispatch({ x, norm, halves: codes, steps: scales }, params, [1], arena)
    : gpu.kernel(ops.quantizeRows, {}, constants).dispatch({ x, norm, codes, scales }, params, [1], arena);
}

/** Whether a product goes through workgroup memory. */
const isTiled = (gpu: Gpu, cols: number): boolean => !gpu.onCpu && cols % 32 === 0;

/** The path that a product takes where `wanted` is asked for: only codes become integers, only whole groups go in tiles. */
export function prefillPathOf(
  gpu: Gpu,
  wanted: ComputePath,
  { format, cols }: Pick<DeviceTensor, 'format' | 'cols'>,
): ComputePath {
  if (wanted === 'int8' && hasCodes(format)) return 'int8';
  if (!isTiled(gpu, cols)) return 'float32';
  if (wanted === 'matrix' && gpu.matrixShader) return 'matrix';
  return wanted === 'float16' && gpu.device.features.has('shader-f16') ? 'float16' : 'float32';
}

const TILES: Record<Exclude<ComputePath, 'matrix'>, string> = {
  int8: 'lib/matmul/tile-int8',
  float16: 'lib/matmul/tile-f16',
  float32: 'lib/matmul/tile-f32',
};

const ALL_ROWS = { expert_rows: 0, partner: 0, pairs_per_row: 1, pairs_at: 0 };

/** Which rows of a stack are an expert's. */
function routedRows({ tensor, slab }: Matmul, { experts, isGated, pairsPerRow }: Routed) {
  const rows = tensor.rows / experts;
  return {
    rows,
    expert_rows: isGated ? rows / 2 : rows,
    partner: isGated ? tensor.rows / 2 : 0,
    base_row: slab.firstRow,
    pairs_per_row: pairsPerRow,
    pairs_at: experts + 1,
  };
}

/** Picks the kernel: through workgroup memory on hardware, in registers on processors and for rows that fit no group. */
export function matmulDispatch(gpu: Gpu, arena: UniformArena, p: Matmul): BatchDispatch {
  const { tensor, slab, x, scales, state, y } = p;
  const codec = `quant/${tensor.format.id}`;
  const { rows, ...routing } = p.routed ? routedRows(p, p.routed) : { rows: slab.rows, ...ALL_ROWS };
  const params = { ...productParams(p), ...routing, rows, slab_rows: slab.rows, stride: p.stride };
  const buffers = {
    w4: slab.buffer,
    w: slab.buffer,
    x,
    scales,
    batch: p.routed?.sorted ?? state,
    y,
    points: tensor.points,
    bias: p.bias?.buffer ?? x,
  };
  const slots = { codec, rows: p.routed ? 'lib/matmul/rows-routed' : 'lib/matmul/rows-all' };
  const [kernel, rowsEach, tokensPerWorkgroup] =
    p.path === 'matrix'
      ? [gpu.kernel(ops.matmulMatrix, { ...slots, matrix: gpu.matrixShader! }), 64, 64]
      : isTiled(gpu, tensor.cols)
        ? [gpu.kernel(ops.matmulTile, { ...slots, tile: TILES[p.path] }), 64, 32]
        : p.path === 'int8'
          ? [gpu.kernel(ops.matmulInt8, slots), 128, 8]
          : [gpu.kernel(ops.matmul, slots), 256, 8];
  const workgroups = [Math.ceil(rows / rowsEach), 1, p.routed?.experts ?? 1] as const;
  return { dispatch: kernel.dispatch(buffers, params, workgroups, arena), tokensPerWorkgroup };
}
