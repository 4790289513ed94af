import type { Gpu } from '../gpu/gpu';
import type { Constants } from '../gpu/kernel';
import type { KvSplits } from './kv-cache';

/** Work of a workgroup in the attention kernels. */
export interface AttentionShape {
  /** Subgroups that share a KV split in a decode step. */
  readonly decodeSubgroups: number;
  readonly splits: KvSplits;
  /** Positions of a prefill pass's tile. */
  readonly tile: number;
}

/** A CPU runs few workgroups at a time, so long KV splits cost less there than combining partial results. */
const ON_CPU: AttentionShape = {
  decodeSubgroups: 1,
  splits: { shortest: 256, evenSplits: 16 },
  tile: 256,
};
/** Reductions over more than a subgroup cost barriers, so a workgroup is one subgroup. */
const ONE_SUBGROUP: AttentionShape = { ...ON_CPU, splits: { shortest: 64, evenSplits: 16 } };

/** Threads of a decode workgroup. */
const DECODE_THREADS = 128;

/** The shape for a device. */
export function attentionShape(gpu: Gpu): AttentionShape {
  if (gpu.onCpu) return ON_CPU;
  if (!gpu.hasManySubgroups) return ONE_SUBGROUP;
  const threads = Math.min(DECODE_THREADS, gpu.device.limits.maxComputeInvocationsPerWorkgroup);
  return {
    decodeSubgroups: Math.max(1, threads / gpu.subgroup.count),
    splits: { shortest: 128, evenSplits: 32 },
    tile: 64,
  };
}

/** Positions whose scores an invocation computes at once. */
const positionsOf = (gpu: Gpu, threads: number): number =>
  gpu.onCpu ? 4 : threads >= DECODE_THREADS ? 1 : 2;

/** Constants of the decode kernel. */
export function decodeConstants(gpu: Gpu, { decodeSubgroups }: AttentionShape, headDim: number): Constants {
  const threads = decodeSubgroups * gpu.subgroup.count;
  return {
    SUBGROUPS: decodeSubgroups,
    POSITIONS: positionsOf(gpu, threads),
    VALUE_GROUPS: Math.max(1, Math.floor(threads / (headDim / 4))),
  };
}

/** Constants of the prefill kernel, whose workgroup is one subgroup. */
export const prefillConstants = (gpu: Gpu, { tile }: AttentionShape): Constants => ({
  TILE: tile,
  POSITIONS: positionsOf(gpu, gpu.subgroup.count),
});
