import { disposable } from '../util/dispose';
import { CancelledError, EngineEndedError, fromWire, UnsupportedError } from '../util/errors';
import { Journal, needsModel } from './journal';
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
  /**
   * Ends it: within a second or so `result` rejects with a CancelledError, or resolves to what there is of an answer. A
   * worker that does not even answer that it is alive is ended, and replaced at the next call.
   */
  cancel(): void;
}

/** Limits of a client in milliseconds, and where it tells that the worker was ended. */
export interface Supervision {
  /** Time for a call to end after `cancel`; 800 when it is left out. */
  readonly stopMs?: number;
  /** Time for what it leaves behind, a step on the GPU say; 10,000 when it is left out. */
  readonly unwindMs?: number;
  /** A worker that gives no sign of life for so long, while a call runs, is ended; 20,000 when it is left out. */
  readonly silentMs?: number;
  /** Told the reason when the worker is gone. The next call starts another, and opens the model there. */
  readonly ended?: (reason: string) => void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onEvent(event: EngineEvent): void;
}

/** Pings in the time after which a worker counts as silent: a page that slept misses at most one. */
const PINGS = 5;

/**
 * Typed calls to the engine in the worker. Errors keep their class. A worker that dies, hangs or does not stop is ended
 * and replaced: calls under way reject with an EngineEndedError, and the next call opens the model again, with its
 * importance matrix and recipes, from the files that were handed in.
 */
export class EngineClient {
  readonly #start: () => Port;
  readonly #limits: Required<Supervision>;
  readonly #pending = new Map<number, Pending>();
  /** Cancelled calls that were given up on and still run. */
  readonly #unwinding = new Set<number>();
  readonly #journal = new Journal();
  #port: Port | undefined;
  /** The worker is another than the one that the model was opened in. */
  #restores = false;
  #restoring: { readonly ids: readonly number[]; readonly done: Promise<unknown> } | undefined;
  #next = 1;
  #pings: ReturnType<typeof setInterval> | undefined;
  #unanswered = 0;
  /** Numbers of the last ping that was sent, and of the last that was answered. */
  #pinged = 0;
  #ponged = 0;

  /** @param start - Starts a worker: at once, and again after one was ended. */
  constructor(start: () => Port, supervision: Supervision = {}) {
    this.#start = start;
    this.#limits = { stopMs: 800, unwindMs: 10_000, silentMs: 20_000, ended: () => {}, ...supervision };
    this.#begin();
  }

  #begin(): Port {
    const port = this.#start();
    this.#port = port;
    port.onmessage = ({ data }) => this.#port === port && this.#receive(port, data);
    port.onerror = (event) => {
      if (this.#port === port) this.#end(event.message || 'its script could not be loaded or run');
    };
    return port;
  }

  #receive(port: Port, message: FromWorker): void {
    this.#unanswered = 0;
    if ('pong' in message) {
      this.#ponged = Math.max(this.#ponged, message.pong);
      return;
    }
    if ('lock' in message) {
      // The browser gives a lock on when its worker is gone: nothing else tells of a close() or of a killed thread.
      void globalThis.navigator?.locks?.request(message.lock, () => {
        if (this.#port === port) this.#end('it is gone: closed, or out of memory');
      });
      return;
    }
    if (!('event' in message)) this.#unwinding.delete(message.id);
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    if ('event' in message) {
      pending.onEvent(message.event);
      return;
    }
    this.#settle(message.id);
    if ('error' in message) pending.reject(fromWire(message.error));
    else pending.resolve(message.result);
  }

  #settle(id: number): void {
    this.#pending.delete(id);
    if (this.#pending.size > 0) return;
    clearInterval(this.#pings);
    this.#pings = undefined;
  }

  /** Pings while calls run. */
  #watch(): void {
    if (this.#pings !== undefined) return;
    this.#unanswered = 0;
    this.#pings = setInterval(
      () => {
        const { silentMs } = this.#limits;
        if (this.#unanswered++ >= PINGS) this.#end(`it gave no sign of life for ${silentMs / 1000} s`);
        else this.#ping();
      },
      this.#limits.silentMs / (PINGS + 1),
    );
  }

  /** Number of the ping: its answer shows that the worker has read all that was sent before. */
  #ping(): number {
    this.#port?.postMessage({ ping: ++this.#pinged });
    return this.#pinged;
  }

  /** Ends the worker. `stopped` is the call that a person stopped, if that is the cause. */
  #end(reason: string, stopped?: number): void {
    this.#port?.terminate?.();
    this.#port = undefined;
    this.#restores = this.#journal.calls.length > 0;
    this.#restoring = undefined;
    this.#unwinding.clear();
    if (stopped !== undefined) this.#pending.get(stopped)?.reject(new CancelledError());
    const next = this.#restores ? 'The next action opens the model again.' : 'Try again.';
    this.#rejectAll(new EngineEndedError(`The engine was ended: ${reason}.`, next));
    this.#limits.ended(reason);
  }

  #rejectAll(error: Error): void {
    for (const [id, pending] of [...this.#pending]) {
      this.#settle(id);
      pending.reject(error);
    }
  }

  /** Calls the engine. Calls run in the order in which they are made. */
  call<K extends keyof Calls>(
    call: K,
    args: Parameters<Calls[K]>,
    onEvent: (event: EngineEvent) => void = () => {},
  ): Running<ReturnType<Calls[K]>> {
    const restored = needsModel(call) ? this.#restore() : undefined;
    const { id, answer } = this.#send(call, args, onEvent);
    // Without its model the call has an error of its own, which says less.
    const result = answer.then(
      async (found) => {
        await restored;
        return found as ReturnType<Calls[K]>;
      },
      async (error: unknown) => {
        if (!(error instanceof CancelledError)) await restored;
        throw error;
      },
    );
    answer.then(
      (found) => {
        this.#journal.note(call, args, found);
        if (call === 'open' || call === 'openHub') this.#restores = false;
      },
      () => {},
    );
    return { result, cancel: () => this.#cancel(id) };
  }

  #send(call: keyof Calls, args: readonly unknown[], onEvent: (event: EngineEvent) => void) {
    const id = this.#next++;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, onEvent });
      try {
        const port = this.#port ?? this.#begin();
        port.postMessage({ id, call, args });
        this.#watch();
      } catch (error) {
        this.#settle(id);
        const said = error instanceof Error ? error.message : String(error);
        reject(new UnsupportedError(`The engine's worker cannot be started or called: ${said}`));
      }
    });
    return { id, answer };
  }

  /** Opens in a new worker what was open in the one before. */
  #restore(): Promise<unknown> | undefined {
    if (!this.#restores) return this.#restoring?.done;
    this.#restores = false;
    const sent = this.#journal.calls.map(({ call, args }) => this.#send(call, args, () => {}));
    const done = Promise.all(sent.map(({ answer }) => answer));
    const restoring = { ids: sent.map(({ id }) => id), done };
    this.#restoring = restoring;
    const finish = (restores: boolean) => {
      if (this.#restoring !== restoring) return;
      this.#restoring = undefined;
      this.#restores = restores;
    };
    done.then(
      () => finish(false),
      // Files may be out of reach for now: the next call tries again.
      () => finish(true),
    );
    return done;
  }

  #cancel(id: number): void {
    const pending = this.#pending.get(id);
    const port = this.#port;
    if (!pending || !port) return;
    // Opening the model again is a part of this call.
    for (const call of [...(this.#restoring?.ids ?? []), id]) port.postMessage({ cancel: call });
    // Events are no answer: they may have been on their way before a parse or a plan that reads no message.
    const ping = this.#ping();
    const { stopMs, unwindMs } = this.#limits;
    setTimeout(() => {
      if (this.#port !== port || !this.#pending.has(id)) return;
      if (this.#ponged < ping) {
        this.#end('it did not answer a stop within a second', id);
        return;
      }
      // It is alive, in a step that cannot be cut short: whoever waits need not.
      this.#unwinding.add(id);
      this.#settle(id);
      pending.reject(new CancelledError());
      setTimeout(() => {
        if (this.#port === port && this.#unwinding.has(id))
          this.#end(`what was stopped went on for ${unwindMs / 1000} s`);
      }, unwindMs);
    }, stopMs);
  }

  /** Ends the worker. Calls under way reject with a CancelledError; a later call starts another. */
  dispose(): void {
    this.#port?.terminate?.();
    this.#port = undefined;
    this.#restores = this.#journal.calls.length > 0;
    this.#rejectAll(new CancelledError());
  }
}
disposable(EngineClient.prototype);
