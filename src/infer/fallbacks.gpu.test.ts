// Some browsers lack something, which is emulated or done without: the results are the same.
import { afterEach, describe, expect, test } from 'vitest';
import { findCapabilities } from '../device/capabilities';
import { Gpu } from '../gpu/gpu';
import type { KvType } from '../model/kv-cache';
import { shadersFromDisk } from '../node/shaders';
import { ownGpu, testGpu } from '../testing/device';
import { tinyEngine, tinyIds } from '../testing/tiny-engine';
import { SMALL } from '../../bench/models/tiny-llama';

const opened: Gpu[] = [];
afterEach(() => {
  for (const gpu of opened.splice(0)) gpu.close();
});

/** Logits after a prompt and after another token, in the fast mode. */
async function logitsOf(gpu: Gpu, label: string, kvType: KvType): Promise<Float32Array[]> {
  const { engine, free } = await tinyEngine(gpu, SMALL, label, kvType, false);
  const ids = tinyIds(9);
  await engine.prefill(ids.slice(0, 8));
  const many = await engine.logits();
  await engine.prefill(ids);
  const one = await engine.logits();
  free();
  return [many, one];
}

describe('packed 4x8 integers that WGSL lacks', () => {
  // Between them all functions; that the other shaders compile with them is ops/shaders.gpu's.
  test.each([['Q3_K_S', 'Q4_0']] as const)(
    'are emulated: %s with a cache in %s has the same logits',
    async (label, kvType) => {
      const native = await testGpu();
      const without = await testGpu({ languageFeatures: new Set() });
      expect([native.facts.packed4x8, without.facts.packed4x8]).toEqual(['native', 'emulated']);
      expect(await logitsOf(without, label, kvType)).toEqual(await logitsOf(native, label, kvType));
    },
  );
});

describe('a browser that tells nothing of its adapter', () => {
  test('has subgroups of any size, no name, and passes the self-test', async () => {
    const known = await ownGpu();
    opened.push(known);
    Object.defineProperty(known.device, 'adapterInfo', { value: undefined });
    const gpu = new Gpu(known.device, shadersFromDisk());
    expect(gpu.subgroup.kind).toBe(
      gpu.device.features.has('subgroups' as GPUFeatureName) ? 'mixed' : 'shared',
    );
    const found = await findCapabilities(gpu);
    expect(found.name).toBe('unknown adapter');
    expect(found.facts.subgroupSizes).toEqual([0, 0]);
    expect(found.numerics.integerArithmetic).toBe('exact');
  });
});
