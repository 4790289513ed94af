// Milliseconds of dispatches on a slow device, by a fixed table. Nothing of the engine's own estimates is in it.
import type { Extent } from '../../gpu/kernel';
import { weightsPerWorkgroup } from '../../quant/format';
import { quantFormats } from '../../quant/registry';

/** A dispatch as a price sees it: the label of its pipeline, constants, params by name, its grid and the pass. */
export interface Priced {
  readonly label: string;
  readonly constants: Readonly<Record<string, number>>;
  readonly params: Readonly<Record<string, number>>;
  readonly grid: readonly [x: number, y: number, z: number];
  readonly extent: Extent;
}

const SEARCHED_PER_MS = 2.5e3;
const ENCODED_PER_MS = 1e5;
const FLOPS_PER_MS = 1e8;
const BYTES_PER_MS = 3e7;
const GAP_MS = 0.005;

/** A workgroup's tile of the products, by kernel: rows and tokens. A tile that is not full costs as much. */
const TILES: Readonly<Record<string, readonly [rows: number, tokens: number]>> = {
  'ops/matmul': [256, 8],
  'ops/matmul-int8': [128, 8],
  'ops/matmul-tile': [64, 32],
  'ops/matmul-matrix': [64, 64],
};

/** As many of `all` as `count` workgroups do that take `each` from `first_workgroup` on. */
const share = (all: number, each: number, count: number, { params }: Priced): number =>
  Math.max(0, Math.min(all - params.first_workgroup! * each, count * each));

/** Rows of a matrix that workgroups of a decode product read. */
const decodedRows = (all: number, count: number, priced: Priced): number =>
  share(all, 4 * priced.params.tiles! * priced.constants.SUBGROUPS!, count, priced);

function encodeMs(format: (typeof quantFormats)[number], workgroups: number, priced: Priced): number {
  const weights = share(priced.params.elements!, weightsPerWorkgroup(format), workgroups, priced);
  return weights / (format.codebook ? SEARCHED_PER_MS : ENCODED_PER_MS);
}

/** Milliseconds of a copy at full speed. */
export const copyMs = (bytes: number): number => GAP_MS + (2 * bytes) / BYTES_PER_MS;

/** Milliseconds at full speed. */
export function priceMs(dispatch: Priced): number {
  const { label, constants, params, extent } = dispatch;
  const [x, y, z] = dispatch.grid;
  const workgroups = x * y * z;
  const [shader = ''] = label.split(' ');
  const id = /quant\/(\w+)/.exec(label)?.[1];
  const format = quantFormats.find((f) => f.id === id);
  const of = (flops: number, bytes: number) => GAP_MS + Math.max(flops / FLOPS_PER_MS, bytes / BYTES_PER_MS);
  const { rows = 0, cols = 0, vocabulary = 0 } = params;
  const product = (flops: number, readRows: number) =>
    of(flops, (readRows * cols * format!.block.bytes) / format!.block.size);
  const { heads: queryHeads = 0, kv_heads: keyHeads = 1 } = params;
  const { HEAD_DIM = 0, ROWS = 1, GATED = 0, MIX = 0 } = constants;
  // Workgroups in x share the heads.
  const heads = (queryHeads * HEAD_DIM * x) / keyHeads;
  const sets = Math.ceil(queryHeads / keyHeads / ROWS);
  const seen = params.window ? Math.min(params.window, extent.positions) : extent.positions;
  switch (shader) {
    case 'ops/quantize':
      return GAP_MS + encodeMs(format!, workgroups, dispatch);
    case 'ops/matvec': {
      const own = decodedRows(rows, workgroups, dispatch);
      return product(2 * own * cols, own);
    }
    case 'ops/expert-matvec': {
      const own = decodedRows(params.expert_rows! * (1 + GATED), x, dispatch) * (MIX ? params.used! : y);
      return product(2 * own * cols, own);
    }
    case 'ops/matmul':
    case 'ops/matmul-int8':
    case 'ops/matmul-tile':
    case 'ops/matmul-matrix':
      return product(
        2 * workgroups * TILES[shader]![0] * TILES[shader]![1] * cols,
        z * share(rows, TILES[shader]![0], x, dispatch),
      );
    case 'ops/attention-prefill':
      return of(4 * heads * extent.tokens * seen, 0);
    case 'ops/attention-decode':
      return of((4 * heads * seen) / sets, (4 * heads * seen) / sets);
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
    case 'ops/numerics':
      return of(64 * 2000 * workgroups, 0);
    case 'ops/probe-read':
      return of(0, 16 * constants.WIDTH! * params.per_invocation! * workgroups);
    case 'ops/row-spread':
      return of(0, 4 * rows * cols);
    default:
      return of(0, workgroups * Math.max(64 * 32, 8 * cols));
  }
}
