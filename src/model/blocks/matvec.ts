import type { Gpu } from '../../gpu/gpu';
import { type Constants, type Dispatch, grid, type UniformArena } from '../../gpu/kernel';
import * as ops from '../../ops/kernels';
import type { QuantFormat } from '../../quant/format';
import type { Slots } from '../../wgsl/link';
import { type DeviceTensor, planeParams, type Slab } from '../device-tensor';
import type { ComputePath } from '../runtime';

/** Whether a format's weights are integer codes, which integer dot products take. */
export const hasCodes = (format: QuantFormat): boolean => format.block.size > 1;

/** Paths of one token. */
type DecodePath = Exclude<ComputePath, 'matrix'>;

/** Bytes of workgroup memory that an activation takes where a workgroup rounds them, with what its block has besides. */
const STAGED_BYTES: Record<DecodePath, number> = { int8: 1 + 1 / 4, float16: 2 + 1 / 2, float32: 0 };
/** What a kernel keeps there besides. */
const OTHER_BYTES = 1280;

/** The path that a product takes where `wanted` is asked for: floats, and rows too long to stage, stay float32. */
export function decodePathOf(gpu: Gpu, wanted: ComputePath, format: QuantFormat, cols: number): DecodePath {
  const { features, limits } = gpu.device;
  if (wanted === 'matrix' || !hasCodes(format)) return 'float32';
  if (wanted === 'float16' && !features.has('shader-f16')) return 'float32';
  const fits = STAGED_BYTES[wanted] * cols + OTHER_BYTES <= limits.maxComputeWorkgroupStorageSize;
  return fits ? wanted : 'float32';
}

/** Slots and constants of a path's kernels for rows of so many columns. */
export function dotOf(path: DecodePath, cols: number): { slots: Slots; constants: Constants } {
  if (path === 'float32') return { slots: { dot: 'lib/matvec/dot-f32' }, constants: {} };
  const staged = path === 'int8' ? 'lib/matvec/staged-int8' : 'lib/matvec/staged-f16';
  return { slots: { dot: 'lib/matvec/dot-staged', staged }, constants: { STAGED: cols } };
}

/** How many sets of rows a workgroup goes through: enough to be worth its rounding of x, few enough to fill the device. */
export function tilesFor(gpu: Gpu, sets: number): number {
  const [workgroups, max] = gpu.onCpu ? [16, 16] : [512, 4];
  return Math.max(1, Math.min(max, Math.floor(sets / workgroups)));
}

/** y = W x for one token, with everything around it. */
export interface Matvec {
  readonly path: ComputePath;
  readonly tensor: DeviceTensor;
  readonly slab: Slab;
  readonly x: GPUBuffer;
  /** Weights of the RMS norm that x goes through. */
  readonly norm?: GPUBuffer | undefined;
  readonly epsilon: number;
  readonly y: GPUBuffer;
  readonly bias?: Slab | undefined;
  /** Shader of the activation, where rows are gates first and then as many that they let through. */
  readonly gates?: string;
  readonly accumulate?: boolean;
  readonly scale?: number;
  readonly cap?: number;
  /** Element of y that the first row gives. */
  readonly at?: number;
}

/** Parameters that the kernels of products share. */
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

export function matvecDispatch(gpu: Gpu, arena: UniformArena, p: Matvec): Dispatch {
  const { tensor, slab, x, norm } = p;
  // A set: four rows a subgroup, or two gates and their partners.
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
