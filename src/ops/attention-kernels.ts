// The kernels of attention. Bindings and params repeat those of the .wgsl files; Kernel throws if they differ.
import { defineKernel } from '../gpu/kernel';
import { MAX_KV_SPLIT } from './max-kv-split';

const headInputs = { state: 'read', rotation: 'read', qkv: 'read', head_norm: 'read' } as const;
const headParams = { heads: 'u32', kv_heads: 'u32', epsilon: 'f32', kv_scales: 'u32' } as const;
/** Prefill: writes keys and values to the KV cache. Slots `kv` and `kv_store`; constants of lib/attention/heads. */
export const writeCache = defineKernel({
  shader: 'ops/write-cache',
  bindings: { ...headInputs, k_cache: 'read_write', v_cache: 'read_write' },
  params: headParams,
});
/** Prefill attention. Slot `kv`; constants of lib/attention/heads. */
export const attentionPrefill = defineKernel({
  shader: 'ops/attention-prefill',
  bindings: { ...headInputs, k_cache: 'read', v_cache: 'read', y: 'read_write' },
  params: { ...headParams, scale: 'f32', cap: 'f32', window: 'u32', first_workgroup: 'u32' },
  operations: (_, { HEAD_DIM = 128 }) => 16 * HEAD_DIM,
  repeats: ({ window }, { positions }) => (window > 0 ? Math.min(window, positions) : positions),
  cut: 'columns',
});
/** Decode attention and the token's cache write. Slots `kv` and `kv_store`; constants of lib/attention/heads. */
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
    even_splits: 'u32',
    max_splits: 'u32',
    first_workgroup: 'u32',
  },
  operations: (_, { HEAD_DIM = 128, ROWS = 4 }) => 4 * HEAD_DIM * ROWS * MAX_KV_SPLIT,
  cut: 'columns',
});
/** Combines the partial results of the KV splits. */
export const attentionCombine = defineKernel({
  shader: 'ops/attention-combine',
  bindings: { state: 'read', parts: 'read', y: 'read_write' },
  params: {
    window: 'u32',
    shortest: 'u32',
    even_splits: 'u32',
    max_splits: 'u32',
    quads: 'u32',
  },
});
