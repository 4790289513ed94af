import type { BufferOwner } from './memory';
import type { Gpu } from './gpu';

/** Maps a buffer for writing. The next upload reports a failure; there may be none. */
function mapped({ answers }: Gpu, buffer: GPUBuffer): Promise<void> {
  const ready = answers.until(buffer.mapAsync(GPUMapMode.WRITE));
  ready.catch(() => {});
  return ready;
}

/**
 * A ring of mapped upload buffers. A slice is copied once, into mapped memory. A buffer is reused when the GPU has
 * finished with it, so reading, uploading and computing overlap in a fixed amount of memory.
 */
export class StagingRing {
  readonly #gpu: Gpu;
  readonly #slots: { buffer: GPUBuffer; ready: Promise<void> }[] = [];
  #next = 0;

  private constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  static async create(gpu: Gpu, owner: BufferOwner, slotBytes: number, slots = 2): Promise<StagingRing> {
    const ring = new StagingRing(gpu);
    for (let i = 0; i < slots; i++) {
      const usage = GPUBufferUsage.MAP_WRITE | GPUBufferUsage.COPY_SRC;
      const buffer = await owner.create('staging', slotBytes, usage);
      ring.#slots.push({ buffer, ready: mapped(gpu, buffer) });
    }
    return ring;
  }

  dispose(): void {
    for (const { buffer } of this.#slots.splice(0)) this.#gpu.memory.destroy(buffer);
  }

  /**
   * Copies `bytes` to a staging buffer. `encode` encodes the copy to `target`, padded to 4 bytes; call `submitted`
   * after it has been submitted.
   */
  async upload(
    bytes: Uint8Array,
    target: GPUBuffer,
  ): Promise<{ encode(encoder: GPUCommandEncoder): void; submitted(): void }> {
    const slot = this.#slots[this.#next]!;
    this.#next = (this.#next + 1) % this.#slots.length;
    try {
      await slot.ready;
    } catch (error) {
      await this.#gpu.explain(error);
    }
    new Uint8Array(slot.buffer.getMappedRange()).set(bytes);
    slot.buffer.unmap();
    return {
      encode: (encoder) =>
        encoder.copyBufferToBuffer(slot.buffer, 0, target, 0, Math.ceil(bytes.length / 4) * 4),
      submitted: () => {
        slot.ready = mapped(this.#gpu, slot.buffer);
      },
    };
  }
}
