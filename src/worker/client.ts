import { fromWire } from '../util/errors';
import type { Calls, Event, FromWorker, ToWorker } from './protocol';

/** The used part of Worker; tests pass a fake. */
export interface Port {
  postMessage(message: ToWorker): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export interface Running<T> {
  readonly result: Promise<T>;
  cancel(): void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onEvent(event: Event): void;
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
      const error = new Error(`The engine stopped: ${event.message}`);
      for (const pending of this.#pending.values()) pending.reject(error);
      this.#pending.clear();
    };
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

  call<K extends keyof Calls>(
    call: K,
    args: Parameters<Calls[K]>,
    onEvent: (event: Event) => void = () => {},
  ): Running<ReturnType<Calls[K]>> {
    const id = this.#next++;
    const result = new Promise<ReturnType<Calls[K]>>((resolve, reject) => {
      this.#pending.set(id, { resolve: (value) => resolve(value as ReturnType<Calls[K]>), reject, onEvent });
    });
    this.#port.postMessage({ id, call, args });
    return { result, cancel: () => this.#port.postMessage({ cancel: id }) };
  }
}
