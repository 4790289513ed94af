import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gpu, GpuOptions } from '../gpu/gpu';
import { attentionShape, decodeConstants, prefillConstants } from '../model/attention-shape';
import { type KvSplits, kvSplitCount, maxKvSplits } from '../model/kv-cache';
import { empty, testGpu, testOwner, upload } from '../testing/device';
import { noise } from '../util/random';
import { attentionCombine, attentionDecode, attentionPrefill, writeCache } from './kernels';

// Attention against float64 over awkward heads, splits and windows, in the shapes of a CPU and of hardware.

interface Case {
  readonly headDim: number;
  readonly heads: number;
  readonly kvHeads: number;
  /** Tokens in the cache before the last ones. */
  readonly before: number;
  /** Tokens of the pass; 1 is a decode step. */
  readonly tokens: number;
  readonly window: number;
  readonly splits?: KvSplits;
  readonly isNormed?: boolean;
}
const short: KvSplits = { shortest: 32, evenSplits: 32 };
const cases: readonly Case[] = [
  { headDim: 64, heads: 4, kvHeads: 1, before: 0, tokens: 1, window: 0 },
  { headDim: 64, heads: 7, kvHeads: 1, before: 300, tokens: 1, window: 0 },
  { headDim: 128, heads: 8, kvHeads: 2, before: 517, tokens: 1, window: 0, isNormed: true },
  { headDim: 80, heads: 3, kvHeads: 3, before: 130, tokens: 1, window: 0 },
  { headDim: 96, heads: 6, kvHeads: 2, before: 700, tokens: 1, window: 0, splits: short },
  { headDim: 256, heads: 2, kvHeads: 1, before: 270, tokens: 1, window: 100, splits: short },
  { headDim: 16, heads: 10, kvHeads: 2, before: 129, tokens: 1, window: 0, isNormed: true },
  { headDim: 64, heads: 4, kvHeads: 1, before: 0, tokens: 1, window: 0, splits: short },
  { headDim: 64, heads: 4, kvHeads: 2, before: 70, tokens: 9, window: 0 },
  { headDim: 128, heads: 3, kvHeads: 1, before: 300, tokens: 5, window: 0, isNormed: true },
  { headDim: 80, heads: 4, kvHeads: 4, before: 3, tokens: 33, window: 17 },
  { headDim: 256, heads: 8, kvHeads: 1, before: 0, tokens: 6, window: 0 },
  { headDim: 16, heads: 5, kvHeads: 1, before: 65, tokens: 70, window: 64 },
];
const EPSILON = 1e-5;

/** Attention of the last `tokens` rows in float64. */
function reference(c: Case, qkv: Float32Array, norm: Float32Array, table: Float32Array): number[] {
  const { headDim, heads, kvHeads, window } = c;
  const width = (heads + 2 * kvHeads) * headDim;
  const half = headDim / 2;
  const head = (position: number, index: number, weights: number | undefined): number[] => {
    const at = position * width + index * headDim;
    let v = [...qkv.subarray(at, at + headDim)];
    if (weights === undefined) return v;
    if (c.isNormed) {
      const rms = Math.sqrt(v.reduce((s, a) => s + a * a, 0) / headDim + EPSILON);
      v = v.map((a, d) => (a / rms) * norm[weights + d]!);
    }
    return v.map((a, d) => {
      const pair = d % half;
      const [cos, sin] = [table[2 * (position * half + pair)]!, table[2 * (position * half + pair) + 1]!];
      return d < half ? a * cos - v[d + half]! * sin : v[d - half]! * sin + a * cos;
    });
  };
  const out: number[] = [];
  const total = c.before + c.tokens;
  const keys = Array.from({ length: total }, (_, p) =>
    Array.from({ length: kvHeads }, (_, k) => head(p, heads + k, headDim)),
  );
  for (let p = c.before; p < total; p++)
    for (let h = 0; h < heads; h++) {
      const kv = Math.floor(h / (heads / kvHeads));
      const q = head(p, h, 0);
      const first = window > 0 ? Math.max(0, p + 1 - window) : 0;
      const scores: number[] = [];
      for (let i = first; i <= p; i++) scores.push(keys[i]![kv]!.reduce((s, k, d) => s + k * q[d]!, 0) * 0.3);
      const top = Math.max(...scores);
      const probs = scores.map((s) => Math.exp(s - top));
      const sum = probs.reduce((a, b) => a + b, 0);
      const y = new Array<number>(headDim).fill(0);
      for (let i = first; i <= p; i++) {
        const v = head(i, heads + kvHeads + kv, undefined);
        for (let d = 0; d < headDim; d++) y[d]! += (probs[i - first]! / sum) * v[d]!;
      }
      out.push(...y);
    }
  return out;
}

describe.each<{ name: string; options: GpuOptions; some: readonly Case[] }>([
  { name: 'as the adapter wants it', options: {}, some: cases.filter((_, i) => i % 2 === 0) },
  { name: 'as for hardware', options: { hardware: true }, some: cases },
  {
    name: 'as for hardware, without subgroups',
    options: { hardware: true, subgroup: 'shared' },
    some: cases.filter((_, i) => i % 4 === 2),
  },
])('attention shaped $name', ({ options, some }) => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await testGpu(options);
  });
  afterAll(() => testOwner(gpu).dispose());

  test.each(some)('$tokens behind $before, $heads/$kvHeads heads of $headDim, window $window', async (c) => {
    const { headDim, heads, kvHeads, before, tokens, window } = c;
    const total = before + tokens;
    const width = (heads + 2 * kvHeads) * headDim;
    const qkv = noise(total * width, headDim + before);
    const norm = noise(2 * headDim, 9).map((v) => 1 + 0.2 * v);
    const angles = noise((total * headDim) / 2, 4);
    const table = new Float32Array(total * headDim);
    for (const [i, a] of angles.entries()) table.set([Math.cos(3 * a), Math.sin(3 * a)], 2 * i);
    const context = Math.ceil(total / 32) * 32;
    const owned = {
      rotation: await upload(gpu, table),
      head_norm: await upload(gpu, norm),
      k_cache: await empty(gpu, context * kvHeads * headDim * 4),
      v_cache: await empty(gpu, context * kvHeads * headDim * 4),
    };
    const y = await empty(gpu, tokens * heads * headDim * 4);
    const shape = { ...attentionShape(gpu), ...(c.splits ? { splits: c.splits } : {}) };
    const constants = {
      HEAD_DIM: headDim,
      HEAD_NORM: c.isNormed ? 1 : 0,
      NEOX: 1,
      ROTARY: headDim,
      DEEP: gpu.onCpu ? 1 : 0,
    };
    const slots = { kv: 'kv/f32', kv_store: 'kv/f32-store' };
    const head = { heads, kv_heads: kvHeads, epsilon: EPSILON, kv_scales: 0 };
    const view = { scale: 0.3, cap: 0, window };
    const arena = await gpu.arena(testOwner(gpu), 8);
    const rows = async (first: number, count: number) => ({
      state: await upload(gpu, Uint32Array.of(first, count, 0, 0)),
      qkv: await upload(gpu, qkv.slice(first * width, (first + count) * width)),
    });
    const units = kvHeads * Math.ceil(headDim / 32);
    const write = async (first: number, count: number) =>
      gpu
        .kernel(writeCache, slots, constants)
        .dispatch({ ...owned, ...(await rows(first, count)) }, head, [Math.ceil(units / 32), count], arena);
    const steps = before > 0 ? [await write(0, before)] : [];
    const last = await rows(before, tokens);
    if (tokens > 1) {
      steps.push(await write(before, tokens));
      const kernel = gpu.kernel(attentionPrefill, slots, { ...constants, ...prefillConstants(gpu, shape) });
      const grid = [kvHeads, Math.ceil((tokens * heads) / kvHeads / 4)] as const;
      steps.push(kernel.dispatch({ ...owned, ...last, y }, { ...head, ...view }, grid, arena));
    } else {
      const sets = Math.ceil(heads / kvHeads / 4);
      const count = kvSplitCount(total, window, shape.splits);
      const { shortest, evenSplits } = shape.splits;
      const splits = { shortest, even_splits: evenSplits, max_splits: maxKvSplits(context) };
      const parts = await empty(gpu, heads * splits.max_splits * (headDim + 4) * 4);
      const ROWS = Math.ceil(heads / kvHeads / sets);
      const kernel = gpu.kernel(attentionDecode, slots, {
        ...constants,
        ...decodeConstants(gpu, shape, headDim),
        ROWS,
      });
      const params = { ...head, ...view, ...splits };
      steps.push(kernel.dispatch({ ...owned, ...last, parts, y }, params, [kvHeads * sets, count], arena));
      if (count > 1)
        steps.push(
          gpu
            .kernel(attentionCombine, {}, { WIDTH: gpu.onCpu ? 32 : 128 })
            .dispatch(
              { state: last.state, parts, y },
              { window, ...splits, quads: headDim / 4 },
              [heads],
              arena,
            ),
        );
    }
    gpu.submit(steps);
    const got = new Float32Array(await gpu.read(y, 0, tokens * heads * headDim * 4));
    const want = reference(c, qkv, norm, table);
    const worst = Math.max(...want.map((v, i) => Math.abs(v - got[i]!)));
    expect(worst).toBeLessThan(2e-5);
  });
});
