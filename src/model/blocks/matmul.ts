import type { Gpu } from '../../gpu/gpu';
import type { Dispatch, UniformArena } from '../../gpu/kernel';
import * as ops from '../../ops/kernels';
import type { DeviceTensor, Slab } from '../device-tensor';
import type { ComputePath } from '../runtime';
import { hasCodes, productParams } from './matvec';

/** Prefill product Y = X W^T (tokens x rows) with its epilogue. */
export interface Matmul {
  readonly path: ComputePath;
  readonly tensor: DeviceTensor;
  readonly slab: Slab;
  /** Activations in float32, or rounded. */
  readonly x: GPUBuffer;
  /** Scales (and sums) of rounded activations; any buffer in float32. */
  readonly scales: GPUBuffer;
  readonly state: GPUBuffer;
  readonly y: GPUBuffer;
  /** Row stride of y, in elements. */
  readonly stride: number;
  readonly bias?: Slab | undefined;
  readonly accumulate?: boolean;
  readonly scale?: number;
  readonly cap?: number;
  readonly at?: number;
  /** Set if the tensor is a stack of experts. */
  readonly routed?: Routed | undefined;
}

/** Routing of tokens to the rows of a stack of experts. */
export interface Routed {
  readonly experts: number;
  /** The stack holds the gates of all experts, then their up projections; both are computed. */
  readonly isGated: boolean;
  /** (token, expert) pairs that read the same row of x. */
  readonly pairsPerRow: number;
  /** Output of ops/sort-pairs. */
  readonly sorted: GPUBuffer;
}

/** A dispatch whose grid has one row per `tokensPerWorkgroup` tokens. */
export interface BatchDispatch {
  readonly dispatch: Dispatch;
  readonly tokensPerWorkgroup: number;
}

/** Rounding of activation rows for a compute path. */
export interface Rounding {
  readonly path: ComputePath;
  readonly x: GPUBuffer;
  /** Weights of an RMS norm to apply first. */
  readonly norm?: GPUBuffer | undefined;
  readonly cols: number;
  readonly epsilon: number;
  readonly codes: GPUBuffer;
  readonly scales: GPUBuffer;
}

/** Rounds rows to int8, or to float16 for matrix units. One row per workgroup. */
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

/** Returns true if a product uses tiles in workgroup memory. */
const isTiled = (gpu: Gpu, cols: number): boolean => !gpu.onCpu && cols % 32 === 0;

/** Compute path of a prefill product if `wanted` is set: int8 needs codes, the others need rows of whole groups. */
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

/** Params that locate the rows of an expert in a stack. */
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

/** Picks the kernel: tiles in workgroup memory on GPUs, registers on CPU adapters and for rows that fit no group. */
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
