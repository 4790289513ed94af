// A thread that runs inputs. The thread that started it sees by the shared memory which input is at work, and ends this
// thread when one takes too long: nothing here can be interrupted from within.
import { getHeapStatistics } from 'node:v8';
import { Session } from 'node:inspector';
import { parentPort, workerData } from 'node:worker_threads';
import { NibbleError } from '../../util/errors';
import { Chooser } from './chooser';
import type { AnyFuzzer } from './reader';

export interface Batch {
  readonly from: number;
  readonly to: number;
}
/** A thing that is wrong with an input. */
export interface Finding {
  readonly index: number;
  readonly kind: 'error' | 'slow' | 'large';
  readonly what: string;
  readonly input: string;
}
export interface FunctionRanges {
  readonly ranges: readonly {
    readonly startOffset: number;
    readonly endOffset: number;
    readonly count: number;
  }[];
}
export interface BatchResult {
  readonly accepted: number;
  readonly refused: number;
  /** Inputs with a finding of each kind; only the first few are told. */
  readonly wrong: Readonly<Record<Finding['kind'], number>>;
  readonly slowestMs: number;
  readonly largestBytes: number;
  readonly findings: readonly Finding[];
  /** Messages of refusals without their figures, each with the first input that got it. */
  readonly refusals: readonly string[];
  readonly coverage: readonly FunctionRanges[];
}
export interface WorkerSetup {
  readonly seed: number;
  readonly url: string;
  readonly shared: SharedArrayBuffer;
}

export const MAX_MS = 1000;
export const MAX_INPUT_BYTES = 64 * 1024 * 1024;
const MAX_FINDINGS = 20;

const takenBytes = (): number => {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
};

type Outcome = 'accepted' | 'refused' | 'wrong';
interface Run {
  readonly outcome: Outcome;
  readonly what: string;
  readonly ms: number;
  readonly bytes: number;
}

/** Reads an input, and checks it if it is accepted. Time and memory are the reader's alone. */
async function runOne(f: AnyFuzzer, input: unknown): Promise<Run> {
  const before = takenBytes();
  const started = performance.now();
  let accepted: unknown;
  let refusal: unknown;
  try {
    accepted = await f.read(input);
  } catch (error) {
    refusal = error;
  }
  const ms = performance.now() - started;
  const bytes = takenBytes() - before;
  if (refusal !== undefined) {
    if (refusal instanceof NibbleError) return { outcome: 'refused', what: refusal.message, ms, bytes };
    return { outcome: 'wrong', what: stackOf(refusal), ms, bytes };
  }
  try {
    await f.check(input, accepted);
  } catch (error) {
    return { outcome: 'wrong', what: stackOf(error), ms, bytes };
  }
  return { outcome: 'accepted', what: '', ms, bytes };
}

const stackOf = (error: unknown): string =>
  error instanceof Error
    ? [
        `${error.name}: ${error.message.slice(0, 500)}`,
        ...(error.stack ?? '')
          .split('\n')
          .filter((l) => /^ +at /.test(l))
          .slice(0, 4),
      ].join('\n')
    : String(error);

/** The kind of a refusal: its message without names and figures. */
const kindOf = (message: string): string =>
  message
    .replace(/"[^"]*"/g, '""')
    .replace(/\[[^\]]*\]/g, '[]')
    .replace(/\d+/g, '0')
    .slice(0, 80);

async function runBatch(
  f: AnyFuzzer,
  setup: WorkerSetup,
  { from, to }: Batch,
): Promise<Omit<BatchResult, 'coverage'>> {
  const at = new Int32Array(setup.shared);
  const findings: Finding[] = [];
  const refusals = new Set<string>();
  const wrong = { error: 0, slow: 0, large: 0 };
  let [accepted, refused, slowestMs, largestBytes] = [0, 0, 0, 0];
  for (let index = from; index < to; index++) {
    Atomics.store(at, 0, index);
    const made = () => f.make(new Chooser(setup.seed, index));
    const input = made();
    let run = await runOne(f, input);
    // A machine that was busy elsewhere, or memory that came from an input before: a second time is the truth.
    if (run.ms > MAX_MS || run.bytes > MAX_INPUT_BYTES) run = await runOne(f, made());
    slowestMs = Math.max(slowestMs, run.ms);
    largestBytes = Math.max(largestBytes, run.bytes);
    if (run.outcome === 'accepted') accepted++;
    else if (run.outcome === 'refused') {
      refused++;
      if (refusals.size < 300) refusals.add(kindOf(run.what));
    }
    const found = (kind: Finding['kind'], what: string) => {
      wrong[kind]++;
      if (findings.length < MAX_FINDINGS)
        findings.push({ index, kind, what, input: f.show(input).slice(0, 5000) });
    };
    if (run.outcome === 'wrong') found('error', run.what);
    if (run.ms > MAX_MS) found('slow', `${Math.round(run.ms)} ms`);
    if (run.bytes > MAX_INPUT_BYTES) found('large', `${Math.round(run.bytes / 2 ** 20)} MiB`);
  }
  Atomics.store(at, 0, -1);
  return { accepted, refused, wrong, slowestMs, largestBytes, findings, refusals: [...refusals] };
}

/** Counts of V8's blocks, for the script at `url`. */
class Coverage {
  readonly #session = new Session();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true });
  }
  take(url: string): FunctionRanges[] {
    let found: FunctionRanges[] = [];
    this.#session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error) throw error;
      found = taken.result
        .filter((script) => script.url === url)
        .flatMap((script) => script.functions.map(({ ranges }) => ({ ranges })));
    });
    return found;
  }
}

/** Runs batches of a fuzzer as they are asked for. */
export function serve(f: AnyFuzzer): void {
  const port = parentPort!;
  const setup = workerData as WorkerSetup;
  const coverage = new Coverage();
  port.on('message', (batch: Batch) => {
    void runBatch(f, setup, batch).then((result) =>
      port.postMessage({ ...result, coverage: coverage.take(setup.url) } satisfies BatchResult),
    );
  });
}
