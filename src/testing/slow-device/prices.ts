// Milliseconds of dispatches on a slow device, by a fixed table. Nothing of the engine's own estimates is in it.
import type { Extent } from '../../gpu/kernel';
import { weightsPerWorkgroup } from '../../quant/format';
import { quantFormats } from '../../quant/registry';

/** A dispatch as a price sees it: the label of its pipeline, constants, params by name, its grid and the pass. */
export interface Priced {
  readonly label: string;
  readonly constants: Readonly<Record<string, number>>;
  readonly params: Readonly<Record<string, number>>;
  readonly workgroups: number;
  readonly extent: Extent;
}

const SEARCHED_PER_MS = 2.5e3;
const ENCODED_PER_MS = 1e5;
const FLOPS_PER_MS = 1e8;
const BYTES_PER_MS = 3e7;
const GAP_MS = 0.005;

/** Products of a workgroup's tile, by kernel: rows times tokens. A tile that is not full costs as much. */
const TILES: Readonly<Record<string, number>> = {
  'ops/matmul': 256 * 8,
  'ops/matmul-int8': 128 * 8,
  'ops/matmul-tile': 64 * 32,
  'ops/matmul-matrix': 64 * 64,
};

function encodeMs(format: (typeof quantFormats)[number], { params, workgroups }: Priced): number {
  const each = weightsPerWorkgroup(format);
  const weights = Math.min(params.elements! - params.first_workgroup! * each, workgroups * each);
  return weights / (format.codebook ? SEARCHED_PER_MS : ENCODED_PER_MS);
}

/** Milliseconds at full speed. */
export function priceMs(dispatch: Priced): number {
  const { label, constants, params, workgroups, extent } = dispatch;
  const [shader = ''] = label.split(' ');
  const id = /quant\/(\w+)/.exec(label)?.[1];
  const format = quantFormats.find((f) => f.id === id);
  const of = (flops: number, bytes: number) => GAP_MS + Math.max(flops / FLOPS_PER_MS, bytes / BYTES_PER_MS);
  const weightBytes = (weights: number) => (weights * format!.block.bytes) / format!.block.size;
  const { rows = 0, cols = 0, vocabulary = 0 } = params;
  const heads = (params.heads ?? 0) * (constants.HEAD_DIM ?? 0);
  const seen = params.window ? Math.min(params.window, extent.positions) : extent.positions;
  switch (shader) {
    case 'ops/quantize':
      return GAP_MS + encodeMs(format!, dispatch);
    case 'ops/matvec':
    case 'ops/expert-matvec':
      return of(2 * rows * cols, weightBytes(rows * cols));
    case 'ops/matmul':
    case 'ops/matmul-int8':
    case 'ops/matmul-tile':
    case 'ops/matmul-matrix':
      return of(2 * workgroups * TILES[shader]! * cols, weightBytes(rows * cols));
    case 'ops/attention-prefill':
      return of(4 * heads * extent.tokens * seen, 0);
    case 'ops/attention-decode':
      return of(4 * heads * seen, 4 * heads * seen);
    case 'ops/error-stats':
      return of(0, 20 * params.quads!);
    case 'ops/column-squares':
      return of(0, 4 * cols * extent.tokens);
    case 'ops/survey':
    case 'ops/sample':
    case 'ops/penalize':
      return of(0, 4 * vocabulary);
    case 'ops/negative-log-likelihood':
    case 'ops/kl-divergence':
      return of(0, 8 * vocabulary * workgroups);
    case 'ops/row-spread':
      return of(0, 4 * rows * cols);
    default:
      return of(0, workgroups * Math.max(64 * 32, 8 * cols));
  }
}
