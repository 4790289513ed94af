import { blobSink, fileHandleSink, privateFileSink } from '../browser/sinks';
import { blobSource } from '../files/byte-source';
import { checkHubAllowed } from '../files/hub/allowed';
import { lookAtHub, searchHub } from '../files/hub/catalog';
import { openHub } from '../files/hub/hub';
import { fileTypeOfName } from '../quant/file-types';
import { isImatrix } from '../files/imatrix';
import { DEFAULT_BENCHMARK } from '../infer/benchmark';
import { kvTypes } from '../model/kv-cache';
import type { WriteProgress } from '../pipeline/export';
import type { RankedToken } from '../infer/scored-token';
import type { Studio } from '../studio/studio';
import { preTokenizers } from '../text/pre-tokenizers';
import { NibbleError, toWire } from '../util/errors';
import { Exports } from '../browser/disk/exports';
import { Downloads } from '../browser/downloads';
import type { Calls, EngineEvent, ExportTarget, FromWorker, ToWorker } from './protocol';
import type { RunProgress } from '../util/work';

/** Implementation of a call: its arguments, an event callback and an abort signal. */
type Handlers = {
  [K in keyof Calls]: (
    args: Parameters<Calls[K]>,
    emit: (event: EngineEvent) => void,
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

/** Replaces storage errors by ones with a hint. */
function explainStorageError(error: unknown): unknown {
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

const explained = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw explainStorageError(error);
  }
};

/** Tells the page of the weights that are quantized, the kernels that are compiled, and of the runs after them. */
const workOf = (emit: (event: EngineEvent) => void, signal: AbortSignal) => ({
  signal,
  progress: (progress: WriteProgress) => emit({ kind: 'progress', progress }),
  kernels: ({ done, total }: RunProgress) => emit({ kind: 'kernels', done, total }),
  run: ({ done, total }: RunProgress) => emit({ kind: 'run', done, total }),
});

function handlers(studio: Studio, { engine, hubSources }: HostOptions): Handlers {
  const downloads = new Downloads();
  const exports = new Exports(studio, engine);
  const memory = (emit: (event: EngineEvent) => void) =>
    emit({ kind: 'memory', memory: { ...studio.memory, levels: studio.levels } });
  return {
    lists: () => ({ kvTypes, preTokenizers: preTokenizers.flatMap((p) => p.names).sort() }),
    device: async (_args, emit) => {
      const capabilities = await studio.capabilities();
      memory(emit);
      return capabilities;
    },
    open: async ([files, label, options], _tell, signal) => {
      const sources = files.map((f) => blobSource(f.path, f.file));
      const summary = await studio.open(sources, label, options, { signal });
      exports.imatrix = undefined;
      downloads.close();
      return summary;
    },
    close: (_args, emit) => {
      studio.close();
      exports.imatrix = undefined;
      downloads.close();
      memory(emit);
    },
    deleteDownload: ([repository]) => downloads.delete(repository),
    openHub: async ([address, token, options], _tell, signal) => {
      checkHubAllowed(address, hubSources);
      const { label, files } = await openHub(address, { token, signal });
      const summary = await downloads.open(files, { repository: label, address }, (cached) =>
        studio.open(cached, label, options, { signal }),
      );
      exports.imatrix = undefined;
      return summary;
    },
    searchHub: ([words], _tell, signal) => searchHub(words, { signal, impatient: true }),
    lookAtHub: async ([address, token], _tell, signal) => {
      checkHubAllowed(address, hubSources);
      const found = await lookAtHub(address, { token, signal, impatient: true });
      const offers = found.offers.map((o) => ({ ...o, level: fileTypeOfName(o.name) ?? null }));
      return { ...found, offers };
    },
    isImatrix: ([[first, ...rest]]) =>
      first && rest.length === 0 ? isImatrix(blobSource(first.path, first.file)) : false,
    useImatrix: async ([file], emit) => {
      const summary = await studio.setImatrix(file && blobSource(file.path, file.file));
      exports.imatrix = file?.file;
      memory(emit);
      return summary;
    },
    plan: ([settings], emit) => {
      const rows = studio.plan(settings);
      memory(emit);
      return rows;
    },
    prepare: ([type], emit, signal) => studio.prepare(type, workOf(emit, signal)),
    release: ([type]) => studio.release(type),
    prompt: ([request], _tell, signal) => studio.prompt(request, { signal }),
    tokenize: ([text], _tell, signal) => studio.tokenize(text, { signal }),
    generate: ([request], emit, signal) =>
      studio.generate(request, {
        ...workOf(emit, signal),
        token: ({ parts, ranked }) => {
          for (const { kind, text } of parts) emit({ kind: 'token', part: kind, text });
          if (ranked) emit({ kind: 'ranked', tokens: [ranked] });
        },
        restart: () => emit({ kind: 'restart' }),
      }),
    write: ([request], emit, signal) => studio.lab.write(request, workOf(emit, signal)),
    benchmark: ([type, contexts], emit, signal) =>
      studio.benchmark(
        type,
        { ...DEFAULT_BENCHMARK, ...(contexts ? { contexts } : {}) },
        workOf(emit, signal),
      ),
    quality: ([request], emit, signal) => studio.lab.quality(request, workOf(emit, signal)),
    collectImatrix: async ([request, name], emit, signal) => {
      const bytes = await studio.lab.importance(request, workOf(emit, signal));
      const file = new Blob([bytes]);
      const summary = (await studio.setImatrix(blobSource(name, file)))!;
      exports.imatrix = file;
      return { summary, file };
    },
    search: async ([request], emit, signal) =>
      studio.mixes.take(await studio.lab.sensitivities(request, workOf(emit, signal))),
    mix: ([budgetBytes]) => studio.mixes.at(budgetBytes),
    addMix: ([budgetBytes]) => studio.mixes.add(budgetBytes),
    addRecipe: ([label, text]) => studio.mixes.addRecipe(label, text),
    inspect: ([type, name, row, block], _emit, signal) =>
      studio.lab.inspect(type, name, row, block, { signal }),
    difference: ([type], emit, signal) => studio.difference(type, workOf(emit, signal)),
    export: async ([type, target], emit, signal) => {
      try {
        const { sink, finished } = await openSink(target);
        const report = await studio.export(type, sink, workOf(emit, signal));
        return { ...report, file: await finished() };
      } catch (error) {
        throw explainStorageError(error);
      }
    },
    beginExport: ([request]) => explained(() => exports.begin(request)),
    exportFile: ([id, file], emit, signal) => explained(() => exports.write(id, file, workOf(emit, signal))),
    deliverExport: ([id, file, target], _emit, signal) =>
      explained(() => exports.deliver(id, file, target, signal)),
    takeExport: ([id]) => explained(() => exports.take(id)),
    dropExport: ([id]) => exports.drop(id),
  };
}

const FRAME_MS = 16;

/** Batches events: at most one flush per frame, tokens of a part joined, ranked ones too, the latest of every other kind. */
class EventBatch {
  readonly #send: (message: FromWorker) => void;
  readonly #id: number;
  #tokens: (EngineEvent & { kind: 'token' })[] = [];
  #ranked: RankedToken[] = [];
  #latest: EngineEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(id: number, send: (message: FromWorker) => void) {
    this.#id = id;
    this.#send = send;
  }
  emit = (event: EngineEvent): void => {
    if (event.kind === 'token') {
      const last = this.#tokens.at(-1);
      if (last?.part === event.part)
        this.#tokens[this.#tokens.length - 1] = { ...last, text: last.text + event.text };
      else this.#tokens.push(event);
    } else if (event.kind === 'ranked') {
      this.#ranked.push(...event.tokens);
    } else {
      if (event.kind === 'restart') {
        this.#tokens = [];
        this.#ranked = [];
      }
      this.#latest = this.#latest.filter((e) => e.kind !== event.kind);
      this.#latest.push(event);
    }
    this.#timer ??= setTimeout(this.flush, FRAME_MS);
  };
  flush = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const event of this.#latest) this.#send({ id: this.#id, event });
    for (const event of this.#tokens) this.#send({ id: this.#id, event });
    if (this.#ranked.length > 0)
      this.#send({ id: this.#id, event: { kind: 'ranked', tokens: this.#ranked } });
    this.#latest = [];
    this.#tokens = [];
    this.#ranked = [];
  };
}

/** Of the build that the host is a part of. */
interface HostOptions {
  /** Tells builds of the engine apart. */
  readonly engine: string;
  /** Sources of its policy that hubs are fetched from; none where there is no policy. */
  readonly hubSources: readonly string[];
}

/** Calls that share nothing with others: they are answered while a long one runs. */
const BESIDE: readonly (keyof Calls)[] = ['lists', 'searchHub', 'lookAtHub', 'tokenize'];

/** Handles calls one at a time, since they share the device. A cancellation aborts running and queued calls. */
export function serve(
  studio: Studio,
  send: (message: FromWorker) => void,
  options: HostOptions = { engine: '', hubSources: [] },
): (message: ToWorker) => void {
  const table = handlers(studio, options);
  const running = new Map<number, AbortController>();
  let queue: Promise<void> = Promise.resolve();
  const answer = async (id: number, call: keyof Calls, args: readonly unknown[], signal: AbortSignal) => {
    const events = new EventBatch(id, send);
    try {
      const handler = table[call] as (
        args: never,
        emit: (e: EngineEvent) => void,
        signal: AbortSignal,
      ) => unknown;
      const result = await handler(args as never, events.emit, signal);
      events.emit({ kind: 'memory', memory: { ...studio.memory, levels: studio.levels } });
      events.flush();
      send({ id, result });
    } catch (error) {
      events.emit({ kind: 'memory', memory: { ...studio.memory, levels: studio.levels } });
      events.flush();
      send({ id, error: toWire(error) });
    } finally {
      running.delete(id);
    }
  };
  return (message) => {
    if ('ping' in message) {
      send({ pong: message.ping });
      return;
    }
    if ('cancel' in message) {
      running.get(message.cancel)?.abort();
      return;
    }
    const { id, call, args } = message;
    const controller = new AbortController();
    running.set(id, controller);
    const work = () => answer(id, call, args, controller.signal);
    if (BESIDE.includes(call)) void work();
    else queue = queue.then(work);
  };
}
