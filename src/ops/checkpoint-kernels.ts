import { defineKernel } from '../gpu/kernel';

/** Planes of a checkpoint of another quantizer -> f32. Slot `decoder`. */
export const decodePlanes = defineKernel({
  shader: 'ops/decode-planes',
  bindings: { planes: 'read', x: 'read_write' },
  params: {
    quads: 'u32',
    first: 'u32',
    cols: 'u32',
    groups: 'u32',
    scales_at: 'u32',
    offsets_at: 'u32',
    groups_at: 'u32',
    values_at: 'u32',
    zero: 'u32',
  },
});
