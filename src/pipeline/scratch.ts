import type { Gpu } from '../gpu/gpu';
import type { BufferOwner } from '../gpu/memory';

/** Invocations that sum the error of a tensor, each with its own partial sum. */
export const WORKERS = 1024;

/** Scratch buffers, shared by all slices of all tensors and created on first use. */
export class Scratch {
  readonly owner: BufferOwner;
  readonly #sizes: Readonly<Record<ScratchBuffer, number>>;
  /** Bytes of `raw`. */
  readonly sourceBytes: number;
  readonly #made = new Map<ScratchBuffer, Promise<GPUBuffer>>();

  /**
   * Bytes, with padding, of a slice as float32 (`bytes`) and of the largest slice in its file encoding (`sourceBytes`).
   */
  constructor(gpu: Gpu, bytes: number, sourceBytes: number) {
    this.owner = gpu.memory.owner('quantizer');
    this.sourceBytes = sourceBytes;
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

/** Buffer labels in the memory ledger. */
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
export type ScratchBuffer = keyof typeof LABELS;
