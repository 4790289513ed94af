import { rooflineOf } from '../device/roofline';
import type { Gpu } from '../gpu/gpu';
import { benchmark, type BenchmarkOptions, type SpeedByContext, speedsAt } from '../infer/benchmark';
import { Engine } from '../infer/engine';
import type { EngineOptions, runnableOf } from '../infer/model-runtime';
import type { Prepared } from '../pipeline/prepared';
import type { RunProgress, Work } from '../util/work';
import { doesNotFit } from './laboratory';
import type { RunRecord } from './records';

/** Contexts to measure the speed of decoding at. */
export interface AskedContexts {
  /** In tokens, shortest first. */
  readonly lengths: readonly number[];
  /** GPU memory that the level may take with its cache; null where only the device says so. */
  readonly memoryBytes: number | null;
}

export interface SpeedOptions extends BenchmarkOptions {
  readonly contexts?: AskedContexts;
}

/** A level that is measured at several contexts. */
export interface ContextBench {
  readonly engine: Engine;
  readonly vocabulary: number;
  /** The longest context that the model was made for. */
  readonly contextLength: number;
  /** GPU memory of the level with an engine for so long a context. */
  readonly bytesAt: (context: number) => number;
  /** Puts an engine for so long a context in the place of the present one. */
  readonly reopen: (context: number) => Promise<Engine>;
}

/** Speed of decoding at contexts of several lengths, up to where the model or the memory ends. */
export async function speedByContext(
  { lengths, memoryBytes }: AskedContexts,
  bench: ContextBench,
  work: Work<RunProgress> = {},
): Promise<SpeedByContext> {
  const ofModel = lengths.filter((n) => n <= bench.contextLength);
  const isWithin = (n: number) => memoryBytes === null || bench.bytesAt(n) <= memoryBytes;
  const fitting = ofModel.filter(isWithin);
  let endedBy: SpeedByContext['endedBy'] = ofModel.length < lengths.length ? 'model' : 'asked';
  if (fitting.length < ofModel.length) endedBy = 'memory';
  const isLongEnough = (fitting.at(-1) ?? 0) <= bench.engine.context;
  let engine = isLongEnough ? bench.engine : undefined;
  while (!engine && fitting.length > 0) {
    try {
      engine = await bench.reopen(fitting.at(-1)!);
    } catch (error) {
      if (!doesNotFit(error)) throw error;
      fitting.pop();
      endedBy = 'memory';
    }
  }
  if (!engine) return { speeds: [], endedBy };
  return { speeds: await speedsAt(engine, fitting, bench.vocabulary, work), endedBy };
}

/** Dependencies of a measurement of speed, provided by the studio. */
export interface SpeedBench extends Pick<ContextBench, 'reopen'> {
  readonly gpu: Gpu;
  readonly runnable: ReturnType<typeof runnableOf>;
  readonly options: EngineOptions;
  readonly roofline: () => Promise<Parameters<typeof rooflineOf>[0]>;
  /** The level's engine at the chosen context; the level is prepared for it. */
  readonly engine: () => Promise<Engine>;
  readonly level: () => Prepared;
}

/** Speed and memory of the only level on the device. An engine of another context may be there when it ends. */
export async function measureSpeed(
  { gpu, runnable, options, roofline, reopen, ...bench }: SpeedBench,
  { contexts, ...asked }: SpeedOptions,
  work: Work<RunProgress> = {},
): Promise<Omit<RunRecord, 'type'>> {
  gpu.memory.resetPeak();
  const engine = await bench.engine();
  const { vocabulary, h } = runnable;
  const started = engine.now();
  const usual = await benchmark(engine, vocabulary, asked, work);
  const level = bench.level();
  const { peakBytes } = gpu.memory;
  const residentBytes = level.weightBytes + engine.runtimeBytes;
  const positions = usual.promptTokens + usual.generatedTokens / 2;
  const dispatches = engine.dispatchesPerToken(positions);
  const { contextLength } = h;
  const bytesAt = (context: number) => level.weightBytes + Engine.bytes(level, { ...options, context });
  const byContext =
    contexts &&
    (await speedByContext(contexts, { engine, vocabulary, contextLength, bytesAt, reopen }, work));
  const elapsedMs = gpu.answers.now() - started;
  return {
    adapter: gpu.adapterName,
    kvType: options.kvType,
    fileBytes: level.plan.fileBytes,
    residentBytes,
    peakBytes,
    measuredMs: Date.now(),
    speed: { ...usual, ...(byContext ? { byContext } : {}), elapsedMs },
    bound: rooflineOf(await roofline(), level.plan, h, { kvType: options.kvType, positions, dispatches }),
  };
}
