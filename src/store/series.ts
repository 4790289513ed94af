import type { RunRecord } from '../session/records';
import type { PlanRow } from '../session/summary';

const MIB = 1024 * 1024;

export interface MemoryPoint {
  readonly type: string;
  readonly fileMiB: number;
  readonly residentMiB: number;
  readonly peakMiB: number;
}

export interface SpeedPoint {
  readonly type: string;
  readonly prompt: number;
  readonly generation: number;
  /** Distance from the median down to the slowest and up to the fastest run. */
  readonly promptSpread: readonly [number, number];
  readonly generationSpread: readonly [number, number];
}

/** Levels that are not refused, in the order of the plan. */
export const sizeSeries = (plan: readonly PlanRow[]): { type: string; fileMiB: number }[] =>
  plan.filter((p) => p.refusal === null).map((p) => ({ type: p.type, fileMiB: p.fileBytes / MIB }));

export const memorySeries = (runs: readonly RunRecord[]): MemoryPoint[] =>
  runs.map((r) => ({
    type: r.type,
    fileMiB: r.fileBytes / MIB,
    residentMiB: r.residentBytes / MIB,
    peakMiB: r.peakBytes / MIB,
  }));

export const speedSeries = (runs: readonly RunRecord[]): SpeedPoint[] =>
  runs.map(({ type, speed: { promptTokensPerSecond: p, tokensPerSecond: g } }) => ({
    type,
    prompt: p.median,
    generation: g.median,
    promptSpread: [p.median - p.min, p.max - p.median],
    generationSpread: [g.median - g.min, g.max - g.median],
  }));

/** A new run replaces the older one of its level; levels keep the order of the plan. */
export function mergeRun(runs: readonly RunRecord[], run: RunRecord, order: readonly string[]): RunRecord[] {
  return [...runs.filter((r) => r.type !== run.type), run].sort(
    (a, b) => order.indexOf(a.type) - order.indexOf(b.type),
  );
}
