import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gpu, GpuOptions } from '../gpu/gpu';
import { type Dispatch, grid, type UniformArena } from '../gpu/kernel';
import { planeParams } from '../model/device-tensor';
import { dotOf } from '../model/blocks/matvec';
import { kvTypes } from '../model/kv-cache';
import { CodebookBuffers } from '../model/codebook-buffers';
import { requiredImportance } from '../testing/importance';
import { deviceLayout, toDevice } from '../quant/format';
import { formatByLabel, quantFormats } from '../quant/registry';
import { empty, testGpu, upload } from '../testing/device';
import { shadersFromDisk } from '../node/gpu';
import { noise } from '../util/random';
import {
  rowsToF16,
  kernels,
  matmul,
  matmulInt8,
  matmulMatrix,
  matmulTile,
  matvec,
  quantizeRows,
} from './kernels';

async function run(gpu: Gpu, dispatches: Dispatch[], out: GPUBuffer, count: number): Promise<Float32Array> {
  gpu.submit(dispatches);
  return new Float32Array(await gpu.read(out, 0, count * 4));
}

describe.each<{ name: string; options: GpuOptions }>([
  { name: 'subgroups', options: {} },
  { name: 'subgroups of a size that is asked for', options: { subgroup: 'pinned' } },
  { name: 'subgroups of any size', options: { subgroup: 'mixed' } },
  { name: 'workgroup memory', options: { subgroup: 'shared' } },
])('linear kernels with $name', ({ options }) => {
  let gpu: Gpu;
  let arena: UniformArena;
  beforeAll(async () => {
    gpu = await testGpu(options);
    arena = await gpu.arena('test', 64);
  });
  afterAll(() => gpu.close());

  const shapes = [
    { rows: 33, cols: 96 },
    { rows: 130, cols: 256 },
    { rows: 5, cols: 172 },
  ];
  // Sums over invocations do not know the format: a few formats, each in one shape, will do for the other way to make them.
  const few = ['F16', 'Q8_0', 'Q5_1', 'Q4_K', 'IQ2_XXS', 'TQ1_0'];
  const fewer = options.subgroup === 'shared' ? few : few.slice(0, 3);
  const formats = options.subgroup ? quantFormats.filter((f) => fewer.includes(f.label)) : quantFormats;
  const cases = formats.flatMap((format) =>
    (options.subgroup || format.block.size === 256 ? shapes.slice(0, 2) : shapes)
      .map((s) => (format.block.size === 256 ? { ...s, cols: Math.ceil(s.cols / 256) * 256 } : s))
      .filter((s) => s.cols % format.block.size === 0)
      .map((s) => ({ format, ...s, name: `${format.label} ${s.rows} x ${s.cols}` })),
  );
  test.each(cases)('matvec and matmul: $name', async ({ format, rows, cols }) => {
    const isCoded = format.block.size > 1;
    const isInt8 = isCoded && cols % 32 === 0;
    // Rows of another tensor lie before these.
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
    const points = (await new CodebookBuffers(gpu, 'test').points(format)) ?? weight;
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
    const one = (path: 'int8' | 'float16' | 'float32', isNormed: boolean) => {
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
    const many = () =>
      gpu
        .kernel(matmul, slots)
        .dispatch(
          { ...shared, x: xBuffer },
          prefillParams,
          [Math.ceil(rows / 256), Math.ceil(tokens / 8)],
          arena,
        );
    const manyInt8 = (isNormed: boolean) => [
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
    /** Largest error relative to the sum of magnitudes: what summation in float32 is bound by. */
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
    expect(worst(await run(gpu, [one('float32', false)], y, rows), false, false)).toBeLessThan(1e-6);
    expect(worst(await run(gpu, [one('float32', true)], y, rows), true, false)).toBeLessThan(1e-6);
    expect(worst(await run(gpu, [many()], y, tokens * rows), false, false)).toBeLessThan(1e-6);
    if (cols % 32 === 0)
      expect(worst(await run(gpu, [tile('f32')], y, tokens * rows), false, false)).toBeLessThan(1e-6);
    if (cols % 32 === 0 && gpu.matrixShader)
      for (const isNormed of [false, true]) {
        // Weights and activations are rounded to 11 bits each.
        const got = await run(gpu, byMatrix(isNormed), y, tokens * rows);
        expect(worst(got, isNormed, false)).toBeLessThan(2 ** -11);
      }
    if (isInt8 && gpu.device.features.has('shader-f16'))
      for (const isNormed of [false, true]) {
        // Codes are exact, activations and sums of four products of them are rounded to 11 bits.
        const got = await run(gpu, [one('float16', isNormed)], y, rows);
        expect(worst(got, isNormed, false)).toBeLessThan(2 ** -10);
      }
    if (isInt8) {
      const tiled = [manyInt8(false)[0]!, tile('int8')];
      expect(worst(await run(gpu, tiled, y, tokens * rows), false, true)).toBeLessThan(2e-3);
      // A value halfway between two codes may go either way: some codes, out of all, may differ by one.
      const bound = 2e-3;
      expect(worst(await run(gpu, [one('int8', false)], y, rows), false, true)).toBeLessThan(bound);
      expect(worst(await run(gpu, [one('int8', true)], y, rows), true, true)).toBeLessThan(bound);
      expect(worst(await run(gpu, manyInt8(false), y, tokens * rows), false, true)).toBeLessThan(bound);
      expect(worst(await run(gpu, manyInt8(true), y, tokens * rows), true, true)).toBeLessThan(bound);
    }
    gpu.memory.release('test');
    arena = await gpu.arena('test', 64);
  });
});

/** Activations as shaders/lib/int8-blocks.wgsl rounds them, in place. */
function roundToInt8(x: Float64Array): void {
  for (let b = 0; b < x.length; b += 32) {
    const max = x.subarray(b, b + 32).reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    for (let i = b; i < b + 32; i++) x[i] = max > 0 ? (Math.round((x[i]! / max) * 127) * max) / 127 : 0;
  }
}

describe('every shader', () => {
  const q4_0 = formatByLabel('Q4_0');
  const f16 = formatByLabel('F16');
  test('has a kernel, and compiles in every variant', async () => {
    const sources = shadersFromDisk();
    const entries = [...sources.keys()].filter((path) => path.startsWith('ops/')).sort();
    expect(
      Object.values(kernels)
        .map((k) => k.shader)
        .sort(),
    ).toEqual(entries);
    for (const subgroup of [undefined, 'pinned', 'mixed', 'shared'] as const) {
      const gpu = await testGpu(subgroup ? { subgroup } : {});
      gpu.device.pushErrorScope('validation');
      for (const spec of Object.values(kernels)) {
        const code = sources.get(spec.shader)!;
        const lacks = code.includes('//#import matrix')
          ? !gpu.matrixShader && 'matrix units'
          : code.includes('enable f16;') && !gpu.device.features.has('shader-f16') && 'shader-f16';
        if (lacks) {
          process.stdout.write(
            `${spec.shader} did not compile: ${gpu.adapterName} (${gpu.subgroup.kind}) has no ${lacks}\n`,
          );
          continue;
        }
        // A kernel without the slot is the same for all that could fill it.
        const of = <T>(slot: string, all: readonly T[]) =>
          new RegExp(`^//#import ${slot}\\b`, 'm').test(code) ? all : all.slice(0, 1);
        const isInteger = code.includes('//#import lib/product/int8\n');
        const isTiled = code.includes('//#import tile');
        const paths = gpu.device.features.has('shader-f16')
          ? (['float32', 'int8', 'float16'] as const)
          : (['float32', 'int8'] as const);
        for (const format of /#import (codec|dot|tile)\b/.test(code) ? [q4_0, f16] : [q4_0])
          for (const path of of('dot', paths))
            for (const output of of('output|tile|rows', ['rows', 'gated']))
              for (const kv of of('(kv|kv_store)', kvTypes)) {
                if (
                  format.block.size === 1 &&
                  (isInteger || path !== 'float32' || (isTiled && output === 'gated'))
                )
                  continue;
                for (const importance of of('importance', ['none', 'matrix']))
                  gpu.kernel(
                    spec as typeof kernels.matvec,
                    {
                      codec: `quant/${format.id}`,
                      ...dotOf(path, 256).slots,
                      rows: `lib/matmul/rows-${output === 'rows' ? 'all' : 'routed'}`,
                      output: `lib/matvec/output-${output}`,
                      tile: `lib/matmul/tile-${output === 'rows' ? 'f32' : 'int8'}`,
                      matrix: gpu.matrixShader ?? '',
                      kv: `kv/${kv.toLowerCase()}`,
                      kv_store: `kv/${kv.toLowerCase()}-store`,
                      importance: `lib/encode/importance-${importance}`,
                      activation: `activation/${output === 'rows' ? 'silu' : 'gelu'}`,
                    },
                    { HEAD_DIM: 64, NORM: 1, HEAD_NORM: 1, STAGED: 256 },
                  );
              }
      }
      expect((await gpu.device.popErrorScope())?.message).toBeUndefined();
      gpu.check();
      gpu.close();
    }
  });
  test('binds at most eight storage buffers', () => {
    for (const spec of Object.values(kernels))
      expect(Object.keys(spec.bindings).length).toBeLessThanOrEqual(8);
  });
});
