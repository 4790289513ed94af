// Errors that users can see. The class survives the message from the worker; `hint` is a next step, if there is one.

/** Characters of a message: names come from files, and may be as long as these. */
const MAX_MESSAGE = 2000;

/** Base of every error of this library. `name` is the class's, also in minified code. */
export class NibbleError extends Error {
  // Explicit, because a minifier renames classes, differently in the page and in the worker.
  override name = 'NibbleError';
  /** A next step for the user. */
  readonly hint: string;
  constructor(message: string, hint = '') {
    super(message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}...` : message);
    this.hint = hint;
  }
}

/** A malformed file. The message names the file, the place, what was found and what was expected. */
export class FileError extends NibbleError {
  override name = 'FileError';
}
/** A valid request that this build or device does not support. */
export class UnsupportedError extends NibbleError {
  override name = 'UnsupportedError';
}
/** The pre-tokenizer of a vocabulary is unknown; the user may name it. */
export class PreTokenizerError extends UnsupportedError {
  override name = 'PreTokenizerError';
}
/** llama-quantize refuses this combination. The user may allow a fallback. */
export class RefusedError extends NibbleError {
  override name = 'RefusedError';
}
/** The GPU failed: out of memory, validation, or a lost device. */
export class GpuError extends NibbleError {
  override name = 'GpuError';
}
/** The GPU device was lost. Everything on it must be rebuilt from the files. */
export class DeviceLostError extends GpuError {
  override name = 'DeviceLostError';
}
/** The engine's worker is gone, and what it was asked with it. The next call starts another. */
export class EngineEndedError extends NibbleError {
  override name = 'EngineEndedError';
}
/** Something that a file brought along, a chat template or an expression, took longer than it may. */
export class BudgetError extends NibbleError {
  override name = 'BudgetError';
}
/** The user cancelled the operation. */
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
  BudgetError,
  EngineEndedError,
  CancelledError,
};

/** An error on its way out of a worker. */
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

/** Rebuilds an error with its class. */
export function fromWire(wire: WireError): Error {
  const Class = classes[wire.name];
  const error = Class
    ? new Class(wire.message, wire.hint)
    : Object.assign(new Error(wire.message), { name: wire.name });
  error.stack = wire.stack;
  return error;
}

/** The result of a promise, or a CancelledError as soon as the signal is aborted; its work may then go on unseen. */
export function untilCancelled<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(new CancelledError());
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Throws CancelledError if the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError();
}
