/**
 * How the lanes of a team add up: one subgroup (of the adapter's only size, or of a size that the shader asks for), several
 * subgroups of any size through workgroup memory, or workgroup memory alone.
 */
export type LaneKind = 'subgroup' | 'pinned' | 'mixed' | 'shared';

export interface Lanes {
  readonly kind: LaneKind;
  readonly shader: `lib/subgroup/${LaneKind}`;
  /** Lanes of a team. */
  readonly count: number;
}

const has = (device: GPUDevice, feature: string): boolean => device.features.has(feature as GPUFeatureName);

/** Whether a team needs no barrier: then a workgroup can have several. */
export const isBarrierFree = ({ kind }: Lanes): boolean => kind === 'subgroup' || kind === 'pinned';

/** Lanes in workgroup memory: right everywhere. */
export const SHARED: Lanes = { kind: 'shared', shader: 'lib/subgroup/shared', count: 64 };

/** The lanes for a device; `asked` where the device can. */
export function lanesOf(device: GPUDevice, asked?: LaneKind): Lanes {
  const { subgroupMinSize: min, subgroupMaxSize: max } = device.adapterInfo;
  const usual = (): LaneKind => {
    if (min === max && min >= 4 && min <= 64) return 'subgroup';
    return has(device, 'subgroup-size-control') && min <= 64 ? 'pinned' : 'mixed';
  };
  const kind = has(device, 'subgroups') ? (asked ?? usual()) : 'shared';
  const size = Math.min(64, Math.max(min, Math.min(32, max)));
  if (kind === 'subgroup' || kind === 'pinned') return { kind, shader: `lib/subgroup/${kind}`, count: size };
  return kind === 'mixed' ? { kind, shader: 'lib/subgroup/mixed', count: 64 } : SHARED;
}
