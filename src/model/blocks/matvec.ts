import type { Gpu } from '../../gpu/gpu';
import { type Constants, type Dispatch, grid, type UniformArena } from '../../gpu/kernel';
import * as ops from '../../ops/kernels';
import type { QuantFormat } from '../../quant/format';
import type { Slots } from '../../wgsl/link';
import { type DeviceTensor, planeParams, type Slab } from '../device-tensor';
import type { StagedRows } from '../long-rows';
import type { ComputePath } from '../runtime';

/** Returns true if a format has integer codes, as integer dot products need. */
export const hasCodes = (format: QuantFormat): boolean => format.block.size > 1;

/** Compute paths of decode. */
type DecodePath = Exclude<ComputePath, 'matrix'>;

/** Bytes of workgroup memory per staged activation, including the head of its block. */
const STAGED_BYTES: Record<DecodePath, number> = { int8: 1 + 1 / 4, float16: 2 + 1 / 2, float32: 0 };
/** Other workgroup memory of the kernel. */
const OTHER_BYTES = 1408;

/** The longest rows that decode products can stage if `wanted` is set. */
export function stagedRows({ device: { features, limits } }: Gpu, wanted: ComputePath): StagedRows {
  const workgroupBytes = limits.maxComputeWorkgroupStorageSize;
  const isStaged = wanted === 'int8' || (wanted === 'float16' && features.has('shader-f16'));
  const maxColumns = isStaged ? Math.floor((workgroupBytes - OTHER_BYTES) / STAGED_BYTES[wanted]) : 0;
  return { maxColumns, workgroupBytes };
}

/** Compute path of a decode product if `wanted` is set. Float formats and rows too long to stage use float32. */
export function decodePathOf(gpu: Gpu, wanted: ComputePath, format: QuantFormat, cols: number): DecodePath {
  if (wanted === 'matrix' || !hasCodes(format)) return 'float32';
  return cols <= stagedRows(gpu, wanted).maxColumns ? wanted : 'float32';
}

/** Slots and constants of the decode kernels for a path and `cols` columns. */
export function dotOf(path: DecodePath, cols: number): { slots: Slots; constants: Constants } {
  if (path === 'float32') return { slots: { dot: 'lib/matvec/dot-f32' }, constants: {} };
  const staged = path === 'int8' ? 'lib/matvec/staged-int8' : 'lib/matvec/staged-f16';
  return { slots: { dot: 'lib/matvec/dot-staged', staged }, constants: { STAGED: cols } };
}

/** Sets of rows per workgroup: enough to amortize the rounding of x, few enough to fill the device. */
export function tilesFor(gpu: Gpu, sets: number): number {
  const [workgroups, max] = gpu.onCpu ? [16, 16] : [512, 4];
  return Math.max(1, Math.min(max, Math.floor(sets / workgroups)));
}

/** Decode product y = W x with its epilogue. */
export interface Matvec {
  readonly path: ComputePath;
  readonly tensor: DeviceTensor;
  readonly slab: Slab;
  readonly x: GPUBuffer;
  /** Weights of a fused RMS norm of x. */
  readonly norm?: GPUBuffer | undefined;
  readonly epsilon: number;
  readonly y: GPUBuffer;
  readonly bias?: Slab | undefined;
  /** Activation shader, if the rows are gates, then as many up projections. */
  readonly gates?: string;
  readonly accumulate?: boolean;
  readonly scale?: number;
  readonly cap?: number;
  /** Offset in y. */
  readonly at?: number;
}

/** Params shared by the kernels of products. */
export function productParams(p: Omit<Matvec, 'path' | 'x' | 'y' | 'epsilon'>) {
  const { tensor, slab, bias } = p;
  return {
    rows: slab.rows,
    cols: tensor.cols,
    base_row: slab.base / tensor.cols,
    ...planeParams(slab.layout),
    accumulate: p.accumulate ? 1 : 0,
    has_bias: bias ? 1 : 0,
    bias_at: bias ? bias.base + slab.firstRow : 0,
    scale: p.scale ?? 1,
    cap: p.cap ?? 0,
    at: p.at ?? 0,
  };
}

/** Dispatch of a decode product. */
export function matvecDispatch(gpu: Gpu, arena: UniformArena, p: Matvec): Dispatch {
  const { tensor, slab, x, norm } = p;
  // A set is four rows per subgroup, or two gates and their up projections.
  const partner = p.gates ? slab.rows / 2 : 0;
  const sets = Math.ceil((partner || slab.rows) / ((p.gates ? 2 : 4) * gpu.subgroupsPerWorkgroup));
  const tiles = tilesFor(gpu, sets);
  const dot = dotOf(decodePathOf(gpu, p.path, tensor.format, tensor.cols), tensor.cols);
  const kernel = gpu.kernel(
    ops.matvec,
    {
      codec: `quant/${tensor.format.id}`,
      ...dot.slots,
      output: p.gates ? 'lib/matvec/output-gated' : 'lib/matvec/output-rows',
      ...(p.gates ? { activation: p.gates } : {}),
    },
    { SUBGROUPS: gpu.subgroupsPerWorkgroup, NORM: norm ? 1 : 0, ...dot.constants },
  );
  const buffers = {
    w4: slab.buffer,
    w: slab.buffer,
    x,
    norm: norm ?? x,
    y: p.y,
    points: tensor.points,
    bias: p.bias?.buffer ?? x,
  };
  const params = { ...productParams(p), epsilon: p.epsilon, tiles, partner };
  return kernel.dispatch(buffers, params, grid(Math.ceil(sets / tiles)), arena);
}
