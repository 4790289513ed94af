import type { AdapterFacts } from '../gpu/adapter';
import type { Arithmetic, Gpu, Numerics } from '../gpu/gpu';
import type { Subgroup } from '../gpu/subgroups';
import { type ComputePaths, FAST } from '../model/runtime';
import { stagedRows } from '../model/blocks/matvec';
import type { StagedRows } from '../model/long-rows';
import { deepFreeze } from '../util/freeze';
import { testNumerics } from './numerics';
import { type Tuning, type TuningStore, tuningOf } from './tune';

/** Capabilities of a device, found before any other work on it. Frozen. */
export interface DeviceCapabilities {
  /** Vendor, architecture and description of the adapter. */
  readonly name: string;
  readonly facts: AdapterFacts;
  /** Kind and size of subgroups. */
  readonly subgroup: Subgroup;
  /** Compute paths of decode and prefill products. */
  readonly paths: ComputePaths;
  /** The longest rows that decode products compute by their path. */
  readonly staged: StagedRows;
  /** Measurements that chose the paths; null without. */
  readonly tuning: Tuning | null;
  /** Properties of float32 arithmetic from the self-test. */
  readonly numerics: Numerics;
  /** Division and square root of the quantizers: hardware if correctly rounded, else integer arithmetic. */
  readonly arithmetic: Arithmetic;
}

/**
 * Tests a device and chooses its kernels. Call it before any other work, because compiled kernels do not change.
 * Without a store it measures nothing and uses the default paths. Throws GpuError if the device fails.
 */
export async function findCapabilities(gpu: Gpu, tunings?: TuningStore): Promise<DeviceCapabilities> {
  await gpu.answers.measure(() => {
    gpu.submit([]);
    return gpu.done();
  });
  const numerics = await testNumerics(gpu);
  const tuning = await tuningOf(gpu, tunings);
  const paths = tuning?.paths ?? FAST;
  return deepFreeze({
    name: gpu.adapterName,
    facts: gpu.facts,
    subgroup: gpu.subgroup,
    paths,
    staged: stagedRows(gpu, paths.decode),
    tuning,
    numerics,
    arithmetic: gpu.arithmetic,
  });
}
