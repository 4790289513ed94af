import type { Gpu } from '../gpu/gpu';
import { allocateTensors, type DeviceTensor } from '../model/device-tensor';
import { CodebookBuffers } from '../model/codebook-buffers';
import type { ComputePath, ComputePaths } from '../model/runtime';
import { toDevice } from '../quant/format';
import { formatByLabel } from '../quant/registry';
import { noise } from '../util/random';
import { pathsOf, prefillProduct, decodeProduct, productRows } from './product';

/** No dimension is a multiple of a tile. */
const ROWS = 70;
const COLS = 352;
const TOKENS = 69;

/** Relative error of a product on each compute path. */
export type PathErrors = Record<keyof ComputePaths, Partial<Record<ComputePath, number>>>;

/** Relative error that the rounding of a compute path explains. */
const MAX_ERROR: Record<ComputePath, number> = { int8: 2e-2, matrix: 2e-3, float16: 5e-3, float32: 1e-5 };

/** Returns true when the error of a compute path is within its bound. */
export const isRight = (errors: PathErrors, count: keyof ComputePaths, path: ComputePath): boolean =>
  (errors[count][path] ?? Number.POSITIVE_INFINITY) <= MAX_ERROR[path];

/** X W^T in float64 (TOKENS x ROWS). */
function products(w: Float32Array, x: Float32Array): Float64Array {
  const y = new Float64Array(TOKENS * ROWS);
  for (let t = 0; t < TOKENS; t++)
    for (let r = 0; r < ROWS; r++) {
      let sum = 0;
      for (let c = 0; c < COLS; c++) sum += w[r * COLS + c]! * x[t * COLS + c]!;
      y[t * ROWS + r] = sum;
    }
  return y;
}

/** Relative RMS error. Infinity if any value is NaN. */
function errorOf(got: Float32Array, want: Float64Array): number {
  let error = 0;
  let power = 0;
  for (const [i, v] of got.entries()) {
    error += (v - want[i]!) ** 2;
    power += want[i]! ** 2;
  }
  const ratio = Math.sqrt(error / power);
  return Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio;
}

/**
 * Runs a small product on every compute path of the device and compares it with float64, to find drivers that compile a
 * kernel wrongly or not at all. Takes milliseconds plus compilation.
 */
export async function checkPaths(gpu: Gpu): Promise<PathErrors> {
  const format = formatByLabel('Q4_0');
  const { device } = gpu;
  const owner = gpu.memory.owner('paths');
  try {
    const encoded = format.encode(noise(ROWS * COLS, 3));
    const values = noise(TOKENS * COLS, 4);
    const want = products(format.decode(encoded), values);
    const shape = [{ name: 'weights', shape: [COLS, ROWS] }];
    const codebooks = new CodebookBuffers(gpu, owner);
    const [tensor] = (await allocateTensors(gpu, owner, format, shape, codebooks)) as [DeviceTensor];
    device.queue.writeBuffer(tensor.slabs[0]!.buffer, 0, toDevice(format, encoded));
    const rows = await productRows(gpu, owner, TOKENS, ROWS, COLS);
    device.queue.writeBuffer(rows.x, 0, values);
    const arena = await gpu.arena(owner, 16);
    const measure = async (
      make: typeof decodeProduct,
      path: ComputePath,
      tokens: number,
    ): Promise<number> => {
      device.queue.writeBuffer(rows.y, 0, new Float32Array(TOKENS * ROWS).fill(Number.NaN));
      device.pushErrorScope('validation');
      gpu.submit(make(gpu, arena, path, tensor, rows));
      if (await device.popErrorScope()) return Number.POSITIVE_INFINITY;
      return errorOf(new Float32Array(await gpu.read(rows.y, 0, tokens * ROWS * 4)), want);
    };
    const all = pathsOf(gpu);
    const errors: PathErrors = { decode: {}, prefill: {} };
    for (const path of all.decode) errors.decode[path] = await measure(decodeProduct, path, 1);
    for (const path of all.prefill) errors.prefill[path] = await measure(prefillProduct, path, TOKENS);
    return errors;
  } finally {
    owner.dispose();
  }
}
