import { taskOf } from '../gpu/paced-queue';
import type { Gpu } from '../gpu/gpu';
import * as ops from '../ops/kernels';

const WORKGROUPS = 4;
const SEED = 17;

/**
 * Tests the subgroup operations on the device and falls back to workgroup memory if they are wrong. Resolves to the
 * kind in use.
 */
export async function testSubgroup(gpu: Gpu): Promise<Gpu['subgroup']['kind']> {
  const { count } = gpu.subgroup;
  const invocations = WORKGROUPS * count * gpu.subgroupsPerWorkgroup;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
  const owner = gpu.memory.owner('self-test');
  try {
    const found = await owner.create('subgroup sums', invocations * 16, usage);
    const arena = await gpu.arena(owner, 1);
    const kernel = gpu.kernel(ops.subgroup, {}, { SUBGROUPS: gpu.subgroupsPerWorkgroup });
    const step = kernel.dispatch({ found }, { seed: SEED, zero: 0 }, [WORKGROUPS], arena);
    await gpu.paced.run([taskOf(step)]);
    const got = new Float32Array(await gpu.read(found, 0, invocations * 16));
    if (!addsUp(got, count)) gpu.emulateSubgroups();
    return gpu.subgroup.kind;
  } finally {
    owner.dispose();
  }
}

/** Sums of small whole numbers are exact in any order. */
function addsUp(got: Float32Array, count: number): boolean {
  const value = (at: number) => (at * 37 + SEED) % 61;
  for (let first = 0; 4 * first < got.length; first += count) {
    const members = Array.from({ length: count }, (_, i) => value(first + i));
    const want = [members.reduce((a, b) => a + b), Math.max(...members), members[3]!, count];
    for (let i = 4 * first; i < 4 * (first + count); i++) if (got[i] !== want[i % 4]) return false;
  }
  return true;
}
