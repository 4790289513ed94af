import type { Roofline } from '../device/probe';
import { rooflineOf } from '../device/roofline';
import type { Gpu } from '../gpu/gpu';
import type { Engine } from '../infer/engine';
import type { SpeedResult } from '../infer/benchmark';
import type { KvType } from '../model/kv-cache';
import type { Hyperparameters } from '../model/hyperparameters';
import type { Prepared } from '../pipeline/prepared';
import type { RunRecord } from './records';

interface Measured {
  readonly type: string;
  readonly gpu: Gpu;
  readonly engine: Engine;
  readonly level: Prepared;
  readonly speed: SpeedResult;
  readonly roofline: Roofline;
  readonly h: Hyperparameters;
  readonly kvType: KvType;
}

/** The record of a measured level, with the speed that the device allows at most. */
export function runRecord({ type, gpu, engine, level, speed, roofline, h, kvType }: Measured): RunRecord {
  const positions = speed.promptTokens + speed.generatedTokens / 2;
  const dispatches = engine.dispatchesPerToken(positions);
  return {
    type,
    adapter: gpu.adapterName,
    kvType,
    fileBytes: level.plan.fileBytes,
    residentBytes: level.weightBytes + engine.runtimeBytes,
    peakBytes: gpu.memory.peakBytes,
    measuredMs: Date.now(),
    speed,
    bound: rooflineOf(roofline, level.plan, h, { kvType, positions, dispatches }),
  };
}
