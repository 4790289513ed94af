import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gpu, GpuOptions } from '../gpu/gpu';
import { type Dispatch, grid, type UniformArena } from '../gpu/kernel';
import { planeParams } from '../model/device-tensor';
import { dotOf } from '../model/blocks/matvec';
import { CodebookBuffers } from '../model/codebook-buffers';
import { requiredImportance } from '../testing/importance';
import { deviceLayout, type QuantFormat, toDevice } from '../quant/format';
import { formatByLabel, quantFormats } from '../quant/registry';
import { empty, testGpu, testOwner, upload } from '../testing/device';
import { noise } from '../util/random';
import { rowsToF16, matmul, matmulInt8, matmulMatrix, matmulTile, matvec, quantizeRows } from './kernels';

async function run(gpu: Gpu, dispatches: Dispatch[], out: GPUBuffer, count: number): Promise<Float32Array> {
  gpu.submit(dispatches);
  return new Float32Array(await gpu.read(out, 0, count * 4));
}

/**
 * Kernels under test: one for each function of a codec (weights32, codes_of_span, codes32), for all formats; every
 * kernel, for a few formats; or those with subgroup reductions, for each kind of subgroup.
 */
type Extent = 'codec' | 'kernels' | 'sums';
interface Case {
  readonly format: QuantFormat;
  readonly rows: number;
  readonly cols: number;
  readonly extent: Extent;
}

const codecs = quantFormats.flatMap((format): Case[] => {
  const unit = format.block.size;
  const cols = Math.ceil(96 / unit) * unit;
  // Rows of 172 are not a multiple of 32; only float formats support them.
  return (unit === 1 ? [96, 172] : [cols]).map((c) => ({ format, rows: 33, cols: c, extent: 'codec' }));
});
// A float, a scale, a scale and a minimum, a superblock, a codebook, and computed codes (TQ1_0).
const full = ['F16', 'Q8_0', 'Q5_1', 'Q4_K', 'IQ2_XXS', 'TQ1_0'].map(
  (label): Case => ({ format: formatByLabel(label), rows: 130, cols: 256, extent: 'kernels' }),
);
const few = ['F16', 'Q8_0', 'Q4_K'].map(
  (label): Case => ({ format: formatByLabel(label), rows: 33, cols: 256, extent: 'sums' }),
);

describe.each<{ name: string; options: GpuOptions; cases: readonly Case[] }>([
  { name: 'subgroups', options: {}, cases: [...codecs, ...full] },
  { name: 'subgroups of a size that is asked for', options: { subgroup: 'pinned' }, cases: few },
  { name: 'subgroups of any size', options: { subgroup: 'mixed' }, cases: few },
  { name: 'workgroup memory', options: { subgroup: 'shared' }, cases: few },
  { name: 'several subgroups in a workgroup', options: { hardware: true }, cases: few },
  { name: 'rows in a loop', options: { rowsInLoop: true }, cases: few },
])('linear kernels with $name', ({ options, cases }) => {
  let gpu: Gpu;
  let arena: UniformArena;
  beforeAll(async () => {
    gpu = await testGpu({ rowsInLoop: false, ...options });
    arena = await gpu.arena(testOwner(gpu), 64);
    expect(gpu.subgroupsPerWorkgroup > 1).toBe(gpu.hasManySubgroups);
  });
  afterAll(() => testOwner(gpu).dispose());

  const titled = cases.map((c) => ({ ...c, name: `${c.format.label} ${c.rows} x ${c.cols}, ${c.extent}` }));
  test.each(titled)('$name', async ({ format, rows, cols, extent }) => {
    const isCoded = format.block.size > 1;
    // Another tensor's rows precede these in the buffer.
    const before = 4;
    const bytes = format.encode(noise((before + rows) * cols, rows), requiredImportance(format, cols));
    const w = format.decode(bytes).subarray(before * cols);
    const layout = deviceLayout(format, ((before + rows) * cols) / format.block.size);
    const weight = await upload(gpu, toDevice(format, bytes));
    const tokens = 35;
    const x = noise(tokens * cols, cols);
    const norms = noise(cols, 5).map((v) => 1 + 0.1 * v);
    const biases = noise(rows + 3, rows + 1);
    const xBuffer = await upload(gpu, x);
    const norm = await upload(gpu, norms);
    const state = await upload(gpu, Uint32Array.of(0, tokens, 0, 0));
    const y = await empty(gpu, tokens * rows * 4);
    const codes = await empty(gpu, tokens * cols);
    const scales = await empty(gpu, (tokens * cols) / 4);
    const halves = await empty(gpu, tokens * cols * 2);
    const bias = await upload(gpu, biases);
    const points = (await new CodebookBuffers(gpu, testOwner(gpu)).points(format)) ?? weight;
    const epsilon = 1e-5;
    const params = {
      rows,
      cols,
      base_row: before,
      ...planeParams(layout),
      accumulate: 0,
      has_bias: 1,
      bias_at: 3,
      scale: 0.5,
      cap: 0,
      at: 0,
    };
    arena.reset();
    const codec = `quant/${format.id}`;
    const decode = (path: 'int8' | 'float16' | 'float32', isNormed: boolean) => {
      const dot = dotOf(path, cols);
      const kernel = gpu.kernel(
        matvec,
        { codec, ...dot.slots, output: 'lib/matvec/output-rows' },
        { SUBGROUPS: gpu.subgroupsPerWorkgroup, NORM: isNormed ? 1 : 0, ...dot.constants },
      );
      const sets = Math.ceil(rows / (4 * gpu.subgroupsPerWorkgroup));
      return kernel.dispatch(
        { w4: weight, w: weight, x: xBuffer, norm, y, points, bias },
        { ...params, epsilon, tiles: 2, partner: 0 },
        grid(Math.ceil(sets / 2)),
        arena,
      );
    };
    const shared = { w4: weight, w: weight, scales, batch: state, y, points, bias };
    const slots = { codec, rows: 'lib/matmul/rows-all' };
    const noExperts = { slab_rows: rows, expert_rows: 0, partner: 0, pairs_per_row: 1, pairs_at: 0 };
    const prefillParams = { ...params, ...noExperts, stride: rows };
    const prefill = () =>
      gpu
        .kernel(matmul, slots)
        .dispatch(
          { ...shared, x: xBuffer },
          prefillParams,
          [Math.ceil(rows / 256), Math.ceil(tokens / 8)],
          arena,
        );
    const prefillInt8 = (isNormed: boolean) => [
      gpu
        .kernel(quantizeRows, {}, { NORM: isNormed ? 1 : 0 })
        .dispatch({ x: xBuffer, norm, codes, scales }, { cols, epsilon }, [tokens], arena),
      gpu
        .kernel(matmulInt8, slots)
        .dispatch(
          { ...shared, x: codes },
          prefillParams,
          [Math.ceil(rows / 128), Math.ceil(tokens / 8)],
          arena,
        ),
    ];
    const tile = (path: 'f32' | 'int8') =>
      gpu
        .kernel(matmulTile, { ...slots, tile: `lib/matmul/tile-${path}` })
        .dispatch(
          { ...shared, x: path === 'int8' ? codes : xBuffer },
          prefillParams,
          [Math.ceil(rows / 64), Math.ceil(tokens / 32)],
          arena,
        );
    const byMatrix = (isNormed: boolean) => [
      gpu
        .kernel(rowsToF16, {}, { NORM: isNormed ? 1 : 0 })
        .dispatch({ x: xBuffer, norm, halves, steps: scales }, { cols, epsilon }, [tokens], arena),
      gpu
        .kernel(matmulMatrix, { ...slots, matrix: gpu.matrixShader! })
        .dispatch(
          { ...shared, x: halves },
          prefillParams,
          [Math.ceil(rows / 64), Math.ceil(tokens / 64)],
          arena,
        ),
    ];
    const rms = Float64Array.from({ length: tokens }, (_, t) => {
      const squares = x.subarray(t * cols, (t + 1) * cols).reduce((sum, v) => sum + v * v, 0);
      return Math.sqrt(squares / cols + epsilon);
    });
    /** Maximum error relative to the sum of magnitudes, which bounds the error of float32 summation. */
    const worst = (got: Float32Array, isNormed: boolean, rounded: boolean): number => {
      let max = 0;
      for (let t = 0; t < got.length / rows; t++) {
        const input = Float64Array.from({ length: cols }, (_, c) =>
          isNormed ? (x[t * cols + c]! * norms[c]!) / rms[t]! : x[t * cols + c]!,
        );
        if (rounded) roundToInt8(input);
        for (let r = 0; r < rows; r++) {
          let want = biases[3 + r]! * 0.5;
          let terms = Math.abs(want);
          for (let c = 0; c < cols; c++) {
            const term = w[r * cols + c]! * input[c]! * 0.5;
            want += term;
            terms += Math.abs(term);
          }
          max = Math.max(max, Math.abs(got[t * rows + r]! - want) / terms);
        }
      }
      return max;
    };
    const isGrouped = cols % 32 === 0;
    // A value halfway between two codes may round either way, so a few codes may differ by one.
    const bound = 2e-3;
    const decodeBy = async (path: 'int8' | 'float16' | 'float32', isNormed: boolean) =>
      worst(await run(gpu, [decode(path, isNormed)], y, rows), isNormed, path === 'int8');
    const prefillBy = async (dispatches: Dispatch[], isNormed: boolean, isRounded: boolean) =>
      worst(await run(gpu, dispatches, y, tokens * rows), isNormed, isRounded);
    const both = extent === 'codec' ? [] : [false, true];
    expect(await decodeBy('float32', false)).toBeLessThan(1e-6);
    if (isCoded) expect(await decodeBy('int8', true)).toBeLessThan(bound);
    if (extent === 'codec') {
      if (!isGrouped) expect(await prefillBy([prefill()], false, false)).toBeLessThan(1e-6);
      if (isCoded)
        expect(await prefillBy([prefillInt8(false)[0]!, tile('int8')], false, true)).toBeLessThan(bound);
    }
    for (const isNormed of both) {
      expect(await decodeBy('float32', isNormed)).toBeLessThan(1e-6);
      if (isCoded) expect(await decodeBy('int8', isNormed)).toBeLessThan(bound);
      if (isCoded) expect(await prefillBy(prefillInt8(isNormed), isNormed, true)).toBeLessThan(bound);
      // Codes are exact; activations and sums of four products are rounded to 11 bits.
      if (isCoded && gpu.device.features.has('shader-f16'))
        expect(await decodeBy('float16', isNormed)).toBeLessThan(2 ** -10);
      // Weights and activations are rounded to 11 bits each.
      if (gpu.matrixShader)
        expect(await prefillBy(byMatrix(isNormed), isNormed, false)).toBeLessThan(2 ** -11);
    }
    if (extent === 'kernels') {
      expect(await prefillBy([prefill()], false, false)).toBeLessThan(1e-6);
      expect(await prefillBy([tile('f32')], false, false)).toBeLessThan(1e-6);
      if (isCoded)
        expect(await prefillBy([prefillInt8(false)[0]!, tile('int8')], false, true)).toBeLessThan(bound);
    }
    testOwner(gpu).dispose();
    arena = await gpu.arena(testOwner(gpu), 64);
  });
});

/** Rounds activations in place as shaders/lib/product/int8-blocks.wgsl does. */
function roundToInt8(x: Float64Array): void {
  for (let b = 0; b < x.length; b += 32) {
    const max = x.subarray(b, b + 32).reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    for (let i = b; i < b + 32; i++) x[i] = max > 0 ? (Math.round((x[i]! / max) * 127) * max) / 127 : 0;
  }
}
