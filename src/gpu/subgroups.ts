/**
 * In this code a subgroup is the set of invocations that reduce together (sum, maximum, broadcast): a hardware
 * subgroup, or one emulated through workgroup memory. `subgroup`: a hardware subgroup of the adapter's only size.
 * `pinned`: a hardware subgroup of a size that the shader fixes. `mixed`: a workgroup of hardware subgroups of any
 * size, combined through workgroup memory. `shared`: a workgroup that reduces in workgroup memory alone.
 */
export type SubgroupKind = 'subgroup' | 'pinned' | 'mixed' | 'shared';

/** Invocations that reduce together in the kernels of a device, and the shader that does it. */
export interface Subgroup {
  readonly kind: SubgroupKind;
  readonly shader: `lib/subgroup/${SubgroupKind}`;
  /** Invocations in a subgroup. */
  readonly count: number;
}

const has = (device: GPUDevice, feature: string): boolean => device.features.has(feature as GPUFeatureName);

/** Returns true when reductions need no barrier. A workgroup can then have several subgroups. */
export const isBarrierFree = ({ kind }: Subgroup): boolean => kind === 'subgroup' || kind === 'pinned';

/** Works on every device. */
export const SHARED: Subgroup = { kind: 'shared', shader: 'lib/subgroup/shared', count: 64 };

/**
 * Picks the kind for a device; `asked` overrides the choice on devices with subgroups whose sizes are known. Where a
 * browser does not tell them, they may be any.
 */
export function subgroupOf(
  device: GPUDevice,
  { subgroupMinSize: min = 0, subgroupMaxSize: max = 0 }: Partial<GPUAdapterInfo>,
  asked?: SubgroupKind,
): Subgroup {
  const usual = (): SubgroupKind => {
    if (min === max && min >= 4 && min <= 64) return 'subgroup';
    return has(device, 'subgroup-size-control') && min > 0 && min <= 64 ? 'pinned' : 'mixed';
  };
  if (min === 0 && asked !== 'shared') asked = undefined;
  const kind = has(device, 'subgroups') ? (asked ?? usual()) : 'shared';
  const size = Math.min(64, Math.max(min, Math.min(32, max)));
  if (kind === 'subgroup' || kind === 'pinned') return { kind, shader: `lib/subgroup/${kind}`, count: size };
  return kind === 'mixed' ? { kind, shader: 'lib/subgroup/mixed', count: 64 } : SHARED;
}
