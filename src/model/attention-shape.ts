import type { Gpu } from '../gpu/gpu';
import type { Constants } from '../gpu/kernel';
import type { KvSplits } from './kv-cache';

/** Work of a workgroup in the attention kernels. */
export interface AttentionShape {
  /** Subgroups that share a KV split in a decode step. */
  readonly decodeSubgroups: number;
  readonly splits: KvSplits;
  /** Sets of four query rows in a prefill pass, one a subgroup. */
  readonly rowSets: number;
  /** Positions of a prefill pass's tile. */
  readonly tile: number;
}

/** A CPU runs few workgroups at a time, so long KV splits cost less there than combining partial results. */
const ON_CPU: AttentionShape = {
  decodeSubgroups: 1,
  splits: { shortest: 256, longest: 256, evenSplits: 16 },
  rowSets: 1,
  tile: 256,
};
/** Reductions over more than a subgroup cost barriers, so a workgroup is one subgroup. */
const ONE_SUBGROUP: AttentionShape = { ...ON_CPU, splits: { shortest: 64, longest: 256, evenSplits: 16 } };

/** Threads of a decode workgroup. */
const DECODE_THREADS = 128;
const MOST_ROW_SETS = 4;
const TILE = 64;
/** Workgroup memory of the prefill kernel beside its row sets. */
const PREFILL_OTHER_BYTES = 512;

/** The shape for a device and heads of `headDim` dimensions. */
export function attentionShape(gpu: Gpu, headDim: number): AttentionShape {
  if (gpu.onCpu) return ON_CPU;
  if (!gpu.hasManySubgroups) return ONE_SUBGROUP;
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = gpu.device.limits;
  // Queries and sums of four rows, and their scores.
  const setBytes = 16 * (2 * headDim + TILE);
  const fits = Math.floor((maxComputeWorkgroupStorageSize - PREFILL_OTHER_BYTES) / setBytes);
  return {
    decodeSubgroups: Math.max(
      1,
      Math.min(DECODE_THREADS, maxComputeInvocationsPerWorkgroup) / gpu.subgroup.count,
    ),
    splits: { shortest: 128, longest: 256, evenSplits: 32 },
    rowSets: Math.max(1, Math.min(MOST_ROW_SETS, fits)),
    tile: TILE,
    ...gpu.attention,
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

/** Constants of the prefill kernel. */
export const prefillConstants = (gpu: Gpu, { rowSets, tile }: AttentionShape): Constants => ({
  ROW_SETS: rowSets,
  TILE: tile,
  POSITIONS: positionsOf(gpu, 0),
});
