import { throwIfCancelled } from '../util/errors';
import type { Answers } from './answers';
import { type Compiler, compileKernels } from './compile';
import { partsInGrid, partsOf, workgroupCount } from './grid';
import { type Compiled, type Dispatch, encodeParts } from './kernel';
import { Pacer, TARGET_MS, type Work } from './pacer';
import type { PassCopies, PassWork } from './pass';

/** A dispatch that may be encoded in parts, which are equally long. */
export interface Task {
  readonly kind: string;
  /** Compiled before the run, whose time is the device's alone. */
  readonly kernel?: Compiled;
  readonly parts: number;
  /** Parts of a row: a range that is encoded lies within one, or is whole rows. All of them by default. */
  readonly row?: number;
  /** Units of one part. */
  readonly units: number;
  /** True if the task is worth a submit of its own while it is long or unknown, in which its time is measured alone. */
  readonly isMeasured?: boolean;
  /** Encodes parts [from, to). A submit holds one range of a task at most. */
  encode(pass: GPUComputePassEncoder, from: number, to: number): void;
}

/** A dispatch in as many parts as its kernel allows. */
export function taskOf(dispatch: Dispatch): Task {
  const { kind, kernel, operations, start, workgroups } = dispatch;
  const { parts, row } = partsOf(start?.by, workgroups);
  return {
    kind,
    kernel,
    parts,
    row,
    units: (operations * workgroupCount(workgroups)) / parts,
    encode: (pass, from, to) => encodeParts(pass, dispatch, from, to),
  };
}

/** Copies in the first submit of a run and in its last, and ways to end it. */
export interface PacedOptions extends PassCopies {
  readonly signal?: AbortSignal | undefined;
  /** Asked when the next piece is too long: true ends the run, for its caller to begin again with less. */
  readonly isHopeless?: (() => boolean) | undefined;
  /** Called when the first is submitted. */
  readonly submitted?: (() => void) | undefined;
}

/** A range of parts. */
interface Range {
  readonly task: Task;
  readonly from: number;
  readonly to: number;
}

/** Submits under way, always and at most; more than the first only while all of them together are short. */
const IN_FLIGHT = { always: 2, most: 8 };
/** A measured task shorter than this goes with others. */
const ALONE_MS = 20;
/** A part predicted longer than this is too long: the prediction may be a little short of the truth. */
const TOO_LONG_MS = 1.2 * TARGET_MS;
/** Answers closer together were given at once: the later ones say nothing about time. */
const BUNCHED_MS = 0.5;
/** Steps of promises between two such answers, and some more. */
const HEARD = 8;

/** The device that a queue of pieces submits to. */
interface Submitter extends Compiler {
  readonly device: GPUDevice;
  readonly answers: Answers;
  submit(work: PassWork, copies?: PassCopies): void;
}

/** Submits work in pieces that are short enough on the device at hand, and measures them. */
export class PacedQueue {
  readonly pacer = new Pacer();
  readonly #gpu: Submitter;
  readonly #flying: { readonly ms: number; readonly answered: Promise<void> }[] = [];
  readonly #bunch: { readonly works: Work[]; startedMs: number } = { works: [], startedMs: 0 };
  #answeredMs = Number.NEGATIVE_INFINITY;

  constructor(gpu: Submitter) {
    this.#gpu = gpu;
  }

  /** The clock that submits are measured by, in milliseconds. */
  now: () => number = () => performance.now();

  /** Waits until another submit may follow, so that it is planned by what the earlier ones took. */
  async turn(): Promise<void> {
    const isFull = () => {
      if (this.#flying.length < IN_FLIGHT.always) return false;
      const ms = this.#flying.reduce((total, submit) => total + submit.ms, 0);
      return this.#flying.length >= IN_FLIGHT.most || ms > TARGET_MS || !this.pacer.isOn;
    };
    while (isFull()) await this.#flying[0]!.answered;
    // Answers that were given at once are all heard.
    for (let i = 0; i < HEARD; i++) await undefined;
    this.#learn();
  }

  /**
   * Measures what was submitted just now. `answer` resolves when it is done; by default the queue is asked. Answers come
   * in the order of submits.
   */
  measure(works: readonly Work[], answer?: Promise<unknown>): Promise<void> {
    const { answers, device } = this.#gpu;
    const submittedMs = this.now();
    const ms = works.reduce((total, work) => total + this.pacer.predict(work), 0);
    const flight = { ms, answered: Promise.resolve() };
    const end = (isDone: boolean) => {
      this.#flying.splice(this.#flying.indexOf(flight), 1);
      const now = this.now();
      if (now - this.#answeredMs >= BUNCHED_MS) this.#learn();
      const bunch = this.#bunch;
      if (bunch.works.length === 0)
        bunch.startedMs = Math.max(submittedMs + answers.delayMs, this.#answeredMs);
      this.#answeredMs = now;
      if (isDone) bunch.works.push(...works);
    };
    flight.answered = (answer ?? answers.until(device.queue.onSubmittedWorkDone())).then(
      () => end(true),
      () => end(false),
    );
    this.#flying.push(flight);
    return flight.answered;
  }

  /** Hands on what was answered at once: only all of it together has a time. */
  #learn(): void {
    const { works, startedMs } = this.#bunch;
    this.pacer.record(works.splice(0), Math.max(0, this.#answeredMs - startedMs));
  }

  /**
   * Runs tasks in order, in as many submits as the device at hand needs: `before` is in the first, `after` in the last.
   * Resolves when all are submitted, to false if they are not because it was hopeless. Throws CancelledError between two.
   */
  async run(tasks: readonly Task[], options: PacedOptions = {}): Promise<boolean> {
    await compileKernels(
      this.#gpu,
      tasks.flatMap(({ kernel }) => kernel ?? []),
      { signal: options.signal },
    );
    let [index, from] = [0, 0];
    let isFirst = true;
    while (index < tasks.length || isFirst) {
      await this.turn();
      throwIfCancelled(options.signal);
      const ranges = this.#next(tasks, index, from);
      if (this.#isTooLong(ranges[0]) && options.isHopeless?.()) return false;
      for (const range of ranges) {
        const isWhole = range.to === range.task.parts;
        [index, from] = isWhole ? [index + 1, 0] : [index, range.to];
      }
      const encode = (pass: GPUComputePassEncoder) => {
        for (const range of ranges) range.task.encode(pass, range.from, range.to);
      };
      this.#gpu.submit(ranges.length > 0 ? encode : [], {
        before: isFirst ? options.before : undefined,
        after: index === tasks.length ? options.after : undefined,
      });
      if (isFirst) options.submitted?.();
      isFirst = false;
      const works = ranges.map(({ task, from: a, to }) => ({
        kind: task.kind,
        units: (to - a) * task.units,
      }));
      void this.measure(works);
      this.#gpu.check();
    }
    return true;
  }

  #isTooLong(range: Range | undefined): boolean {
    return range !== undefined && this.pacer.isOn && this.pacer.predict(range.task) > TOO_LONG_MS;
  }

  /** The ranges of the next submit, from a part of a task on. */
  #next(tasks: readonly Task[], index: number, from: number): Range[] {
    const { pacer } = this;
    const ranges: Range[] = [];
    let ms = 0;
    let budget = Number.POSITIVE_INFINITY;
    for (let at = index; at < tasks.length; at++) {
      const task = tasks[at]!;
      const first = at === index ? from : 0;
      const left = task.parts - first;
      const each = pacer.predict(task);
      const isKnown = pacer.knows(task.kind);
      const isAlone = task.isMeasured === true && pacer.isOn && (!isKnown || each * left > ALONE_MS);
      if (isAlone && ranges.length > 0) break;
      budget = Math.min(budget, pacer.budget([task.kind]));
      const most = isAlone ? pacer.fits(task.kind) / task.units : (budget - ms) / each;
      const count = Math.min(left, Math.floor(Math.max(0, pacer.isOn ? most : left)));
      // A task that fits a submit of its own is not cut to fill up another.
      if (count < left && ranges.length > 0) break;
      // Pieces of one length, rather than full ones and a rest.
      const even = Math.ceil(left / Math.ceil(left / Math.max(1, count)));
      const own = partsInGrid({ row: task.row ?? task.parts }, first, even);
      ranges.push({ task, from: first, to: first + own });
      ms += each * own;
      if (own < left || isAlone) break;
    }
    return ranges;
  }
}
