import type { BufferOwner } from '../gpu/memory';
import type { Gpu } from '../gpu/gpu';
import type { QuantFormat } from '../quant/format';
import type { CodebookName } from '../quant/codebook/codebook';
import { pointsBytes, pointsTable, searchTable } from '../quant/codebook/tables';

/** Codebooks of a set of formats. */
const codebooksOf = (formats: Iterable<QuantFormat>): Set<CodebookName> =>
  new Set([...formats].flatMap((f) => (f.codebook ? [f.codebook] : [])));

/** GPU bytes of the points of the formats' codebooks. */
export function codebookBytes(formats: Iterable<QuantFormat>): number {
  let sum = 0;
  for (const name of codebooksOf(formats)) sum += pointsBytes(name);
  return sum;
}

/** Codebook buffers of one owner, each uploaded once and released with the owner's other buffers. */
export class CodebookBuffers {
  readonly #gpu: Gpu;
  readonly #owner: BufferOwner;
  readonly #buffers = new Map<string, GPUBuffer>();

  constructor(gpu: Gpu, owner: BufferOwner) {
    this.#gpu = gpu;
    this.#owner = owner;
  }

  /** Table for decoding (binding `points`); undefined for formats without a codebook. */
  points(format: QuantFormat): Promise<GPUBuffer | undefined> {
    return this.#buffer('points', format.codebook, pointsTable);
  }

  /** Table for encoding (binding `search`); undefined for formats without a codebook. */
  search(format: QuantFormat): Promise<GPUBuffer | undefined> {
    return this.#buffer('search', format.codebook, searchTable);
  }

  async #buffer(
    kind: string,
    name: CodebookName | undefined,
    make: (name: CodebookName) => Uint32Array<ArrayBuffer>,
  ): Promise<GPUBuffer | undefined> {
    if (!name) return undefined;
    const key = `${kind} of codebook ${name}`;
    let buffer = this.#buffers.get(key);
    if (!buffer) {
      const table = make(name);
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
      buffer = await this.#owner.create(key, table.byteLength, usage);
      this.#gpu.device.queue.writeBuffer(buffer, 0, table);
      this.#buffers.set(key, buffer);
    }
    return buffer;
  }
}
