// Every error a person can meet. Each has a class that survives the trip out of the worker and, where there is
// one, a next step.

export class NibbleError extends Error {
  // Written out: a minifier renames classes, and differently in the page and in the worker.
  override name = 'NibbleError';
  /** What the person can do about it. */
  readonly hint: string;
  constructor(message: string, hint = '') {
    super(message);
    this.hint = hint;
  }
}

/** A file is not what it should be: names the file, the place, what was found and what was expected. */
export class FileError extends NibbleError {
  override name = 'FileError';
}
/** The request is well-formed but this build or this device cannot do it. */
export class UnsupportedError extends NibbleError {
  override name = 'UnsupportedError';
}
/** A vocabulary whose way to split words is not known; the person may name it. */
export class PreTokenizerError extends UnsupportedError {
  override name = 'PreTokenizerError';
}
/** llama-quantize refuses this combination, and so do we unless the person allows the fallback. */
export class RefusedError extends NibbleError {
  override name = 'RefusedError';
}
/** The GPU failed: out of memory, validation, or a lost device. */
export class GpuError extends NibbleError {
  override name = 'GpuError';
}
/** The GPU device is gone; everything on it must be rebuilt from the files. */
export class DeviceLostError extends GpuError {
  override name = 'DeviceLostError';
}
/** The person stopped it. */
export class CancelledError extends NibbleError {
  override name = 'CancelledError';
  constructor(message = 'Stopped.') {
    super(message);
  }
}

const classes: Readonly<Record<string, typeof NibbleError | undefined>> = {
  NibbleError,
  FileError,
  UnsupportedError,
  PreTokenizerError,
  RefusedError,
  GpuError,
  DeviceLostError,
  CancelledError,
};

export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly hint: string;
  readonly stack: string;
}

export function toWire(error: unknown): WireError {
  if (error instanceof NibbleError)
    return { name: error.name, message: error.message, hint: error.hint, stack: error.stack ?? '' };
  if (error instanceof Error)
    return { name: error.name, message: error.message, hint: '', stack: error.stack ?? '' };
  return { name: 'Error', message: String(error), hint: '', stack: '' };
}

/** Rebuilds the error with its class. */
export function fromWire(wire: WireError): Error {
  const Class = classes[wire.name];
  const error = Class
    ? new Class(wire.message, wire.hint)
    : Object.assign(new Error(wire.message), { name: wire.name });
  error.stack = wire.stack;
  return error;
}

/** Throws CancelledError once the signal is raised. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError();
}
