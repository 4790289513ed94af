/**
 * How the invocations of a subgroup add up: one subgroup (of the adapter's only size, or of a size that the shader asks for), several
 * subgroups of any size through workgroup memory, or workgroup memory alone.
 */
export type SubgroupKind = 'subgroup' | 'pinned' | 'mixed' | 'shared';

export interface Subgroup {
  readonly kind: SubgroupKind;
  readonly shader: `lib/subgroup/${SubgroupKind}`;
  /** Invocations of a subgroup. */
  readonly count: number;
}

const has = (device: GPUDevice, feature: string): boolean => device.features.has(feature as GPUFeatureName);

/** Whether a subgroup needs no barrier: then a workgroup can have several. */
export const isBarrierFree = ({ kind }: Subgroup): boolean => kind === 'subgroup' || kind === 'pinned';

/** Invocations in workgroup memory: right everywhere. */
export const SHARED: Subgroup = { kind: 'shared', shader: 'lib/subgroup/shared', count: 64 };

/** The invocations for a device; `asked` where the device can. */
export function subgroupOf(device: GPUDevice, asked?: SubgroupKind): Subgroup {
  const { subgroupMinSize: min, subgroupMaxSize: max } = device.adapterInfo;
  const usual = (): SubgroupKind => {
    if (min === max && min >= 4 && min <= 64) return 'subgroup';
    return has(device, 'subgroup-size-control') && min <= 64 ? 'pinned' : 'mixed';
  };
  const kind = has(device, 'subgroups') ? (asked ?? usual()) : 'shared';
  const size = Math.min(64, Math.max(min, Math.min(32, max)));
  if (kind === 'subgroup' || kind === 'pinned') return { kind, shader: `lib/subgroup/${kind}`, count: size };
  return kind === 'mixed' ? { kind, shader: 'lib/subgroup/mixed', count: 64 } : SHARED;
}
