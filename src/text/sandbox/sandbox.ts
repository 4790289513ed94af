import { disposable } from '../../util/dispose';
import { BudgetError, CancelledError, fromWire, NibbleError, UnsupportedError } from '../../util/errors';
import type { FromText, StartText, TextCalls, TextPort } from './protocol';

/** Time for a chat template, or for another call that says nothing else. */
const BUDGET_MS = 5_000;
/** Time for the tables of a vocabulary: 256,000 tokens with their merges take about two seconds on a slow machine. */
const LOAD_BUDGET_MS = 60_000;
/** Time that a call has to end by itself after a stop. */
const STOP_MS = 250;
/** Vocabularies that the worker keeps. */
const MAX_VOCABULARIES = 4;

/** A vocabulary that a call needs; it is loaded into each worker once, at the first call. */
export interface SandboxVocabulary {
  readonly key: number;
  /** Arguments of `load` after the key. */
  load(): readonly [label: string, metadata: Parameters<TextCalls['load']>[2]];
}

/** Limits of a call. `what` begins the message when they are exceeded, as in "The chat template of model.gguf". */
export interface TextRun {
  readonly what: string;
  /** Next step for a person then. */
  readonly hint: string;
  /** The limits once the template is done and the tokenizer begins. */
  readonly after?: { readonly what: string; readonly budgetMs: number };
  readonly budgetMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly vocabulary?: SandboxVocabulary;
}

interface Exchange {
  readonly id: number;
  stage(): void;
  resolve(result: unknown): void;
  reject(error: Error): void;
  /** The worker is gone. */
  died(cause: string): void;
}

/**
 * Runs what files bring along, chat templates and expressions of tokenizers, in a worker that is ended when it takes
 * longer than its budget or when a person stops it, and started anew for the next call. One call at a time.
 */
export class TextSandbox {
  readonly #start: StartText;
  #port: TextPort | undefined;
  #loaded: number[] = [];
  #exchange: Exchange | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #next = 1;

  /** @internal */
  constructor(start: StartText) {
    this.#start = start;
  }

  /**
   * Runs a call in the worker, after those before it.
   *
   * @throws BudgetError when it takes longer than its budget; CancelledError at most a quarter of a second after the
   * signal; UnsupportedError where no worker can be started; the call's own errors.
   *
   * @internal
   */
  run<K extends keyof TextCalls>(
    call: K,
    args: Parameters<TextCalls[K]>,
    how: TextRun,
  ): Promise<ReturnType<TextCalls[K]>> {
    const { signal } = how;
    return new Promise((resolve, reject) => {
      let begun = false;
      const stop = () => {
        if (!begun) reject(new CancelledError());
      };
      signal?.addEventListener('abort', stop, { once: true });
      const turn = async () => {
        begun = true;
        try {
          if (signal?.aborted) throw new CancelledError();
          resolve((await this.#answer(call, args, how)) as ReturnType<TextCalls[K]>);
        } catch (error) {
          reject(error as Error);
        } finally {
          signal?.removeEventListener('abort', stop);
        }
      };
      this.#queue = this.#queue.then(turn);
    });
  }

  async #answer(call: keyof TextCalls, args: readonly unknown[], how: TextRun): Promise<unknown> {
    const { vocabulary } = how;
    if (vocabulary && !this.#loaded.includes(vocabulary.key)) {
      const [label, metadata] = vocabulary.load();
      const limits = {
        what: `The tokenizer of ${label}`,
        hint: 'The model can still be quantized and exported.',
      };
      if (this.#loaded.length >= MAX_VOCABULARIES)
        await this.#send('drop', [this.#loaded.shift()], { ...limits, signal: how.signal });
      await this.#send('load', [vocabulary.key, label, metadata], {
        ...limits,
        budgetMs: LOAD_BUDGET_MS,
        signal: how.signal,
      });
      this.#loaded.push(vocabulary.key);
    }
    return this.#send(call, args, how);
  }

  #send(call: keyof TextCalls, args: readonly unknown[], how: TextRun): Promise<unknown> {
    const { signal, hint } = how;
    let { what, budgetMs = BUDGET_MS } = how;
    const port = (this.#port ??= this.#begin());
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
        this.#exchange = undefined;
      };
      const fail = (error: Error) => {
        this.#end();
        finish();
        reject(error);
      };
      const overBudget = () =>
        new BudgetError(`${what} took longer than ${budgetMs / 1000} s, and was ended.`, hint);
      const limit = () => setTimeout(() => fail(overBudget()), budgetMs);
      let timer = limit();
      const stop = () => {
        clearTimeout(timer);
        timer = setTimeout(() => fail(new CancelledError()), STOP_MS);
      };
      this.#exchange = {
        id,
        stage: () => {
          if (!how.after || signal?.aborted) return;
          clearTimeout(timer);
          ({ what, budgetMs } = how.after);
          timer = limit();
        },
        resolve: (result) => {
          finish();
          if (signal?.aborted) reject(new CancelledError());
          else resolve(result);
        },
        reject: (error) => {
          finish();
          reject(error);
        },
        died: (cause) => fail(new NibbleError(`${what} ended its worker: ${cause}`, hint)),
      };
      if (signal?.aborted) stop();
      else signal?.addEventListener('abort', stop, { once: true });
      try {
        port.post({ id, call, args });
      } catch (error) {
        fail(error as Error);
      }
    });
  }

  #begin(): TextPort {
    try {
      const port: TextPort = this.#start({
        // A worker that was ended may have a word on its way.
        message: (message) => this.#port === port && this.#receive(message),
        died: (cause) => {
          if (this.#port !== port) return;
          if (this.#exchange) this.#exchange.died(cause);
          else this.#end();
        },
      });
      return port;
    } catch (error) {
      throw new UnsupportedError(
        `No worker can be started for templates and tokenizers: ${error instanceof Error ? error.message : String(error)}`,
        'They come with the file, and run only in a worker that can be ended.',
      );
    }
  }

  #receive(message: FromText): void {
    const exchange = this.#exchange;
    if (exchange?.id !== message.id) return;
    if ('stage' in message) exchange.stage();
    else if ('error' in message) exchange.reject(fromWire(message.error));
    else exchange.resolve(message.result);
  }

  #end(): void {
    this.#port?.end();
    this.#port = undefined;
    this.#loaded = [];
  }

  /** Ends the worker, and the call that runs. A later call starts another. */
  dispose(): void {
    if (this.#exchange) {
      const { reject } = this.#exchange;
      reject(new CancelledError());
    }
    this.#end();
  }
}
disposable(TextSandbox.prototype);
