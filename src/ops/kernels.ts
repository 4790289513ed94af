import { defineKernel, workgroupCount } from '../gpu/kernel';
import * as attention from './attention-kernels';
import * as checkpoint from './checkpoint-kernels';
import * as measure from './measure-kernels';

export * from './attention-kernels';
export * from './checkpoint-kernels';
export * from './measure-kernels';

// The kernels of the engine. Bindings and params repeat those of the .wgsl files; Kernel throws if they differ.

const planes = { plane1: 'u32', plane2: 'u32', plane3: 'u32' } as const;
const weight = { w4: 'read', w: 'read' } as const;
// `points` is the codec's codebook (src/model/codebook-buffers.ts). Formats without one bind any buffer.

/** f32 -> device planes. Slots `codec` and `importance`. */
export const quantize = defineKernel({
  shader: 'ops/quantize',
  bindings: { x: 'read', w: 'read_write', importance: 'read', spread: 'read', search: 'read' },
  params: {
    elements: 'u32',
    first_workgroup: 'u32',
    first_block: 'u32',
    ...planes,
    cols: 'u32',
    first_row: 'u32',
    matrix_rows: 'u32',
    zero: 'u32',
  },
  cut: 'workgroups',
});
/** Mean square of each row, for formats with `rowSpread`. */
export const rowSpread = defineKernel({
  shader: 'ops/row-spread',
  bindings: { x: 'read', spread: 'read_write' },
  params: { rows: 'u32', cols: 'u32', zero: 'u32' },
  operations: ({ cols }) => 64 * 8 * cols,
});
/** Device planes -> f32. Slots `codec` and `rounding`. */
export const dequantize = defineKernel({
  shader: 'ops/dequantize',
  bindings: { ...weight, x: 'read_write', points: 'read' },
  params: { quads: 'u32', first_quad: 'u32', ...planes, zero: 'u32' },
});
/** Sums of squared error and squares, count of non-finite values. Slot `codec`. */
export const errorStats = defineKernel({
  shader: 'ops/error-stats',
  bindings: { ...weight, x: 'read', sums: 'read_write', points: 'read' },
  params: { quads: 'u32', elements: 'u32', first_quad: 'u32', ...planes, workers: 'u32' },
  operations: ({ quads }, _, workgroups) => (160 * quads) / workgroups[0],
});
/** GGUF blocks -> one device plane. */
export const unpack = defineKernel({
  shader: 'ops/unpack',
  bindings: { gguf: 'read', w: 'read_write' },
  params: {
    words: 'u32',
    plane_bytes: 'u32',
    at: 'u32',
    block_bytes: 'u32',
    target_word: 'u32',
    blocks: 'u32',
  },
});
/** Device planes -> GGUF blocks. */
export const pack = defineKernel({
  shader: 'ops/pack',
  bindings: { w: 'read', gguf: 'read_write' },
  params: {
    words: 'u32',
    block_bytes: 'u32',
    first_block: 'u32',
    blocks: 'u32',
    at1: 'u32',
    at2: 'u32',
    at3: 'u32',
    at0: 'u32',
    bytes0: 'u32',
    bytes1: 'u32',
    bytes2: 'u32',
    bytes3: 'u32',
    ...planes,
  },
});
/** Writes rows of the token embedding, or adds rows of the position table. Slot `codec`. */
export const embed = defineKernel({
  shader: 'ops/embed',
  bindings: { ...weight, tokens: 'read', state: 'read', x: 'read_write', points: 'read' },
  params: { cols: 'u32', first_row: 'u32', rows: 'u32', ...planes, scale: 'f32', positions: 'u32' },
  operations: () => 256 * 20,
});
export const rmsNorm = defineKernel({
  shader: 'ops/rms-norm',
  bindings: { x: 'read', weight: 'read', state: 'read', y: 'read_write' },
  params: { cols: 'u32', epsilon: 'f32', last: 'u32', accumulate: 'u32' },
  operations: ({ cols }) => 20 * cols,
});
export const layerNorm = defineKernel({
  shader: 'ops/layer-norm',
  bindings: { x: 'read', weight: 'read', bias: 'read', state: 'read', y: 'read_write' },
  params: { cols: 'u32', epsilon: 'f32', last: 'u32' },
  operations: ({ cols }) => 20 * cols,
});
/** RMS norm of parts of rows, in place. */
export const headNorm = defineKernel({
  shader: 'ops/head-norm',
  bindings: { weight: 'read', x: 'read_write' },
  params: { cols: 'u32', stride: 'u32', at: 'u32', epsilon: 'f32', weight_at: 'u32' },
  operations: ({ cols }) => 20 * cols,
});
/** Operations that take about as long as reading a weight of a product that uses it once. */
const READ_ONCE = 8;
/** Shape of W and the epilogue of a product (shaders/lib/product/epilogue.wgsl). */
const product = {
  rows: 'u32',
  cols: 'u32',
  base_row: 'u32',
  ...planes,
  accumulate: 'u32',
  has_bias: 'u32',
  bias_at: 'u32',
  scale: 'f32',
  cap: 'f32',
  at: 'u32',
} as const;
/** Decode product y = W x. Slots `codec`, `dot`, `output`; constants SUBGROUPS, NORM and, for staged x, STAGED. */
export const matvec = defineKernel({
  shader: 'ops/matvec',
  bindings: { ...weight, x: 'read', norm: 'read', y: 'read_write', points: 'read', bias: 'read' },
  params: { ...product, epsilon: 'f32', tiles: 'u32', partner: 'u32', first_workgroup: 'u32' },
  operations: ({ rows, cols }, _, workgroups) => (READ_ONCE * rows * cols) / workgroupCount(workgroups),
  cut: 'workgroups',
});
/** Prefill products Y = X W^T. `scales` belongs to rounded activations. */
const prefillInterface = {
  bindings: {
    ...weight,
    x: 'read',
    scales: 'read',
    batch: 'read',
    y: 'read_write',
    points: 'read',
    bias: 'read',
  },
  params: {
    ...product,
    stride: 'u32',
    slab_rows: 'u32',
    expert_rows: 'u32',
    partner: 'u32',
    pairs_per_row: 'u32',
    pairs_at: 'u32',
    first_workgroup: 'u32',
    first_expert: 'u32',
  },
  cut: 'columns of layers',
} as const;
/** Operations of a workgroup that owns a tile of the products. */
const productsOf =
  (rows: number, tokens: number) =>
  ({ cols }: { readonly cols: number }): number =>
    2 * rows * tokens * cols;
/** In float32. Slots `codec` and `rows`. */
export const matmul = defineKernel({
  shader: 'ops/matmul',
  ...prefillInterface,
  operations: productsOf(256, 8),
});
/** With int8 activations. Slots `codec` and `rows`. */
export const matmulInt8 = defineKernel({
  shader: 'ops/matmul-int8',
  ...prefillInterface,
  operations: productsOf(128, 8),
});
/** With tiles in workgroup memory. Slots `codec`, `tile` and `rows`. */
export const matmulTile = defineKernel({
  shader: 'ops/matmul-tile',
  ...prefillInterface,
  operations: productsOf(64, 32),
});
/** With subgroup matrices. Slots `codec`, `matrix` and `rows`. */
export const matmulMatrix = defineKernel({
  shader: 'ops/matmul-matrix',
  ...prefillInterface,
  operations: productsOf(64, 64),
});
/** Activation rows to float16. Constant NORM. */
export const rowsToF16 = defineKernel({
  shader: 'ops/rows-to-f16',
  bindings: { x: 'read', norm: 'read', halves: 'read_write', steps: 'read_write' },
  params: { cols: 'u32', epsilon: 'f32' },
  operations: ({ cols }) => 20 * cols,
});
/** Activation rows to int8. Constant NORM. */
export const quantizeRows = defineKernel({
  shader: 'ops/quantize-rows',
  bindings: { x: 'read', norm: 'read', codes: 'read_write', scales: 'read_write' },
  params: { cols: 'u32', epsilon: 'f32' },
  operations: ({ cols }) => 20 * cols,
});
/** activate(gate) * up. Slot `activation`. */
export const gated = defineKernel({
  shader: 'ops/gated',
  bindings: { gate_up: 'read', state: 'read', hidden: 'read_write' },
  params: { quads: 'u32', rows_per_token: 'u32' },
});
/** Activation in place. Slot `activation`. */
export const activate = defineKernel({
  shader: 'ops/activate',
  bindings: { state: 'read', hidden: 'read_write' },
  params: { quads: 'u32' },
});
/** Chooses the experts of each token and their routing weights. */
export const route = defineKernel({
  shader: 'ops/route',
  bindings: { logits: 'read', chosen: 'read_write', routing_weights: 'read_write' },
  params: { experts: 'u32', used: 'u32' },
});
/** Sorts (token, expert) pairs by expert. Constant EXPERTS. */
export const sortPairs = defineKernel({
  shader: 'ops/sort-pairs',
  bindings: { chosen: 'read', state: 'read', sorted: 'read_write' },
  params: { experts: 'u32', used: 'u32' },
});
/** Prefill: sums the expert outputs of each token. */
export const mixExperts = defineKernel({
  shader: 'ops/mix-experts',
  bindings: { parts: 'read', routing_weights: 'read', state: 'read', x: 'read_write' },
  params: { quads: 'u32', used: 'u32', scale: 'f32' },
});
/** Decode products of the chosen experts. Slots `codec`, `dot`, `activation`; constants of matvec, GATED and MIX. */
export const expertMatvec = defineKernel({
  shader: 'ops/expert-matvec',
  bindings: {
    ...weight,
    x: 'read',
    norm: 'read',
    chosen: 'read',
    routing_weights: 'read',
    y: 'read_write',
    points: 'read',
  },
  params: {
    rows: 'u32',
    cols: 'u32',
    first_row: 'u32',
    ...planes,
    expert_rows: 'u32',
    used: 'u32',
    at: 'u32',
    stride: 'u32',
    scale: 'f32',
    epsilon: 'f32',
    tiles: 'u32',
    partner: 'u32',
    first_workgroup: 'u32',
  },
  operations: ({ expert_rows, used, cols }, { GATED = 0, MIX = 0 }, workgroups) =>
    (READ_ONCE * expert_rows * (1 + GATED) * (MIX ? used : 1) * cols) / workgroups[0],
  cut: 'columns',
});
/** All kernels. Tests check that every shader has one and compile every variant. */
export const kernels = {
  quantize,
  rowSpread,
  dequantize,
  errorStats,
  unpack,
  pack,
  embed,
  rmsNorm,
  layerNorm,
  headNorm,
  matvec,
  matmul,
  matmulInt8,
  matmulTile,
  matmulMatrix,
  rowsToF16,
  quantizeRows,
  ...attention,
  gated,
  activate,
  route,
  sortPairs,
  mixExperts,
  expertMatvec,
  ...measure,
  ...checkpoint,
};
