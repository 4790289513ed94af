import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Gpu } from '../gpu/gpu';
import { empty, testGpu, testOwner, upload } from '../testing/device';
import { f16ToFloat } from '../util/half';
import { attentionPrefill } from './kernels';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await testGpu();
});
afterAll(() => testOwner(gpu).dispose());

test.each([0, 1])('every finite half of a cache is read exactly, DEEP %i', async (deep) => {
  // Each token attends only to itself, so its output is its value.
  const headDim = 64;
  const tokens = 65536 / headDim;
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => ((i & 0x7c00) === 0x7c00 ? 0 : i));
  const storage = {
    state: await upload(gpu, Uint32Array.of(0, tokens, 0, 0)),
    rotation: await empty(gpu, 16),
    qkv: await empty(gpu, tokens * 3 * headDim * 4),
    head_norm: await empty(gpu, 16),
    k_cache: await empty(gpu, 65536 * 2),
    v_cache: await upload(gpu, bits),
    y: await empty(gpu, 65536 * 4),
  };
  const params = { heads: 1, kv_heads: 1, epsilon: 0, kv_scales: 0, scale: 1, cap: 0, window: 1 };
  const kernel = gpu.kernel(attentionPrefill, { kv: 'kv/f16' }, { HEAD_DIM: headDim, DEEP: deep });
  gpu.submit([kernel.dispatch(storage, params, [1, tokens / 4], await gpu.arena(testOwner(gpu), 1))]);
  const got = new Float32Array(await gpu.read(storage.y, 0, 65536 * 4));
  const wrong = [...bits.keys()].filter((i) => got[i] !== f16ToFloat(bits[i]!));
  expect(wrong.map((i) => [bits[i], got[i]])).toEqual([]);
});
