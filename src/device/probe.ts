import type { Gpu } from '../gpu/gpu';
import { type Dispatch, encode } from '../gpu/kernel';
import { taskOf } from '../gpu/paced-queue';
import { TARGET_MS } from '../gpu/pacer';
import * as ops from '../ops/kernels';
import { MIB } from '../util/bytes';

/** Roofline of a decode step: memory bandwidth and dispatch overhead. */
export interface Roofline {
  readonly readBytesPerSecond: number;
  /** GPU time of a dispatch that depends on the one before. */
  readonly dispatchMs: number;
  /** CPU time to encode a dispatch. */
  readonly encodeMs: number;
}

/** Measured with it: a device, or one that a test imitates. */
export type Timed = Pick<Gpu, 'done' | 'submit' | 'answers' | 'paced'>;

/**
 * Milliseconds that the device took for `times` rounds of dispatches, one after the other; the delay of the answer is none.
 * They are in one submit, or in as many as are long enough to follow each other without a gap: a round that takes too long
 * for a submit is cut, too, and so is the first one, of which nobody knows yet.
 */
export async function timeRounds(
  gpu: Timed,
  dispatches: readonly Dispatch[],
  times: number,
): Promise<number> {
  const { answers, paced } = gpu;
  const tasks = dispatches.map((dispatch) => ({ ...taskOf(dispatch), isMeasured: true }));
  const worksOf = (rounds: number) =>
    tasks.map(({ kind, units, parts }) => ({ kind, units: units * parts * rounds }));
  const fitting = (): number => {
    if (!paced.pacer.isOn) return times;
    if (!tasks.every(({ kind }) => paced.pacer.knows(kind))) return 0;
    return Math.floor(TARGET_MS / worksOf(1).reduce((ms, work) => ms + paced.pacer.predict(work), 0));
  };
  await gpu.done();
  const started = answers.now();
  for (let left = times; left > 0; ) {
    await paced.turn();
    const rounds = Math.min(left, fitting());
    left -= Math.max(1, rounds);
    if (rounds === 0) {
      await paced.run(tasks);
      continue;
    }
    gpu.submit((pass) => {
      for (let i = 0; i < rounds; i++) encode(pass, dispatches);
    });
    void paced.measure(worksOf(rounds));
  }
  await gpu.done();
  return answers.now() - started;
}

/** A time must be this many times longer than what answers are uncertain by. */
const CERTAIN = 10;

/** Milliseconds of one round: doubles the rounds until they take `enoughMs`, then takes the median of `runs`. */
export async function medianRound(
  gpu: Timed,
  dispatches: readonly Dispatch[],
  enoughMs: number,
  runs = 5,
): Promise<number> {
  const longMs = Math.max(enoughMs, CERTAIN * gpu.answers.jitterMs);
  await timeRounds(gpu, dispatches, 1);
  let times = 1;
  let elapsed = await timeRounds(gpu, dispatches, times);
  while (elapsed < longMs && times < 4096) {
    times *= 2;
    elapsed = await timeRounds(gpu, dispatches, times);
  }
  const measured = [elapsed];
  while (measured.length < runs) measured.push(await timeRounds(gpu, dispatches, times));
  return measured.sort((a, b) => a - b)[Math.floor(runs / 2)]! / times;
}

export interface ProbeOptions {
  /** Bytes to read; several times the caches for a valid bandwidth. */
  readonly bytes?: number;
  readonly enoughMs?: number;
}

/** Measures the roofline of a device. Allocates `options.bytes` meanwhile. */
export async function probeDevice(gpu: Gpu, options: ProbeOptions = {}): Promise<Roofline> {
  const { bytes = 256 * MIB, enoughMs = 60 } = options;
  const size = Math.min(bytes, gpu.maxBindingBytes);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const owner = gpu.memory.owner('probe');
  try {
    const x = await owner.create('bandwidth', size, usage);
    const y = await owner.create('result', MIB, usage);
    const arena = await gpu.arena(owner, 4);
    const width = 256;
    const perInvocation = 16;
    const quads = size / 16;
    const workgroups = Math.min(65535, Math.ceil(quads / (width * perInvocation)));
    const read = gpu
      .kernel(ops.probeRead, {}, { WIDTH: width })
      .dispatch({ x, y }, { quads, per_invocation: perInvocation }, [workgroups], arena);
    const readMs = await medianRound(gpu, [read], enoughMs);
    const gap = gpu.kernel(ops.probeGap).dispatch({ y }, { step: 1 }, [1], arena);
    const dispatchMs = (await medianRound(gpu, Array(64).fill(gap), enoughMs)) / 64;
    const started = performance.now();
    const count = Math.max(64, Math.min(2000, Math.floor(TARGET_MS / dispatchMs)));
    const commands = gpu.commands((pass) => {
      for (let i = 0; i < count; i++) encode(pass, [gap]);
    });
    const encodeMs = (performance.now() - started) / count;
    gpu.device.queue.submit([commands]);
    await gpu.done();
    const readBytes = Math.min(size, workgroups * width * perInvocation * 16);
    return { readBytesPerSecond: (1000 * readBytes) / readMs, dispatchMs, encodeMs };
  } finally {
    owner.dispose();
  }
}
