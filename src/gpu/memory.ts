import { alignUp, formatBytes } from '../util/bytes';
import { disposable } from '../util/dispose';
import { GpuError } from '../util/errors';

export interface LedgerEntry {
  readonly owner: BufferOwner;
  readonly label: string;
  readonly sizeBytes: number;
}

/** Owner of a set of buffers, created by GpuMemory.owner. Owners never release each other's buffers. */
export class BufferOwner {
  /** Label in the ledger. */
  readonly label: string;
  readonly #memory: GpuMemory;

  constructor(memory: GpuMemory, label: string) {
    this.#memory = memory;
    this.label = label;
  }
  /** Allocates `bytes`, rounded up to 16. Throws GpuError with owner and size on failure. */
  create(label: string, bytes: number, usage: number): Promise<GPUBuffer> {
    return this.#memory.create(this, label, bytes, usage);
  }
  /** Bytes of its buffers. */
  get sizeBytes(): number {
    return this.#memory.sizeOf(this);
  }
  /** Destroys its buffers. It may create new ones afterwards. */
  dispose(): void {
    this.#memory.release(this);
  }
}
disposable(BufferOwner.prototype);

/** Allocates every GPUBuffer of the engine and records its owner and size. Nothing else calls createBuffer. */
export class GpuMemory {
  readonly #device: GPUDevice;
  readonly #maxBytes: number;
  readonly #live = new Map<GPUBuffer, LedgerEntry>();
  #currentBytes = 0;
  #peakBytes = 0;

  /** `maxBytes` is a limit of the caller: many drivers spill to slow memory instead of failing. */
  constructor(device: GPUDevice, maxBytes = Number.POSITIVE_INFINITY) {
    this.#device = device;
    this.#maxBytes = maxBytes;
  }

  #refusal(owner: BufferOwner, label: string, sizeBytes: number, why: string): GpuError {
    return new GpuError(
      `The GPU could not give ${formatBytes(sizeBytes)} for ${owner.label} (${label}); ${formatBytes(this.#currentBytes)} are in use. ${why}`,
      'Choose a smaller level or a shorter context, or release a prepared level.',
    );
  }

  /** Creates an owner. Its label gets a number while another owner of that label has buffers. */
  owner(label: string): BufferOwner {
    const taken = new Set([...this.#live.values()].map((e) => e.owner.label));
    let free = label;
    for (let n = 2; taken.has(free); n++) free = `${label} #${n}`;
    return new BufferOwner(this, free);
  }

  /** Used by BufferOwner only. */
  async create(owner: BufferOwner, label: string, bytes: number, usage: number): Promise<GPUBuffer> {
    const sizeBytes = alignUp(Math.max(bytes, 16), 16);
    if (this.#currentBytes + sizeBytes > this.#maxBytes)
      throw this.#refusal(owner, label, sizeBytes, `The limit is ${formatBytes(this.#maxBytes)}.`);
    this.#device.pushErrorScope('out-of-memory');
    this.#device.pushErrorScope('validation');
    let buffer: GPUBuffer | undefined;
    let thrown: unknown;
    try {
      buffer = this.#device.createBuffer({ label: `${owner.label}: ${label}`, size: sizeBytes, usage });
    } catch (error) {
      thrown = error;
    }
    const scopes = [this.#device.popErrorScope(), this.#device.popErrorScope()];
    // Some devices reject the scopes of a lost one.
    const [invalid, exhausted] = await Promise.all(scopes).catch((error: unknown) => {
      thrown ??= error;
      return [null, null];
    });
    if (!buffer || invalid || exhausted || thrown !== undefined) {
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
  release(owner: BufferOwner): void {
    for (const [buffer, entry] of [...this.#live]) if (entry.owner === owner) this.destroy(buffer);
  }

  get currentBytes(): number {
    return this.#currentBytes;
  }
  get peakBytes(): number {
    return this.#peakBytes;
  }
  /** Resets the peak to the current size. */
  resetPeak(): void {
    this.#peakBytes = this.#currentBytes;
  }
  sizeOf(owner: BufferOwner): number {
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
    for (const e of this.#live.values())
      sums.set(e.owner.label, (sums.get(e.owner.label) ?? 0) + e.sizeBytes);
    return [...sums]
      .map(([owner, sizeBytes]) => ({ owner, sizeBytes }))
      .sort((a, b) => b.sizeBytes - a.sizeBytes);
  }
}
