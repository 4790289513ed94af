/** A random-access input: a File, a remote file, a file descriptor, memory. */
export interface ByteSource {
  readonly name: string;
  readonly sizeBytes: number;
  /** Bytes [start, end). The caller keeps the range inside the file. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Bytes in memory as a source; they are copied when they are read. */
export function memorySource(name: string, bytes: Uint8Array<ArrayBuffer>): ByteSource {
  return {
    name,
    sizeBytes: bytes.length,
    // Not slice(): on Node's Buffer it returns a view, not a copy.
    read: (start, end) => Promise.resolve(new Uint8Array(bytes.subarray(start, end))),
  };
}

/** A File or another Blob as a source. `name` is what messages call it, and decides nothing. */
export function blobSource(name: string, blob: Blob): ByteSource {
  return {
    name,
    sizeBytes: blob.size,
    read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
  };
}
