import type { Gpu } from '../../gpu/gpu';
import { grid } from '../../gpu/kernel';
import * as ops from '../../ops/kernels';
import type { QuantFormat } from '../../quant/format';
import type { Input, LinearOptions, Product, Recorder } from './recorder';

/** Whether a format's weights are integer codes, which integer dot products take. */
export const hasCodes = (format: QuantFormat): boolean => format.block.size > 1;

/** Bytes of workgroup memory that a row of activations takes as int8, with what the kernel keeps besides. */
const stagedBytes = (cols: number): number => cols + cols / 4 + 1280;

/** Products of one token: four rows a team of lanes, or two gates and their partners. */
const ROWS_OF = { rows: 4, gated: 2 } as const;

/** How many sets of rows a workgroup goes through: enough to be worth its rounding of x, few enough to fill the device. */
function tilesFor(gpu: Gpu, sets: number): number {
  const [workgroups, most] = gpu.onCpu ? [16, 16] : [512, 4];
  return Math.max(1, Math.min(most, Math.floor(sets / workgroups)));
}

/** Records y = W x for one token. `partner` rows on lies what a gate lets through; 0 without gates. */
export function recordMatvec(
  g: Recorder,
  product: Product,
  input: Input,
  y: GPUBuffer,
  how: LinearOptions,
  partner = 0,
): void {
  const { gpu, r } = g;
  const { tensor, slab } = product;
  const output = partner > 0 ? 'gated' : 'rows';
  const isInt8 =
    r.paths.one === 'int8' &&
    hasCodes(tensor.format) &&
    stagedBytes(tensor.cols) <= gpu.device.limits.maxComputeWorkgroupStorageSize;
  const teams = gpu.teams;
  const outputs = partner > 0 ? partner : slab.rows;
  const sets = Math.ceil(outputs / (ROWS_OF[output] * teams));
  const tiles = tilesFor(gpu, sets);
  const kernel = gpu.kernel(
    ops.matvec,
    {
      codec: `quant/${tensor.format.id}`,
      dot: isInt8 ? 'lib/dot-int8' : 'lib/dot-f32',
      output: `lib/output-${output}`,
      ...g.activation,
    },
    { TEAMS: teams, NORM: input.norm ? 1 : 0, ...(isInt8 ? { STAGED: tensor.cols } : {}) },
  );
  const buffers = {
    w4: slab.buffer,
    w: slab.buffer,
    x: input.x,
    norm: input.norm ? g.vector(`${input.norm}.weight`) : input.x,
    y,
    points: tensor.points,
    bias: product.bias?.buffer ?? input.x,
  };
  const params = { ...g.productParams(product, how), epsilon: r.h.epsilon, tiles, partner };
  g.steps.push({ dispatch: kernel.dispatch(buffers, params, grid(Math.ceil(sets / tiles)), r.arena) });
}
