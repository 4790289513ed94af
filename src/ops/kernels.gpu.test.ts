import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gpu } from '../gpu/gpu';
import { type Dispatch, encode, grid, type UniformArena } from '../gpu/kernel';
import { planeParams } from '../model/device-tensor';
import { LatticeBuffers } from '../model/lattice-buffers';
import { requiredImportance } from '../testing/importance';
import { deviceLayout, toDevice } from '../quant/format';
import { quantFormats } from '../quant/registry';
import { empty, testGpu, upload } from '../testing/device';
import { shadersFromDisk } from '../cli/node-gpu';
import { noise } from '../util/random';
import { kernels, matmul, matvec } from './kernels';

async function run(gpu: Gpu, dispatches: Dispatch[], out: GPUBuffer, count: number): Promise<Float32Array> {
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  encode(pass, dispatches);
  pass.end();
  gpu.device.queue.submit([encoder.finish()]);
  return new Float32Array(await gpu.read(out, 0, count * 4));
}

describe.each([
  { name: 'subgroups', options: {} },
  { name: 'workgroup memory', options: { noSubgroups: true } },
])('linear kernels with $name', ({ options }) => {
  let gpu: Gpu;
  let arena: UniformArena;
  beforeAll(async () => {
    gpu = await testGpu(options);
    arena = await gpu.arena('test', 64);
  });
  afterAll(() => gpu.close());

  const shapes = [
    { rows: 1, cols: 32 },
    { rows: 33, cols: 256 },
    { rows: 130, cols: 96 },
    { rows: 5, cols: 172 },
  ];
  const cases = quantFormats.flatMap((format) =>
    shapes
      .map((s) => (format.block.size === 256 ? { ...s, cols: Math.ceil(s.cols / 256) * 256 } : s))
      .filter((s) => s.cols % format.block.size === 0)
      .map((s) => ({ format, ...s, name: `${format.label} ${s.rows} x ${s.cols}` })),
  );
  test.each(cases)('matvec and matmul: $name', async ({ format, rows, cols }) => {
    const bytes = format.encode(noise(rows * cols, rows), requiredImportance(format, cols));
    const w = format.decode(bytes);
    const layout = deviceLayout(format, (rows * cols) / format.block.size);
    const weight = await upload(gpu, toDevice(format, bytes));
    const tokens = 7;
    const x = noise(tokens * cols, cols);
    const xBuffer = await upload(gpu, x);
    const state = await upload(gpu, Uint32Array.of(0, tokens, 0, 0));
    const y = await empty(gpu, tokens * rows * 4);
    const biases = noise(rows, rows + 1);
    const bias = await upload(gpu, biases);
    const points = (await new LatticeBuffers(gpu, 'test').points(format)) ?? weight;
    const params = {
      rows,
      cols,
      first_row: 0,
      ...planeParams(layout),
      accumulate: 0,
      has_bias: 1,
      scale: 0.5,
      cap: 0,
      at: 0,
    };
    arena.reset();
    const one = gpu
      .kernel(matvec, { codec: `quant/${format.id}` })
      .dispatch(
        { w4: weight, w: weight, x: xBuffer, y, points, bias },
        params,
        grid(Math.ceil(rows / 4)),
        arena,
      );
    const many = gpu
      .kernel(matmul, { codec: `quant/${format.id}` })
      .dispatch(
        { w4: weight, w: weight, x: xBuffer, state, y, points, bias },
        { ...params, stride: rows },
        [Math.ceil(rows / 128), Math.ceil(tokens / 4)],
        arena,
      );
    const want = new Float64Array(tokens * rows);
    const terms = new Float64Array(tokens * rows);
    for (let t = 0; t < tokens; t++)
      for (let r = 0; r < rows; r++) {
        const at = t * rows + r;
        want[at] = terms[at] = biases[r]! * 0.5;
        terms[at] = Math.abs(terms[at]!);
        for (let c = 0; c < cols; c++) {
          const term = w[r * cols + c]! * x[t * cols + c]! * 0.5;
          want[at]! += term;
          terms[at]! += Math.abs(term);
        }
      }
    // Relative to the sum of magnitudes: what float32 summation is bound by.
    const worst = (got: Float32Array) => Math.max(...got.map((v, i) => Math.abs(v - want[i]!) / terms[i]!));
    expect(worst(await run(gpu, [one], y, rows))).toBeLessThan(1e-6);
    expect(worst(await run(gpu, [many], y, tokens * rows))).toBeLessThan(1e-6);
    gpu.memory.release('test');
    arena = await gpu.arena('test', 64);
  });
});

describe('every shader', () => {
  test('has a kernel, and compiles with every format, lane and cache variant', async () => {
    const sources = shadersFromDisk();
    const entries = [...sources.keys()].filter((path) => path.startsWith('ops/')).sort();
    expect(
      Object.values(kernels)
        .map((k) => k.shader)
        .sort(),
    ).toEqual(entries);
    for (const options of [{}, { noSubgroups: true }]) {
      const gpu = await testGpu(options);
      gpu.device.pushErrorScope('validation');
      // A kernel without the codec slot is the same for every format.
      for (const spec of Object.values(kernels))
        for (const format of sources.get(spec.shader)!.includes('#import codec/')
          ? quantFormats
          : [quantFormats[0]!])
          for (const [kv, importance] of [
            ['f16', 'none'],
            ['f32', 'matrix'],
          ])
            gpu.kernel(spec as typeof kernels.matvec, {
              codec: `quant/${format.id}`,
              kv_load: `kv/${kv}`,
              kv_store: `kv/${kv}-store`,
              importance: `lib/importance-${importance}`,
              activation: `activation/${kv === 'f16' ? 'silu' : 'gelu'}`,
            });
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
