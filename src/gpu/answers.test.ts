import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { medianRound } from '../device/probe';
import { IN_FLIGHT, Pace } from '../infer/pace';
import { type Answering, inItsTime, LateDevice } from '../testing/answers/late-device';
import type { Dispatch } from './kernel';
import { PacedQueue } from './paced-queue';
import { Pacer } from './pacer';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const WAYS: readonly [string, Answering][] = [
  ['at once', 'prompt'],
  ['100 ms late', { lateMs: 100 }],
  ['every 100 ms, and at submits', { everyMs: 100 }],
];

async function measured(answering: Answering): Promise<LateDevice> {
  const device = new LateDevice(answering);
  await inItsTime(device.measureAnswers());
  return device;
}

test('answers that come when somebody looks are asked for by empty submits, and no others', async () => {
  const [prompt, late, looking] = await Promise.all(WAYS.map(([, way]) => measured(way)));
  expect([prompt!.answers.delayMs, prompt!.answers.jitterMs]).toEqual([0, 0]);
  expect([late!.answers.delayMs, late!.answers.jitterMs]).toEqual([100, 0]);
  expect(looking!.answers.jitterMs).toBeGreaterThan(0);
  expect(looking!.answers.delayMs).toBeLessThanOrEqual(5);
  for (const device of [prompt!, late!, looking!]) {
    const [before, started] = [device.empty, performance.now()];
    device.work(30);
    await inItsTime(device.done());
    const expected = device === late ? 130 : 30;
    expect(performance.now() - started).toBeGreaterThanOrEqual(expected);
    expect(performance.now() - started).toBeLessThanOrEqual(expected + 5);
    expect(device.empty > before, 'reminded').toBe(device === looking);
    await vi.advanceTimersByTimeAsync(1000);
    const after = device.empty;
    await vi.advanceTimersByTimeAsync(1000);
    expect(device.empty, 'nothing is submitted while nobody waits').toBe(after);
  }
});

test.each(WAYS)('answers that come %s: a round is measured as long as it is', async (_, way) => {
  const device = await measured(way);
  for (const roundMs of [0.5, 3, 45, 170]) {
    const kernel = { isCompiled: true };
    const dispatch = {
      kernel,
      kind: 'a kind',
      operations: 1e6,
      workgroups: [roundMs],
    } as unknown as Dispatch;
    const ms = await inItsTime(medianRound(device, [dispatch], 20, 3));
    expect(ms / roundMs).toBeGreaterThan(0.85);
    expect(ms / roundMs).toBeLessThan(1.15);
  }
});

test.each(WAYS)('answers that come %s: their delay is not in the clock of speeds', async (_, way) => {
  const device = await measured(way);
  await vi.advanceTimersByTimeAsync(30);
  const started = device.answers.now();
  for (let i = 0; i < 20; i++) {
    device.work(25);
    await inItsTime(device.done());
  }
  const ms = device.answers.now() - started;
  expect(ms).toBeGreaterThan(0.9 * 500);
  expect(ms).toBeLessThan(1.1 * 500);
  // Waits of a person are in it.
  await vi.advanceTimersByTimeAsync(1000);
  expect(device.answers.now() - started - ms).toBeGreaterThan(850);
});

test.each(WAYS)(
  'answers that come %s: tokens of a submit are as many as the device takes',
  async (_, way) => {
    for (const [tokenMs, batch] of [
      [5, 8],
      [40, 2],
      [200, 0],
    ] as const) {
      const device = await measured(way);
      const pacer = new Pacer();
      const tokens = (count: number) => ({ kind: 'token', units: count * 1e6 });
      const pace = new Pace();
      const next = () => pace.next(pacer.predict(tokens(1)), 100);
      const run = async () => {
        const inFlight: { count: number; submittedMs: number; done: Promise<void> }[] = [];
        let answeredMs = 0;
        for (let i = 0; i < 40; i++) {
          while (inFlight.length < IN_FLIGHT) {
            const count = Math.max(1, next());
            device.work(tokenMs * count);
            inFlight.push({ count, submittedMs: performance.now(), done: device.done() });
          }
          const { count, submittedMs, done } = inFlight.shift()!;
          await done;
          pacer.record([tokens(count)], device.answers.workMs(submittedMs, answeredMs));
          answeredMs = performance.now();
        }
      };
      await inItsTime(run());
      expect(next(), `${tokenMs} ms a token`).toBe(batch);
    }
  },
);

test.each(WAYS)('answers that come %s: pieces are measured as long as they are', async (_, way) => {
  for (const taskMs of [30, 70]) {
    const device = await measured(way);
    const paced = new PacedQueue(device);
    const encode = (pass: GPUComputePassEncoder) => pass.dispatchWorkgroups(taskMs);
    const task = { kind: 'a kind', parts: 1, units: 1e6, isMeasured: true, encode };
    for (let i = 0; i < 12; i++) await inItsTime(paced.run([task]).then(() => device.done()));
    const ms = paced.pacer.predict(task);
    expect(ms / taskMs).toBeGreaterThan(0.75);
    expect(ms / taskMs).toBeLessThan(1.25);
  }
});
