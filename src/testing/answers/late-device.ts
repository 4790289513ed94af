import { vi } from 'vitest';
import { Answers } from '../../gpu/answers';
import { PacedQueue } from '../../gpu/paced-queue';
import type { PassWork } from '../../gpu/pass';

/** Ways in which a browser gives a device's answers: at once, some time later, or when it looks, by a clock and at every submit. */
export type Answering = 'prompt' | { readonly lateMs: number } | { readonly everyMs: number };

/**
 * A device that does nothing but take time, on a clock that the test moves (vi.useFakeTimers): submits run one after the
 * other.
 */
export class LateDevice {
  compiled = { kernels: 0, elapsedMs: 0 };
  explain = (error: unknown): Promise<never> => Promise.reject(error);
  readonly answers = new Answers(() => this.#submit(0));
  readonly paced = new PacedQueue(this);
  readonly #answering: Answering;
  readonly #open: { readonly doneMs: number; readonly answer: () => void }[] = [];
  readonly #beganMs = performance.now();
  #doneMs = this.#beganMs;
  /** Submits with nothing in them. */
  empty = 0;

  constructor(answering: Answering) {
    this.#answering = answering;
  }

  #submit(workMs: number): void {
    if (workMs === 0) this.empty++;
    this.#look();
    this.#doneMs = Math.max(this.#doneMs, performance.now()) + workMs;
  }
  #look(): void {
    if (typeof this.#answering !== 'object' || !('everyMs' in this.#answering)) return;
    const now = performance.now();
    for (const { doneMs, answer } of [...this.#open])
      if (doneMs <= now) {
        this.#open.shift();
        answer();
      }
  }

  /** Takes so long for what is submitted. */
  work(ms: number): void {
    this.#submit(ms);
  }
  /** Takes a millisecond for each workgroup. */
  submit(work: PassWork): void {
    let ms = 0;
    const nothing = () => {};
    const pass = {
      setPipeline: nothing,
      setBindGroup: nothing,
      dispatchWorkgroups: (x: number) => void (ms += x),
    };
    if (typeof work === 'function') work(pass as unknown as GPUComputePassEncoder);
    else for (const { workgroups } of work) ms += workgroups[0];
    this.#submit(ms);
  }
  /** As much of a GPUDevice as is asked for answers. */
  readonly device = {
    queue: {
      onSubmittedWorkDone: () => new Promise<void>((answer) => this.#answerAt(this.#doneMs, answer)),
    },
  } as unknown as GPUDevice;
  async done(): Promise<void> {
    await this.answers.until(this.device.queue.onSubmittedWorkDone());
  }
  check(): void {}
  #answerAt(doneMs: number, answer: () => void): void {
    const leftMs = doneMs - performance.now();
    if (this.#answering === 'prompt') setTimeout(answer, leftMs);
    else if ('lateMs' in this.#answering) setTimeout(answer, leftMs + this.#answering.lateMs);
    else {
      const { everyMs } = this.#answering;
      this.#open.push({ doneMs, answer });
      setTimeout(() => this.#look(), leftMs + everyMs - ((doneMs - this.#beganMs) % everyMs));
    }
  }
  measureAnswers(): Promise<void> {
    return this.answers.measure(() => {
      this.#submit(0);
      return this.done();
    });
  }
}

/** Runs what waits for a device, on a clock that jumps from one timer to the next. */
export async function inItsTime<T>(work: Promise<T>): Promise<T> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  over.catch(() => {});
  while (!isOver) await vi.advanceTimersToNextTimerAsync();
  return over;
}
