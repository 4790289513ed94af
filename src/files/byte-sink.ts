/** An output file, written front to back. */
export interface ByteSink {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Completes the file. Before this call it must not be offered or take its final name. */
  close(): Promise<void>;
  /** Removes the partial output. */
  abort(): Promise<void>;
}

/** Collects the output in memory; for tests and small files. */
export class MemorySink implements ByteSink {
  readonly #parts: Uint8Array<ArrayBuffer>[] = [];
  closed = false;
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#parts.push(bytes.slice());
    return Promise.resolve();
  }
  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
  abort(): Promise<void> {
    this.#parts.length = 0;
    return Promise.resolve();
  }
  bytes(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.#parts.reduce((n, p) => n + p.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }
}
