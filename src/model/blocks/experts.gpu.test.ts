import { describe, expect, test } from 'vitest';
import type { Gpu, GpuOptions } from '../../gpu/gpu';
import * as ops from '../../ops/kernels';
import { toDevice } from '../../quant/format';
import { formatByLabel } from '../../quant/registry';
import { pathsOf } from '../../device/product';
import { relativeError } from '../../testing/compare';
import { empty, testGpu, testOwner, upload } from '../../testing/device';
import { noise } from '../../util/random';
import { allocateTensors, joined } from '../device-tensor';
import { CodebookBuffers } from '../codebook-buffers';
import { type ComputePath, ROUNDED_BYTES } from '../runtime';
import { prefillPathOf, matmulDispatch, roundDispatch } from './matmul';

// No dimension is a multiple of a tile. One expert is chosen by every token, one by none.
const EXPERTS = 7;
const CHOSEN_BY_NONE = 4;
const USED = 3;
const TOKENS = 75;
const PAIRS = TOKENS * USED;
const ROWS = 70;
const COLS = 96;

const chosen = Uint32Array.from({ length: PAIRS }, (_, pair) => {
  const token = Math.floor(pair / USED);
  const others = [1, 2, 3, 5, 6];
  return [0, others[token % 5]!, others[(token + 1 + (Math.floor(token / 5) % 4)) % 5]!][pair % USED]!;
});

async function sortedPairs(gpu: Gpu): Promise<GPUBuffer> {
  const arena = await gpu.arena(testOwner(gpu), 1);
  const sorted = await empty(gpu, (EXPERTS + 1 + PAIRS) * 4);
  const state = await upload(gpu, Uint32Array.of(0, TOKENS, 0, 0));
  const buffers = { chosen: await upload(gpu, chosen), state, sorted };
  const sort = gpu.kernel(ops.sortPairs, {}, { EXPERTS });
  gpu.submit([sort.dispatch(buffers, { experts: EXPERTS, used: USED }, [1], arena)]);
  return sorted;
}

test('pairs are sorted by expert', async () => {
  const gpu = await testGpu();
  const sorted = await sortedPairs(gpu);
  const numbers = new Uint32Array(await gpu.read(sorted, 0, (EXPERTS + 1 + PAIRS) * 4));
  const starts = numbers.subarray(0, EXPERTS + 1);
  const pairs = numbers.subarray(EXPERTS + 1);
  for (let e = 0; e < EXPERTS; e++) {
    const own = [...pairs.subarray(starts[e], starts[e + 1])].sort((a, b) => a - b);
    expect(own).toEqual([...chosen.keys()].filter((pair) => chosen[pair] === e));
  }
  expect(starts[EXPERTS]).toBe(PAIRS);
  expect(starts[CHOSEN_BY_NONE]).toBe(starts[CHOSEN_BY_NONE + 1]);
  testOwner(gpu).dispose();
});

/** Relative error that the rounding of normal noise explains, by compute path. */
const MAX_ERROR: Record<ComputePath, number> = { int8: 2e-2, matrix: 2e-3, float16: 2e-3, float32: 1e-6 };

describe.each<{ name: string; options: GpuOptions }>([
  { name: 'as the adapter is', options: {} },
  { name: 'as for hardware', options: { hardware: true } },
])('prefill products of experts, $name', ({ options }) => {
  const cases = ['Q4_0', 'Q8_0', 'F16'].flatMap((label) => [
    { label, isGated: true, slabBytes: undefined },
    { label, isGated: false, slabBytes: undefined },
    // Slabs of 32 rows end within experts.
    { label, isGated: false, slabBytes: 32 * COLS * 2 + 64 },
  ]);
  test.each(cases)('$label, gated $isGated, slabs of $slabBytes', async ({ label, isGated, slabBytes }) => {
    const gpu = await testGpu({ ...options, ...(slabBytes ? { maxBindingBytes: slabBytes } : {}) });
    const format = formatByLabel(label);
    const stacks = isGated ? ['gates', 'ups'] : ['downs'];
    const outRows = stacks.length * ROWS;
    const bytes = format.encode(noise(outRows * EXPERTS * COLS, 1));
    const w = format.decode(bytes);
    const shapes = stacks.map((name) => ({ name, shape: [COLS, ROWS, EXPERTS] }));
    const codebooks = new CodebookBuffers(gpu, testOwner(gpu));
    const tensor = joined(await allocateTensors(gpu, testOwner(gpu), format, shapes, codebooks))!;
    const rowBytes = bytes.length / tensor.rows;
    for (const { buffer, firstRow, rows } of tensor.slabs) {
      const part = bytes.subarray(firstRow * rowBytes, (firstRow + rows) * rowBytes);
      gpu.device.queue.writeBuffer(buffer, 0, toDevice(format, part));
    }
    expect(tensor.slabs.length > 1).toBe(slabBytes !== undefined);
    // Gate and up projections of a token's experts read the same row, down projections one each.
    const pairsPerRow = isGated ? USED : 1;
    const rowCount = PAIRS / pairsPerRow;
    const values = noise(rowCount * COLS, 2);
    const want = new Float64Array(PAIRS * outRows);
    for (let pair = 0; pair < PAIRS; pair++)
      for (let r = 0; r < outRows; r++) {
        const row = Math.floor(r / ROWS) * EXPERTS * ROWS + chosen[pair]! * ROWS + (r % ROWS);
        const from = Math.floor(pair / pairsPerRow) * COLS;
        for (let c = 0; c < COLS; c++) want[pair * outRows + r]! += w[row * COLS + c]! * values[from + c]!;
      }
    const x = await upload(gpu, values);
    const y = await empty(gpu, want.length * 4);
    const codes = await empty(gpu, values.length * 2);
    const scales = await empty(gpu, values.length);
    const sorted = await sortedPairs(gpu);
    const arena = await gpu.arena(testOwner(gpu), 256);
    for (const path of pathsOf(gpu).prefill.filter((p) => prefillPathOf(gpu, p, tensor) === p)) {
      arena.reset();
      gpu.device.queue.writeBuffer(y, 0, new Float32Array(want.length).fill(Number.NaN));
      const isRounded = ROUNDED_BYTES[path] > 0;
      const round = { path, x, cols: COLS, epsilon: 1e-5, codes, scales };
      const rounding = isRounded
        ? [{ ...roundDispatch(gpu, arena, round), workgroups: [rowCount] as const }]
        : [];
      const from = isRounded ? { x: codes, scales } : { x, scales: x };
      const routed = { experts: EXPERTS, isGated, pairsPerRow, sorted };
      const products = tensor.slabs.map((slab) => {
        const product = { path, tensor, slab, ...from, state: sorted, y, stride: outRows, routed };
        const { dispatch, tokensPerWorkgroup } = matmulDispatch(gpu, arena, product);
        const [width, , depth] = dispatch.workgroups;
        return { ...dispatch, workgroups: [width, Math.ceil(TOKENS / tokensPerWorkgroup), depth!] as const };
      });
      gpu.submit([...rounding, ...products]);
      const got = new Float32Array(await gpu.read(y, 0, want.length * 4));
      expect(relativeError(got, want), path).toBeLessThan(MAX_ERROR[path]);
    }
    gpu.check();
    testOwner(gpu).dispose();
  });
});
