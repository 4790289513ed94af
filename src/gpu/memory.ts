import { alignUp, formatBytes } from '../util/bytes';
import { GpuError } from '../util/errors';

export interface LedgerEntry {
  readonly owner: string;
  readonly label: string;
  readonly sizeBytes: number;
}

/** Every GPUBuffer of the engine, with its owner and size. Nothing else calls createBuffer. */
export class GpuMemory {
  readonly #device: GPUDevice;
  readonly #maxBytes: number;
  readonly #live = new Map<GPUBuffer, LedgerEntry>();
  #currentBytes = 0;
  #peakBytes = 0;

  /** `mostBytes` is a limit of the caller's: many devices move to slow memory rather than refuse. */
  constructor(device: GPUDevice, maxBytes = Number.POSITIVE_INFINITY) {
    this.#device = device;
    this.#maxBytes = maxBytes;
  }

  #refusal(owner: string, label: string, sizeBytes: number, why: string): GpuError {
    return new GpuError(
      `The GPU could not give ${formatBytes(sizeBytes)} for ${owner} (${label}); ${formatBytes(this.#currentBytes)} are in use. ${why}`,
      'Choose a smaller level or a shorter context, or release a prepared level.',
    );
  }

  /** Allocates; a failure throws and names who wanted how much. Size is rounded up to 16 bytes. */
  async create(owner: string, label: string, bytes: number, usage: number): Promise<GPUBuffer> {
    const sizeBytes = alignUp(Math.max(bytes, 16), 16);
    if (this.#currentBytes + sizeBytes > this.#maxBytes)
      throw this.#refusal(owner, label, sizeBytes, `The limit is ${formatBytes(this.#maxBytes)}.`);
    this.#device.pushErrorScope('out-of-memory');
    this.#device.pushErrorScope('validation');
    let buffer: GPUBuffer | undefined;
    let thrown: unknown;
    try {
      buffer = this.#device.createBuffer({ label: `${owner}: ${label}`, size: sizeBytes, usage });
    } catch (error) {
      thrown = error;
    }
    const [invalid, exhausted] = await Promise.all([
      this.#device.popErrorScope(),
      this.#device.popErrorScope(),
    ]);
    if (!buffer || invalid || exhausted) {
      buffer?.destroy();
      const why = exhausted?.message || invalid?.message || String(thrown ?? '');
      throw this.#refusal(owner, label, sizeBytes, why);
    }
    this.#live.set(buffer, { owner, label, sizeBytes });
    this.#currentBytes += sizeBytes;
    this.#peakBytes = Math.max(this.#peakBytes, this.#currentBytes);
    return buffer;
  }

  destroy(buffer: GPUBuffer): void {
    const entry = this.#live.get(buffer);
    if (!entry) return;
    this.#live.delete(buffer);
    this.#currentBytes -= entry.sizeBytes;
    buffer.destroy();
  }

  /** Destroys all buffers of one owner. */
  release(owner: string): void {
    for (const [buffer, entry] of [...this.#live]) if (entry.owner === owner) this.destroy(buffer);
  }

  get currentBytes(): number {
    return this.#currentBytes;
  }
  get peakBytes(): number {
    return this.#peakBytes;
  }
  /** Starts a new peak measurement at what is allocated now. */
  resetPeak(): void {
    this.#peakBytes = this.#currentBytes;
  }
  ownerBytes(owner: string): number {
    let sum = 0;
    for (const entry of this.#live.values()) if (entry.owner === owner) sum += entry.sizeBytes;
    return sum;
  }
  entries(): LedgerEntry[] {
    return [...this.#live.values()];
  }
  /** Bytes by owner, largest first. */
  byOwner(): { owner: string; sizeBytes: number }[] {
    const sums = new Map<string, number>();
    for (const e of this.#live.values()) sums.set(e.owner, (sums.get(e.owner) ?? 0) + e.sizeBytes);
    return [...sums]
      .map(([owner, sizeBytes]) => ({ owner, sizeBytes }))
      .sort((a, b) => b.sizeBytes - a.sizeBytes);
  }
}
