import type { AdapterFacts, Arithmetic, Gpu, Numerics } from '../gpu/gpu';
import type { Subgroup } from '../gpu/subgroups';
import { type ComputePaths, FAST } from '../model/runtime';
import { deepFreeze } from '../util/freeze';
import { testNumerics } from './numerics';
import { type Tuning, type TuningStore, tuningOf } from './tune';

/** Everything that the engine found out about a device before it gave it any work. Frozen. */
export interface DeviceCapabilities {
  /** Vendor, architecture and description of the adapter. */
  readonly name: string;
  readonly facts: AdapterFacts;
  /** The set of invocations that reduce together, and by which means. */
  readonly subgroup: Subgroup;
  /** Arithmetic of the products, for decode and for prefill. */
  readonly paths: ComputePaths;
  /** The measurements that chose the paths; null where none were made. */
  readonly tuning: Tuning | null;
  /** Rounding of float32 arithmetic, found by a self-test. */
  readonly numerics: Numerics;
  /** Division and square root of the quantizers: the hardware's where those are correctly rounded. */
  readonly arithmetic: Arithmetic;
}

/**
 * Tests a device and settles which kernels it gets. Runs before any other work on it: kernels that were compiled earlier
 * would keep what they were compiled with. Without a store nothing is timed and the usual paths are taken.
 *
 * @throws GpuError when the device fails in the tests.
 */
export async function findCapabilities(gpu: Gpu, tunings?: TuningStore): Promise<DeviceCapabilities> {
  const numerics = await testNumerics(gpu);
  const tuning = await tuningOf(gpu, tunings);
  return deepFreeze({
    name: gpu.adapterName,
    facts: gpu.facts,
    subgroup: gpu.subgroup,
    paths: tuning?.paths ?? FAST,
    tuning,
    numerics,
    arithmetic: gpu.arithmetic,
  });
}
