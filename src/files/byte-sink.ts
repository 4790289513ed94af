/** An output file, written front to back. */
export interface ByteSink {
  /** Appends bytes. The next call comes once the promise is kept; the bytes may be changed after that. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Completes the file. Before this call it must not be offered or take its final name. */
  close(): Promise<void>;
  /** Removes the partial output. */
  abort(): Promise<void>;
}

/** Aborts the sink when the work fails. The error is the work's: a sink that is broken may fail here, too. */
export async function abortedOnFailure<T>(sink: ByteSink, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await sink.abort().catch(() => {});
    throw error;
  }
}

/** Collects the output in memory; for tests and small files. */
export class MemorySink implements ByteSink {
  readonly #parts: Uint8Array<ArrayBuffer>[] = [];
  closed = false;
  /** Appends a copy of the bytes. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#parts.push(bytes.slice());
    return Promise.resolve();
  }
  /** Sets `closed`; the bytes are whole. */
  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
  /** Forgets the bytes. */
  abort(): Promise<void> {
    this.#parts.length = 0;
    return Promise.resolve();
  }
  /** Everything that was written, as one array. */
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
