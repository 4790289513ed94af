import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type Branch, branchesOf, reached } from './branches';
import type { AnyFuzzer } from './reader';
import type { Batch, BatchResult, Finding, WorkerSetup } from './worker';

export interface FuzzReport {
  readonly name: string;
  readonly inputs: number;
  readonly accepted: number;
  readonly refused: number;
  readonly errors: number;
  readonly slow: number;
  readonly large: number;
  readonly slowestMs: number;
  readonly largestBytes: number;
  readonly branches: number;
  readonly unreached: readonly Branch[];
  readonly findings: readonly Finding[];
  readonly refusals: readonly string[];
  readonly seconds: number;
}

const BATCH = 2000;
/** An input that takes this long is ended from outside. Well beyond a second, because machines are shared. */
const STUCK_MS = 10_000;
/** The heap of a thread: what a reader may take, and what the harness has itself. Beyond it the thread ends. */
const HEAP_MB = 64 + 192;

export interface FuzzOptions {
  readonly inputs: number;
  readonly seed: number;
  readonly threads?: number;
  /** Ends a run at the first thing that is wrong. */
  readonly firstOnly?: boolean;
}

/** Runs the inputs of a fuzzer, in the worker at `path`. */
export async function runFuzzer(f: AnyFuzzer, path: string, options: FuzzOptions): Promise<FuzzReport> {
  const started = performance.now();
  // A planted fault may shake a source out; nobody asks for its branches.
  const branches = options.firstOnly ? [] : branchesOf(path, f.sources);
  const hit = new Set<number>();
  const findings: Finding[] = [];
  const refusals = new Set<string>();
  const sum = { accepted: 0, refused: 0, errors: 0, slow: 0, large: 0, slowestMs: 0, largestBytes: 0 };
  let next = 0;
  const take = (): Batch | undefined => {
    if (next >= options.inputs || (options.firstOnly && findings.length > 0)) return undefined;
    const from = next;
    next = Math.min(options.inputs, from + BATCH);
    return { from, to: next };
  };
  const add = (result: BatchResult): void => {
    sum.accepted += result.accepted;
    sum.refused += result.refused;
    sum.errors += result.wrong.error;
    sum.slow += result.wrong.slow;
    sum.large += result.wrong.large;
    sum.slowestMs = Math.max(sum.slowestMs, result.slowestMs);
    sum.largestBytes = Math.max(sum.largestBytes, result.largestBytes);
    findings.push(...result.findings);
    for (const refusal of result.refusals) refusals.add(refusal);
    const left = branches.filter(({ offset }) => !hit.has(offset));
    for (const offset of reached(left, result.coverage)) hit.add(offset);
  };
  const work = async (): Promise<void> => {
    for (let batch = take(); batch; ) {
      const ended = await runThread(path, options.seed, batch, take, add);
      if (!ended) return;
      findings.push(ended.finding);
      const { kind } = ended.finding;
      sum[kind === 'error' ? 'errors' : kind]++;
      // The rest of the batch goes on in another thread.
      batch = ended.rest.from < ended.rest.to ? ended.rest : take();
    }
  };
  await Promise.all(Array.from({ length: options.threads ?? 1 }, work));
  return {
    name: f.name,
    inputs: next,
    ...sum,
    branches: branches.length,
    unreached: branches.filter(({ offset }) => !hit.has(offset)),
    findings,
    refusals: [...refusals],
    seconds: (performance.now() - started) / 1000,
  };
}

/** Runs batches in one thread until there is none, or until an input ends the thread. */
function runThread(
  path: string,
  seed: number,
  first: Batch,
  take: () => Batch | undefined,
  add: (result: BatchResult) => void,
): Promise<{ finding: Finding; rest: Batch } | undefined> {
  const shared = new SharedArrayBuffer(4);
  const at = new Int32Array(shared).fill(-1);
  const setup: WorkerSetup = { seed, url: pathToFileURL(path).href, shared };
  const thread = new Worker(path, {
    workerData: setup,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  return new Promise((resolve) => {
    let batch = first;
    let watched = { index: -1, sinceMs: performance.now() };
    const end = (found?: Pick<Finding, 'kind' | 'what'>) => {
      clearInterval(watch);
      void thread.terminate();
      const index = Atomics.load(at, 0);
      if (!found) resolve(undefined);
      else
        resolve({
          finding: { index, ...found, input: `seed ${seed}` },
          rest: { from: index + 1, to: batch.to },
        });
    };
    const watch = setInterval(() => {
      const index = Atomics.load(at, 0);
      if (index !== watched.index || index < 0) watched = { index, sinceMs: performance.now() };
      else if (performance.now() - watched.sinceMs > STUCK_MS) end({ kind: 'slow', what: 'it was ended' });
    }, 250);
    thread.on('message', (result: BatchResult) => {
      add(result);
      const following = take();
      if (!following) end();
      else thread.postMessage((batch = following));
    });
    thread.on('error', (error: Error & { code?: string }) => {
      const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      end({ kind: isMemory ? 'large' : 'error', what: error.stack ?? error.message });
    });
    thread.postMessage(first);
  });
}
