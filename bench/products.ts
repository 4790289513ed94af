import type { Gpu } from '../src/gpu/gpu';
import type { BufferOwner } from '../src/gpu/memory';
import { prefillPathOf } from '../src/model/blocks/matmul';
import { decodePathOf } from '../src/model/blocks/matvec';
import { allocateTensors, type DeviceTensor } from '../src/model/device-tensor';
import { CodebookBuffers } from '../src/model/codebook-buffers';
import type { ComputePath } from '../src/model/runtime';
import { type QuantFormat, formatBytesFor } from '../src/quant/format';
import { formatByLabel } from '../src/quant/registry';
import { type Roofline, medianRound } from '../src/device/probe';
import { pathsOf, prefillProduct, decodeProduct, productRows } from '../src/device/product';
import type { BenchTable } from './table';
import { fillRandom } from './models/random-llama';

export interface ProductBench {
  readonly table: BenchTable;
  readonly types: readonly string[];
  /** Rows x columns. */
  readonly shapes: readonly string[];
  readonly enoughMs: number;
}

/** A matrix to multiply. */
interface Product {
  readonly format: QuantFormat;
  readonly shape: string;
  readonly outRows: number;
  readonly cols: number;
}

function* productsOf({ types, shapes }: ProductBench): Generator<Product> {
  for (const label of types)
    for (const shape of shapes) {
      const [outRows, cols] = shape.split('x').map(Number) as [number, number];
      yield { format: formatByLabel(label), shape, outRows, cols };
    }
}

/** A matrix of random bits. */
async function randomTensor(
  gpu: Gpu,
  p: Product,
  owner: BufferOwner,
  codebooks: CodebookBuffers,
): Promise<DeviceTensor> {
  const shape = [{ name: 'w', shape: [p.cols, p.outRows] }];
  const [tensor] = (await allocateTensors(gpu, owner, p.format, shape, codebooks)) as [DeviceTensor];
  for (const { buffer } of tensor.slabs) fillRandom(gpu, buffer);
  return tensor;
}

/** Milliseconds of a decode product (matrix x vector) whose weights are read from memory, not from a cache. */
async function decodeMs(
  gpu: Gpu,
  path: ComputePath,
  p: Product,
  poolBytes: number,
  enoughMs: number,
): Promise<number> {
  const copies = Math.max(
    1,
    Math.min(32, Math.ceil(poolBytes / formatBytesFor(p.format, p.outRows * p.cols))),
  );
  const owner = gpu.memory.owner('bench');
  try {
    const rows = await productRows(gpu, owner, 1, p.outRows, p.cols);
    fillRandom(gpu, rows.x);
    const codebooks = new CodebookBuffers(gpu, owner);
    const arena = await gpu.arena(owner, copies * 8);
    const dispatches = [];
    for (let i = 0; i < copies; i++)
      dispatches.push(...decodeProduct(gpu, arena, path, await randomTensor(gpu, p, owner, codebooks), rows));
    const ms = (await medianRound(gpu, dispatches, enoughMs)) / copies;
    gpu.check();
    return ms;
  } finally {
    owner.dispose();
  }
}

/** Decode products compared with the bandwidth of the probe. Weights are read from `poolBytes` in turn. */
export async function kernelTable(
  gpu: Gpu,
  bench: ProductBench & { readonly poolBytes: number; readonly roofline: Roofline },
): Promise<void> {
  const { table, poolBytes, enoughMs, roofline } = bench;
  table.heading('Products of one token', 'type', 'path', 'rows x cols', 'ms', 'GB/s', 'of the probe');
  for (const product of productsOf(bench))
    for (const path of pathsOf(gpu).decode) {
      const { format, shape, outRows, cols } = product;
      if (decodePathOf(gpu, path, format, cols) !== path) continue;
      const ms = await decodeMs(gpu, path, product, poolBytes, enoughMs);
      const bytesPerSecond = (1000 * formatBytesFor(format, outRows * cols)) / ms;
      table.record('matvec', {
        type: format.label,
        path,
        shape,
        ms: ms.toFixed(4),
        gbPerSecond: (bytesPerSecond / 1e9).toFixed(1),
        share: (bytesPerSecond / roofline.readBytesPerSecond).toFixed(2),
      });
    }
}

/** Prefill products: two operations per weight and token. */
export async function promptTable(
  gpu: Gpu,
  bench: ProductBench & { readonly tokens: readonly number[] },
): Promise<void> {
  const { table, enoughMs } = bench;
  table.heading('Products of many tokens', 'type', 'path', 'rows x cols', 'tokens', 'ms', 'TFLOP/s');
  for (const product of productsOf(bench))
    for (const path of pathsOf(gpu).prefill)
      for (const tokens of bench.tokens) {
        const { format, shape, outRows, cols } = product;
        if (prefillPathOf(gpu, path, product) !== path) continue;
        const owner = gpu.memory.owner('bench');
        try {
          const tensor = await randomTensor(gpu, product, owner, new CodebookBuffers(gpu, owner));
          const rows = await productRows(gpu, owner, tokens, outRows, cols);
          fillRandom(gpu, rows.x);
          const arena = await gpu.arena(owner, 16);
          const ms = await medianRound(gpu, prefillProduct(gpu, arena, path, tensor, rows), enoughMs);
          gpu.check();
          const tflops = ((2 * outRows * cols * tokens) / ms / 1e9).toFixed(3);
          table.record('matmul', { type: format.label, path, shape, tokens, ms: ms.toFixed(3), tflops });
        } finally {
          owner.dispose();
        }
      }
}
