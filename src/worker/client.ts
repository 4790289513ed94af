import { disposable } from '../util/dispose';
import { CancelledError, fromWire } from '../util/errors';
import type { Calls, EngineEvent, FromWorker, ToWorker } from './protocol';

/** The used part of Worker; tests pass a fake. */
export interface Port {
  /** Sends to the worker. */
  postMessage(message: ToWorker): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  /** Ends the worker, with everything that its engine holds. */
  terminate?(): void;
}

/** A call under way. */
export interface Running<T> {
  readonly result: Promise<T>;
  /** Ends it: `result` then rejects with a CancelledError, or resolves to what there is of an answer. */
  cancel(): void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onEvent(event: EngineEvent): void;
}

/** Typed calls to the engine in the worker. Errors keep their class. */
export class EngineClient {
  readonly #port: Port;
  readonly #pending = new Map<number, Pending>();
  #next = 1;

  constructor(port: Port) {
    this.#port = port;
    port.onmessage = ({ data }) => this.#receive(data);
    port.onerror = (event) => {
      this.#rejectAll(new Error(`The engine stopped: ${event.message}`));
    };
  }

  #rejectAll(error: Error): void {
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }

  #receive(message: FromWorker): void {
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    if ('event' in message) {
      pending.onEvent(message.event);
      return;
    }
    this.#pending.delete(message.id);
    if ('error' in message) pending.reject(fromWire(message.error));
    else pending.resolve(message.result);
  }

  /** Calls the engine. Calls run in the order in which they are made. */
  call<K extends keyof Calls>(
    call: K,
    args: Parameters<Calls[K]>,
    onEvent: (event: EngineEvent) => void = () => {},
  ): Running<ReturnType<Calls[K]>> {
    const id = this.#next++;
    const result = new Promise<ReturnType<Calls[K]>>((resolve, reject) => {
      this.#pending.set(id, { resolve: (value) => resolve(value as ReturnType<Calls[K]>), reject, onEvent });
    });
    this.#port.postMessage({ id, call, args });
    return { result, cancel: () => this.#port.postMessage({ cancel: id }) };
  }

  /** Ends the worker. Calls under way reject with a CancelledError. */
  dispose(): void {
    this.#port.terminate?.();
    this.#rejectAll(new CancelledError());
  }
}
disposable(EngineClient.prototype);
