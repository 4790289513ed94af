import { defineKernel } from '../gpu/kernel';
import * as measure from './measure-kernels';

export * from './measure-kernels';

// The kernels of the engine. Bindings and params repeat what each .wgsl states; Kernel throws if they differ.

const planes = { plane1: 'u32', plane2: 'u32', plane3: 'u32' } as const;
const weight = { w4: 'read', w: 'read' } as const;
// `points` is the codebook of the codec; for formats without one any buffer may be bound (src/model/codebook-buffers.ts).

/** f32 -> planes. Slots `codec` and `importance`. */
export const quantize = defineKernel({
  shader: 'ops/quantize',
  bindings: { x: 'read', w: 'read_write', importance: 'read', spread: 'read', search: 'read' },
  params: {
    elements: 'u32',
    first_block: 'u32',
    ...planes,
    cols: 'u32',
    first_row: 'u32',
    matrix_rows: 'u32',
    zero: 'u32',
  },
});
/** Mean square of each row, for the formats whose importance weights ask for it. */
export const rowSpread = defineKernel({
  shader: 'ops/row-spread',
  bindings: { x: 'read', spread: 'read_write' },
  params: { rows: 'u32', cols: 'u32', zero: 'u32' },
});
/** planes -> f32. Slots `codec` and `rounding`. */
export const dequantize = defineKernel({
  shader: 'ops/dequantize',
  bindings: { ...weight, x: 'read_write', points: 'read' },
  params: { quads: 'u32', first_quad: 'u32', ...planes, zero: 'u32' },
});
/** Squared error, squares and non-finite values. Slot `codec`. */
export const errorStats = defineKernel({
  shader: 'ops/error-stats',
  bindings: { ...weight, x: 'read', sums: 'read_write', points: 'read' },
  params: { quads: 'u32', elements: 'u32', first_quad: 'u32', ...planes, workers: 'u32' },
});
/** GGUF blocks -> one plane. */
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
/** Planes -> GGUF blocks. */
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
/** Token embedding lookup, or the position table onto it. Slot `codec`. */
export const embed = defineKernel({
  shader: 'ops/embed',
  bindings: { ...weight, tokens: 'read', state: 'read', x: 'read_write', points: 'read' },
  params: { cols: 'u32', first_row: 'u32', rows: 'u32', ...planes, scale: 'f32', positions: 'u32' },
});
export const rmsNorm = defineKernel({
  shader: 'ops/rms-norm',
  bindings: { x: 'read', weight: 'read', state: 'read', y: 'read_write' },
  params: { cols: 'u32', epsilon: 'f32', last: 'u32', accumulate: 'u32' },
});
export const layerNorm = defineKernel({
  shader: 'ops/layer-norm',
  bindings: { x: 'read', weight: 'read', bias: 'read', state: 'read', y: 'read_write' },
  params: { cols: 'u32', epsilon: 'f32', last: 'u32' },
});
/** Parts of rows, in place. */
export const headNorm = defineKernel({
  shader: 'ops/head-norm',
  bindings: { weight: 'read', x: 'read_write' },
  params: { cols: 'u32', stride: 'u32', at: 'u32', epsilon: 'f32', weight_at: 'u32' },
});
/** Rows of W in a buffer, and what a product passes through before it is stored (shaders/lib/epilogue.wgsl). */
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
/** One token. Slots `codec`, `dot` and `output`; constants SUBGROUP_SIZE, SUBGROUPS, NORM and, where x is rounded, STAGED. */
export const matvec = defineKernel({
  shader: 'ops/matvec',
  bindings: { ...weight, x: 'read', norm: 'read', y: 'read_write', points: 'read', bias: 'read' },
  params: { ...product, epsilon: 'f32', tiles: 'u32', partner: 'u32' },
});
/** Products of many tokens. `scales` is what rounded rows have besides. */
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
  },
} as const;
/** Many tokens in float32. Slots `codec` and `rows`. */
export const matmul = defineKernel({ shader: 'ops/matmul', ...prefillInterface });
/** Many tokens that are int8. Slots `codec` and `rows`. */
export const matmulInt8 = defineKernel({ shader: 'ops/matmul-int8', ...prefillInterface });
/** Many tokens, through workgroup memory. Slots `codec`, `tile` and `rows`. */
export const matmulTile = defineKernel({ shader: 'ops/matmul-tile', ...prefillInterface });
/** Many tokens by the matrix units of subgroups. Slots `codec`, `matrix` and `rows`; constant SUBGROUP_SIZE. */
export const matmulMatrix = defineKernel({ shader: 'ops/matmul-matrix', ...prefillInterface });
/** Activations to float16. Constant NORM. */
export const rowsToF16 = defineKernel({
  shader: 'ops/rows-to-f16',
  bindings: { x: 'read', norm: 'read', halves: 'read_write', steps: 'read_write' },
  params: { cols: 'u32', epsilon: 'f32' },
});
/** Activations to int8. Constant NORM. */
export const quantizeRows = defineKernel({
  shader: 'ops/quantize-rows',
  bindings: { x: 'read', norm: 'read', codes: 'read_write', scales: 'read_write' },
  params: { cols: 'u32', epsilon: 'f32' },
});
const headInputs = { state: 'read', rotation: 'read', qkv: 'read', head_norm: 'read' } as const;
const headParams = { heads: 'u32', kv_heads: 'u32', epsilon: 'f32', kv_scales: 'u32' } as const;
/** Keys and values of many tokens. Slots `kv` and `kv_store`; constants of shaders/lib/heads.wgsl. */
export const writeCache = defineKernel({
  shader: 'ops/write-cache',
  bindings: { ...headInputs, k_cache: 'read_write', v_cache: 'read_write' },
  params: headParams,
});
/** Many tokens. Slot `kv`; constants of shaders/lib/heads.wgsl. */
export const attentionPrefill = defineKernel({
  shader: 'ops/attention-prefill',
  bindings: { ...headInputs, k_cache: 'read', v_cache: 'read', y: 'read_write' },
  params: { ...headParams, scale: 'f32', cap: 'f32', window: 'u32' },
});
/** One token, its cache entry included. Slots `kv` and `kv_store`; constants of shaders/lib/heads.wgsl. */
export const attentionDecode = defineKernel({
  shader: 'ops/attention-decode',
  bindings: {
    ...headInputs,
    k_cache: 'read_write',
    v_cache: 'read_write',
    parts: 'read_write',
    y: 'read_write',
  },
  params: {
    ...headParams,
    scale: 'f32',
    cap: 'f32',
    window: 'u32',
    shortest: 'u32',
    max_splits: 'u32',
  },
});
/** Parts of a long context to one. */
export const attentionCombine = defineKernel({
  shader: 'ops/attention-combine',
  bindings: { state: 'read', parts: 'read', y: 'read_write' },
  params: { window: 'u32', shortest: 'u32', max_splits: 'u32', quads: 'u32' },
});
/** Slot `activation`. */
export const gated = defineKernel({
  shader: 'ops/gated',
  bindings: { gate_up: 'read', state: 'read', hidden: 'read_write' },
  params: { quads: 'u32', rows_per_token: 'u32' },
});
/** Slot `activation`. */
export const activate = defineKernel({
  shader: 'ops/activate',
  bindings: { state: 'read', hidden: 'read_write' },
  params: { quads: 'u32' },
});
/** Chooses experts. */
export const route = defineKernel({
  shader: 'ops/route',
  bindings: { logits: 'read', chosen: 'read_write', routing_weights: 'read_write' },
  params: { experts: 'u32', used: 'u32' },
});
/** Pairs of tokens with experts, by expert. Constant EXPERTS. */
export const sortPairs = defineKernel({
  shader: 'ops/sort-pairs',
  bindings: { chosen: 'read', state: 'read', sorted: 'read_write' },
  params: { experts: 'u32', used: 'u32' },
});
/** What experts gave to many tokens, added up. */
export const mixExperts = defineKernel({
  shader: 'ops/mix-experts',
  bindings: { parts: 'read', routing_weights: 'read', state: 'read', x: 'read_write' },
  params: { quads: 'u32', used: 'u32', scale: 'f32' },
});
/** Chosen experts of one token. Slots `codec`, `dot` and `activation`; constants SUBGROUP_SIZE, SUBGROUPS, NORM, GATED, MIX and, where x is rounded, STAGED. */
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
  },
});
/** Every kernel: the house test looks for a shader without one, and the validation test compiles all of them. */
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
  writeCache,
  attentionPrefill,
  attentionDecode,
  attentionCombine,
  gated,
  activate,
  route,
  sortPairs,
  mixExperts,
  expertMatvec,
  ...measure,
};
