import type { Gpu } from '../gpu/gpu';
import type { QuantFormat } from '../quant/format';
import type { LatticeName } from '../quant/codebook/codebook';
import { pointsBytes, pointsTable, searchTable } from '../quant/codebook/tables';

/** The lattices that a set of formats decodes with. */
const latticesOf = (formats: Iterable<QuantFormat>): Set<LatticeName> =>
  new Set([...formats].flatMap((f) => (f.lattice ? [f.lattice] : [])));

/** GPU bytes of those lattices' points. */
export function latticeBytes(formats: Iterable<QuantFormat>): number {
  let sum = 0;
  for (const name of latticesOf(formats)) sum += pointsBytes(name);
  return sum;
}

/** The lattices of one owner on the device, each uploaded once. They go with the owner's other buffers. */
export class LatticeBuffers {
  readonly #gpu: Gpu;
  readonly #owner: string;
  readonly #buffers = new Map<string, GPUBuffer>();

  constructor(gpu: Gpu, owner: string) {
    this.#gpu = gpu;
    this.#owner = owner;
  }

  /** What a decoder of the format looks up; undefined for formats without a lattice. */
  points(format: QuantFormat): Promise<GPUBuffer | undefined> {
    return this.#buffer('points', format.lattice, pointsTable);
  }

  /** What an encoder of the format searches. */
  search(format: QuantFormat): Promise<GPUBuffer | undefined> {
    return this.#buffer('search', format.lattice, searchTable);
  }

  async #buffer(
    kind: string,
    name: LatticeName | undefined,
    make: (name: LatticeName) => Uint32Array<ArrayBuffer>,
  ): Promise<GPUBuffer | undefined> {
    if (!name) return undefined;
    const key = `${kind} of lattice ${name}`;
    let buffer = this.#buffers.get(key);
    if (!buffer) {
      const table = make(name);
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
      buffer = await this.#gpu.memory.create(this.#owner, key, table.byteLength, usage);
      this.#gpu.device.queue.writeBuffer(buffer, 0, table);
      this.#buffers.set(key, buffer);
    }
    return buffer;
  }
}
