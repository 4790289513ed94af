// The paced queue on a device whose clock and speed the test sets: jumps at every moment of a run.
import { expect, test } from 'vitest';
import { Answers } from './answers';
import { PacedQueue, type Task } from './paced-queue';
import { MAX_DISPATCH_MS, MAX_SUBMIT_MS } from './pacer';
import type { PassWork } from './pass';

interface Submitted {
  readonly ms: number;
  readonly longestMs: number;
  /** True if no answer had told of the jump when it was planned. */
  readonly isUnwarned: boolean;
}

/** A submit that takes as long as this tells of a jump; a shorter one may be one that is as long as it should be. */
const TELLING_MS = 100;

class Device {
  compiled = { kernels: 0, elapsedMs: 0 };
  readonly answers = new Answers(() => {});
  readonly submits: Submitted[] = [];
  nowMs = 0;
  readonly #jumpMs: number;
  #busyMs = 0;
  #warnedMs = Number.POSITIVE_INFINITY;

  constructor(jumpMs: number) {
    this.#jumpMs = jumpMs;
  }
  readonly device = {
    queue: {
      onSubmittedWorkDone: () => {
        const doneMs = this.#busyMs;
        return new Promise<void>((resolve) =>
          setImmediate(() => {
            this.nowMs = Math.max(this.nowMs, doneMs);
            resolve();
          }),
        );
      },
    },
  } as unknown as GPUDevice;
  submit(work: PassWork): void {
    const startMs = Math.max(this.nowMs, this.#busyMs);
    let [atMs, longestMs] = [startMs, 0];
    const dispatchWorkgroups = (fullMs: number) => {
      const ms = fullMs * (atMs >= this.#jumpMs ? 20 : 1);
      atMs += ms;
      longestMs = Math.max(longestMs, ms);
    };
    if (typeof work === 'function') work({ dispatchWorkgroups } as unknown as GPUComputePassEncoder);
    this.#busyMs = atMs;
    const ms = atMs - startMs;
    this.submits.push({ ms, longestMs, isUnwarned: atMs > this.#jumpMs && this.nowMs < this.#warnedMs });
    if (startMs >= this.#jumpMs && ms >= TELLING_MS) this.#warnedMs = Math.min(this.#warnedMs, atMs);
  }
  check(): void {}
  done = (): Promise<void> => this.device.queue.onSubmittedWorkDone().then(() => {});
  explain = (error: unknown): Promise<never> => Promise.reject(error);
}

/** A layer of a prompt: milliseconds at full speed and parts. */
const LAYER: readonly (readonly [kind: string, ms: number, parts: number])[] = [
  ['norm', 0.1, 1],
  ['round', 0.2, 1],
  ['product', 15, 24],
  ['write', 0.05, 1],
  ['attention', 60, 24],
  ['product', 10, 16],
  ['product', 30, 88],
  ['gated', 0.2, 1],
  ['product', 15, 16],
  ['head', 3, 400],
];
const tasks = (): Task[] =>
  LAYER.map(([kind, ms, parts]) => ({
    kind,
    parts,
    units: (ms * 1e8) / parts,
    isMeasured: true,
    encode: (pass, from, to) => pass.dispatchWorkgroups(((to - from) * ms) / parts),
  }));

async function run(jumpMs: number): Promise<Device> {
  const device = new Device(jumpMs);
  const paced = new PacedQueue(device);
  paced.now = () => device.nowMs;
  for (let layer = 0; layer < 12; layer++) await paced.run(tasks());
  await device.done();
  return device;
}

test('a device that becomes 20 times slower: what is planned after an answer has told is short, whenever it jumps', async () => {
  const { nowMs } = await run(Number.POSITIVE_INFINITY);
  const found: string[] = [];
  for (let i = 1; i < 100; i++) {
    const { submits } = await run((nowMs * i) / 100);
    const warned = submits.filter((s) => !s.isUnwarned);
    const late = submits.filter((s) => s.isUnwarned && s.ms > MAX_DISPATCH_MS).length;
    const most = (ms: readonly number[]) => Math.round(Math.max(0, ...ms));
    const dispatchMs = most(warned.map((s) => s.longestMs));
    const submitMs = most(warned.map((s) => s.ms));
    const lateMs = most(submits.map((s) => s.ms));
    if (dispatchMs > MAX_DISPATCH_MS || submitMs > MAX_SUBMIT_MS || late > 9 || lateMs > 2000)
      found.push(`at ${i} %: dispatch ${dispatchMs}, submit ${submitMs}, ${late} late, ${lateMs}`);
  }
  expect(found).toEqual([]);
});
