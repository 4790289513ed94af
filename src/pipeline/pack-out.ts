import type { Gpu } from '../gpu/gpu';
import type { UniformArena } from '../gpu/kernel';
import { taskOf } from '../gpu/paced-queue';
import type { DeviceLayout, QuantFormat } from '../quant/format';
import { alignUp } from '../util/bytes';
import { packStep } from './repack';
import type { Scratch } from './scratch';

/** Packs blocks from the device into file bytes. Two calls may be in flight. */
export class PackOut {
  readonly #gpu: Gpu;
  readonly #arena: UniformArena;
  readonly #scratch: Scratch;
  #turn = 0;

  constructor(gpu: Gpu, arena: UniformArena, scratch: Scratch) {
    this.#gpu = gpu;
    this.#arena = arena;
    this.#scratch = scratch;
  }

  /**
   * Resolves when packing is queued, to a function that reads the bytes. Call that function before the call after the
   * next: there are two readback buffers.
   */
  async queue(
    format: QuantFormat,
    from: { buffer: GPUBuffer; layout: DeviceLayout; firstBlock: number },
    blocks: number,
  ): Promise<() => Promise<Uint8Array<ArrayBuffer>>> {
    this.#arena.reset();
    const bytes = blocks * format.block.bytes;
    const padded = alignUp(bytes, 4);
    const target = await this.#scratch.get(this.#turn++ % 2 === 0 ? 'readback' : 'readback2');
    if (format.planes.length === 1) {
      // The single plane equals the file's bytes.
      const start = from.firstBlock * format.block.bytes;
      this.#gpu.submit([], {
        before: (encoder) => encoder.copyBufferToBuffer(from.buffer, start, target, 0, padded),
      });
    } else {
      const packed = await this.#scratch.get('packed');
      const step = packStep(this.#gpu, this.#arena, format, from, packed, blocks);
      await this.#gpu.paced.run([taskOf(step)], {
        after: (encoder) => encoder.copyBufferToBuffer(packed, 0, target, 0, padded),
      });
    }
    return async () => {
      await this.#gpu.map(target);
      const out = new Uint8Array(target.getMappedRange(0, padded)).slice(0, bytes);
      target.unmap();
      return out;
    };
  }
}
