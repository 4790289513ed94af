import type { Gpu } from '../gpu/gpu';
import type { BufferOwner } from '../gpu/memory';

/** Invocations that add up the error of a tensor; each keeps a partial sum. */
export const WORKERS = 1024;

/** The work space of a quantization: the same few buffers for every slice of every tensor, each made when it is needed. */
export class Scratch {
  readonly owner: BufferOwner;
  readonly #sizes: Readonly<Record<ScratchBuffer, number>>;
  readonly #made = new Map<ScratchBuffer, Promise<GPUBuffer>>();

  /** `bytes` is a slice as float32, `sourceBytes` the largest as it lies in the file; both with room for padding. */
  constructor(gpu: Gpu, bytes: number, sourceBytes: number) {
    this.owner = gpu.memory.owner('quantizer');
    this.#sizes = {
      raw: sourceBytes,
      planar: sourceBytes,
      x: bytes,
      target: bytes,
      packed: bytes,
      sums: WORKERS * 16,
      readback: bytes,
      readback2: bytes,
    };
  }

  get(name: ScratchBuffer): Promise<GPUBuffer> {
    let made = this.#made.get(name);
    if (!made) {
      const storage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      const usage = name.startsWith('readback') ? GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ : storage;
      made = this.owner.create(LABELS[name], this.#sizes[name], usage);
      this.#made.set(name, made);
    }
    return made;
  }
  dispose(): void {
    this.owner.dispose();
    this.#made.clear();
  }
}

/** What they hold, as the ledger shows it. */
const LABELS = {
  raw: 'source blocks',
  planar: 'source planes',
  x: 'float32',
  target: 'target planes',
  packed: 'target blocks',
  sums: 'error sums',
  readback: 'readback',
  readback2: 'readback',
} as const;
/** Blocks as they came from the file, as planes, as float32; planes and blocks of the target; error sums; a way back. */
export type ScratchBuffer = keyof typeof LABELS;
