import type { RunRecord } from '../../studio/records';
import type { PlanRow } from '../../studio/summary';
import { frontier, type ResultRow } from './results';

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

/** A new record replaces the older one of its level; levels keep the order of the plan. */
export function mergeRun<R extends { readonly type: string }>(
  runs: readonly R[],
  run: R,
  order: readonly string[],
): R[] {
  return [...runs.filter((r) => r.type !== run.type), run].sort(
    (a, b) => order.indexOf(a.type) - order.indexOf(b.type),
  );
}

export interface ParetoPoint {
  readonly type: string;
  readonly fileMiB: number;
  readonly kl: number;
  /** Median of generation; 0 when it is not measured. */
  readonly tokensPerSecond: number;
  readonly best: boolean;
}

/** Below this a divergence is rounding: the chart's axis is logarithmic and begins here. */
export const MIN_KL = 1e-6;

/** Size against divergence, for the levels whose quality is known. `best` is on the frontier. */
export function paretoSeries(rows: readonly ResultRow[]): ParetoPoint[] {
  const best = new Set(frontier(rows).map((r) => r.type));
  return rows.flatMap(({ type, fileBytes, run, quality }) =>
    quality
      ? [
          {
            type,
            fileMiB: fileBytes / MIB,
            kl: Math.max(MIN_KL, quality.measured.kl.mean),
            tokensPerSecond: run?.speed.tokensPerSecond.median ?? 0,
            best: best.has(type),
          },
        ]
      : [],
  );
}

/** On which side of its dot a level's name stands. */
export type NameSide = 'left' | 'top' | 'right';

/** How near dots are whose names would meet: of the range of sizes, and a factor of divergence. */
const NEAR = { size: 0.12, factor: 1.8 };

/** A place for each name where it meets neither a neighbour's dot nor its name: outwards, and up between two. */
export function nameSides(points: readonly ParetoPoint[]): NameSide[] {
  const sizes = points.map((p) => p.fileMiB);
  const near = NEAR.size * (Math.max(...sizes) - Math.min(...sizes));
  return points.map((p) => {
    const close = points.filter(
      (o) =>
        o !== p &&
        Math.abs(o.fileMiB - p.fileMiB) < near &&
        Math.abs(Math.log(o.kl / p.kl)) < Math.log(NEAR.factor),
    );
    const hasRight = close.some((o) => o.fileMiB >= p.fileMiB);
    const hasLeft = close.some((o) => o.fileMiB < p.fileMiB);
    if (!hasRight) return 'right';
    return hasLeft ? 'top' : 'left';
  });
}

/** Where texts of the same prompt part: the first place at which not all have the same token. */
export function firstDifference(texts: readonly (readonly { readonly id: number }[])[]): number {
  const longest = Math.max(0, ...texts.map((t) => t.length));
  for (let i = 0; i < longest; i++) if (new Set(texts.map((t) => t[i]?.id)).size > 1) return i;
  return longest;
}
