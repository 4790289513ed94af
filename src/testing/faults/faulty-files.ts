// Files whose reads and writes can fail.
import { type ByteSink, MemorySink } from '../../files/byte-sink';
import type { ByteSource } from '../../files/byte-source';
import { type Fault, MARK } from './fault';

const LATE_MS = 5;

/** `source` with reads that come short, late or not at all. `step` is called at every await. */
export function faultySource(source: ByteSource, fault: () => Fault, step: () => void): ByteSource {
  return {
    name: source.name,
    sizeBytes: source.sizeBytes,
    async read(start, end) {
      step();
      const f = fault();
      if (f.strikes('read fails')) throw new Error(`${MARK}: EIO`);
      if (f.strikes('read is revoked')) throw new DOMException(`${MARK}: revoked`, 'NotReadableError');
      if (f.strikes('read is late')) await new Promise((resolve) => setTimeout(resolve, LATE_MS));
      const bytes = await source.read(start, end);
      return end > start && f.strikes('read is short') ? bytes.slice(0, -1) : bytes;
    },
  };
}

/** A sink that counts what becomes of it. Its writes, its close and its cleanup can fail. */
export class FaultySink implements ByteSink {
  readonly #inner = new MemorySink();
  readonly #fault: () => Fault;
  readonly #step: () => void;
  closes = 0;
  aborts = 0;

  constructor(fault: () => Fault, step: () => void) {
    this.#fault = fault;
    this.#step = step;
  }
  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#step();
    const fault = this.#fault();
    if (fault.strikes('write fails') || fault.strikes('cleanup fails')) throw new Error(`${MARK}: write`);
    if (fault.strikes('disk is full')) throw new DOMException(`${MARK}: full`, 'QuotaExceededError');
    await this.#inner.write(bytes);
  }
  async close(): Promise<void> {
    this.#step();
    if (this.#fault().strikes('close fails')) throw new Error(`${MARK}: close`);
    this.closes++;
    await this.#inner.close();
  }
  async abort(): Promise<void> {
    this.aborts++;
    if (this.#fault().kind === 'cleanup fails') throw new Error('the cleanup failed, too');
    await this.#inner.abort();
  }
  /** Closed whole and never aborted, or aborted once and not offered. */
  get isSettled(): boolean {
    return this.closes === 1 ? this.aborts === 0 : this.aborts === 1;
  }
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#inner.bytes();
  }
}
