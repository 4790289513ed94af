import { FileError, NibbleError, untilCancelled } from '../util/errors';

/** A random-access input: a File, a remote file, a file descriptor, memory. */
export interface ByteSource {
  readonly name: string;
  readonly sizeBytes: number;
  /**
   * Bytes [start, end). The caller keeps the range inside the file. A source that fetches ends with the signal and lets go of
   * its connection; others may pass it over.
   */
  read(start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
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

const HINT = 'The file changed, moved or became unreadable while it was open. Open it again.';

/**
 * A source whose reads give all bytes that were asked for, or throw FileError: files are cut, moved and forbidden while
 * they are open.
 */
export function wholeReads(source: ByteSource): ByteSource {
  return {
    name: source.name,
    sizeBytes: source.sizeBytes,
    async read(start, end, signal) {
      let bytes: Uint8Array<ArrayBuffer>;
      try {
        bytes = await source.read(start, end, signal);
      } catch (error) {
        if (error instanceof NibbleError) throw error;
        const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        throw new FileError(`${source.name}: bytes ${start} to ${end} cannot be read (${why}).`, HINT);
      }
      if (bytes.length === end - start) return bytes;
      throw new FileError(
        `${source.name}: ${bytes.length} bytes came from byte ${start} on, expected ${end - start}.`,
        HINT,
      );
    },
  };
}

/**
 * Sources whose reads end with a signal, a read that hangs included. `release` lets go of the signal: what was opened is
 * read later under others.
 */
export function cancellableSources(
  sources: readonly ByteSource[],
  signal: AbortSignal | undefined,
): { files: ByteSource[]; release(): void } {
  let bound = signal;
  return {
    files: sources.map((source) => ({
      name: source.name,
      sizeBytes: source.sizeBytes,
      read(start, end, signal = bound) {
        return untilCancelled(source.read(start, end, signal), signal);
      },
    })),
    release() {
      bound = undefined;
    },
  };
}
