import { taskOf } from '../gpu/paced-queue';
import type { Gpu, Numerics } from '../gpu/gpu';
import * as ops from '../ops/kernels';
import { testSubgroup } from './subgroup-test';

const CASES = 16384;
const SAMPLES = 1024;
const { fround } = Math;

/**
 * Self-test of a device: tests subgroups and float arithmetic, and lets the quantizers use hardware division and square
 * root if both are correctly rounded. Takes a few milliseconds after the first compilation.
 */
export async function testNumerics(gpu: Gpu): Promise<Numerics> {
  const started = performance.now();
  await testSubgroup(gpu);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
  const owner = gpu.memory.owner('self-test');
  try {
    const counts = await owner.create('counts', 32, usage);
    const samples = await owner.create('samples', SAMPLES * 16, usage);
    const step = gpu
      .kernel(ops.numerics)
      .dispatch(
        { counts, samples },
        { cases: CASES, samples: SAMPLES, zero: 0 },
        [CASES / 64],
        await gpu.arena(owner, 1),
      );
    await gpu.paced.run([taskOf(step)]);
    const [division, constant, root, contraction, packing, denormals] = new Uint32Array(
      await gpu.read(counts, 0, 32),
    );
    const exact = (wrong: number | undefined) => (wrong === 0 ? 'exact' : 'approximate');
    const facts: Numerics = {
      division: exact(division),
      constantDivision: exact(constant),
      squareRoot: exact(root),
      contraction: contraction !== 0,
      halfPacking: exact(packing),
      denormals: denormals === 0 ? 'kept' : 'flushed',
      integerArithmetic: checkSamples(new Float32Array(await gpu.read(samples, 0, SAMPLES * 16))),
      elapsedMs: performance.now() - started,
    };
    gpu.numerics = facts;
    gpu.arithmetic = facts.division === 'exact' && facts.squareRoot === 'exact' ? 'native' : 'integer';
    return facts;
  } finally {
    owner.dispose();
  }
}

/** Checks samples (a, b, a / b, sqrt(a)) against IEEE arithmetic on the CPU. */
function checkSamples(s: Float32Array): Numerics['integerArithmetic'] {
  for (let i = 0; i < s.length; i += 4) {
    const a = s[i]!;
    if (s[i + 2] !== fround(a / s[i + 1]!) || s[i + 3] !== fround(Math.sqrt(a))) return 'broken';
  }
  return 'exact';
}
