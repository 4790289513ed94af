import { blobSink, fileHandleSink, privateFileSink } from '../browser/sinks';
import { blobSource } from '../files/byte-source';
import { openHub } from '../files/hub/hub';
import { isImatrix } from '../files/imatrix';
import { kvTypes } from '../model/kv-cache';
import type { LabEvents } from '../studio/laboratory';
import type { Studio } from '../studio/studio';
import { preTokenizers } from '../text/pre-tokenizers';
import { NibbleError, toWire } from '../util/errors';
import { Downloads } from '../browser/downloads';
import type { Calls, Event, ExportTarget, FromWorker, ToWorker } from './protocol';

/** A call's implementation: its arguments, then the means to tell and to be stopped. */
type Handlers = {
  [K in keyof Calls]: (
    args: Parameters<Calls[K]>,
    tell: (event: Event) => void,
    signal: AbortSignal,
  ) => ReturnType<Calls[K]> | Promise<ReturnType<Calls[K]>>;
};

async function openSink(target: ExportTarget) {
  if ('handle' in target)
    return { sink: await fileHandleSink(target.handle), finished: () => Promise.resolve(null) };
  if ('keep' in target) {
    const { sink } = await privateFileSink(target.keep, 'library');
    return { sink, finished: () => Promise.resolve(null) };
  }
  try {
    return await privateFileSink(target.download, 'exports');
  } catch {
    return blobSink();
  }
}

/** A full disk or a revoked permission, said so. */
function explainDisk(error: unknown): unknown {
  if (error instanceof DOMException && error.name === 'QuotaExceededError')
    return new NibbleError(
      'The disk is full: the file was not written.',
      'Free some space or save elsewhere; nothing half-written is left.',
    );
  if (
    error instanceof DOMException &&
    (error.name === 'NotAllowedError' || error.name === 'NoModificationAllowedError')
  )
    return new NibbleError('The browser may not write that file.', 'Choose another place to save.');
  return error;
}

const labEvents = (tell: (event: Event) => void): LabEvents => ({
  progress: (progress) => tell({ kind: 'progress', progress }),
  run: (done, total) => tell({ kind: 'run', done, total }),
});

function handlers(studio: Studio): Handlers {
  const downloads = new Downloads();
  const memory = (tell: (event: Event) => void) =>
    tell({ kind: 'memory', memory: { ...studio.memory, levels: studio.levels } });
  return {
    lists: () => ({ kvTypes, preTokenizers: preTokenizers.flatMap((p) => p.names).sort() }),
    device: async (_args, tell) => {
      const gpu = await studio.gpu();
      memory(tell);
      return {
        name: gpu.adapterName,
        facts: gpu.facts,
        subgroup: gpu.subgroup,
        paths: studio.computePaths.paths,
        tuning: studio.tuning,
        numerics: gpu.numerics ?? null,
        arithmetic: gpu.arithmetic,
      };
    },
    open: async ([files, label, options]) => {
      const sources = files.map((f) => blobSource(f.path, f.file));
      const summary = await studio.open(sources, label, options);
      downloads.close();
      return summary;
    },
    deleteDownload: ([repository]) => downloads.delete(repository),
    openHub: async ([address, token, options], _tell, signal) => {
      const { label, files } = await openHub(address, { token, signal });
      return downloads.open(files, label, (cached) => studio.open(cached, label, options));
    },
    isImatrix: ([[first, ...rest]]) =>
      first && rest.length === 0 ? isImatrix(blobSource(first.path, first.file)) : false,
    useImatrix: async ([file], tell) => {
      const summary = await studio.useImatrix(file && blobSource(file.path, file.file));
      memory(tell);
      return summary;
    },
    plan: ([settings], tell) => {
      const rows = studio.plan(settings);
      memory(tell);
      return rows;
    },
    prepare: ([type], tell, signal) =>
      studio.prepare(type, (progress) => tell({ kind: 'progress', progress }), signal),
    release: ([type]) => studio.release(type),
    prompt: ([request]) => studio.prompt(request),
    generate: ([request], tell, signal) =>
      studio.generate(
        request,
        {
          token: (text) => tell({ kind: 'token', text }),
          progress: (progress) => tell({ kind: 'progress', progress }),
          restart: () => tell({ kind: 'restart' }),
        },
        signal,
      ),
    write: ([request], tell, signal) => studio.lab.write(request, labEvents(tell), signal),
    benchmark: ([type], tell, signal) =>
      studio.benchmark(
        type,
        {
          progress: (progress) => tell({ kind: 'progress', progress }),
          run: (done, total) => tell({ kind: 'run', done, total }),
        },
        undefined,
        signal,
      ),
    quality: ([request], tell, signal) => studio.lab.quality(request, labEvents(tell), signal),
    collectImatrix: async ([request, name], tell, signal) => {
      const bytes = await studio.lab.importance(request, labEvents(tell), signal);
      const file = new Blob([bytes]);
      return { summary: (await studio.useImatrix(blobSource(name, file)))!, file };
    },
    search: async ([request], tell, signal) =>
      studio.mixes.take(await studio.lab.sensitivities(request, labEvents(tell), signal)),
    mix: ([budgetBytes]) => studio.mixes.at(budgetBytes),
    addMix: ([budgetBytes]) => studio.mixes.add(budgetBytes),
    addRecipe: ([label, text]) => studio.mixes.addRecipe(label, text),
    inspect: ([type, name, row, block]) => studio.lab.inspect(type, name, row, block),
    difference: ([type], tell, signal) =>
      studio.difference(type, (progress) => tell({ kind: 'progress', progress }), signal),
    export: async ([type, target], tell, signal) => {
      try {
        const { sink, finished } = await openSink(target);
        const report = await studio.export(
          type,
          sink,
          (progress) => tell({ kind: 'progress', progress }),
          signal,
        );
        return { ...report, file: await finished() };
      } catch (error) {
        throw explainDisk(error);
      }
    },
    loseDevice: () => studio.loseDevice(),
  };
}

const FRAME_MS = 16;

/** Tokens and progress reach the page at most once a frame; nothing is lost, tokens are joined. */
class Mailbox {
  readonly #send: (message: FromWorker) => void;
  readonly #id: number;
  #text = '';
  #latest: Event[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(id: number, send: (message: FromWorker) => void) {
    this.#id = id;
    this.#send = send;
  }
  tell = (event: Event): void => {
    if (event.kind === 'token') this.#text += event.text;
    else {
      if (event.kind === 'restart') this.#text = '';
      this.#latest = this.#latest.filter((e) => e.kind !== event.kind);
      this.#latest.push(event);
    }
    this.#timer ??= setTimeout(this.flush, FRAME_MS);
  };
  flush = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const event of this.#latest) this.#send({ id: this.#id, event });
    if (this.#text) this.#send({ id: this.#id, event: { kind: 'token', text: this.#text } });
    this.#latest = [];
    this.#text = '';
  };
}

/** Answers calls, one at a time: the device has one owner. Cancelling reaches a running or a waiting call. */
export function serve(studio: Studio, send: (message: FromWorker) => void): (message: ToWorker) => void {
  const table = handlers(studio);
  const running = new Map<number, AbortController>();
  let queue: Promise<void> = Promise.resolve();
  const answer = async (id: number, call: keyof Calls, args: readonly unknown[], signal: AbortSignal) => {
    const mailbox = new Mailbox(id, send);
    try {
      const handler = table[call] as (args: never, tell: (e: Event) => void, signal: AbortSignal) => unknown;
      const result = await handler(args as never, mailbox.tell, signal);
      mailbox.tell({ kind: 'memory', memory: { ...studio.memory, levels: studio.levels } });
      mailbox.flush();
      send({ id, result });
    } catch (error) {
      mailbox.tell({ kind: 'memory', memory: { ...studio.memory, levels: studio.levels } });
      mailbox.flush();
      send({ id, error: toWire(error) });
    } finally {
      running.delete(id);
    }
  };
  return (message) => {
    if ('cancel' in message) {
      running.get(message.cancel)?.abort();
      return;
    }
    const { id, call, args } = message;
    const controller = new AbortController();
    running.set(id, controller);
    if (call === 'loseDevice') void answer(id, call, args, controller.signal);
    else queue = queue.then(() => answer(id, call, args, controller.signal));
  };
}
