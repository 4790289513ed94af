import type { RunRecord } from '../../studio/records';
import type { PlanRow } from '../../studio/summary';
import { frontOf, type Placed } from './front';
import { callOf, differenceOf, lossOf } from './loss';
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
  /** Distances from the median to the slowest and to the fastest run. */
  readonly promptSpread: readonly [number, number];
  readonly generationSpread: readonly [number, number];
}

/** Levels that are not refused, in plan order. */
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

/** Replaces the record of the same level; keeps plan order. */
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
  /** Median decode speed; 0 when not measured. */
  readonly tokensPerSecond: number;
  readonly best: boolean;
}

/** Lower end of the logarithmic axis; smaller KL divergences are rounding errors. */
export const MIN_KL = 1e-6;

/** File size and KL divergence of the measured levels. `best` is on the Pareto frontier. */
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

/** Side of the dot on which a level's name is drawn. */
export type NameSide = 'left' | 'top' | 'right';

/** Distance below which names would overlap: a share of the size range, and a factor of KL divergence. */
const NEAR = { size: 0.12, factor: 1.8 };

/** Chooses sides so that a name overlaps no neighbour: outwards, or on top between two neighbours. */
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

/** Index of the first token that is not the same in all texts. */
export function firstDifference(texts: readonly (readonly { readonly id: number }[])[]): number {
  const longest = Math.max(0, ...texts.map((t) => t.length));
  for (let i = 0; i < longest; i++) if (new Set(texts.map((t) => t[i]?.id)).size > 1) return i;
  return longest;
}

/** A measured level on the charts of loss. KL divergences in nats. */
export interface LossPoint extends Placed {
  readonly type: string;
  /** Ends of the 95 % bar; null where one chunk was all there was, and of the baseline. */
  readonly low: number | null;
  readonly high: number | null;
  readonly sameTop: number;
  /** Tokens per second of generation: median, slowest and fastest run; null where it was not measured. */
  readonly speed: { readonly median: number; readonly min: number; readonly max: number } | null;
  readonly bitsPerWeight: number | null;
  /** Nothing is both smaller and closer. */
  readonly onFront: boolean;
  /** A level that is no larger is clearly closer. */
  readonly beaten: boolean;
}

export interface LossSeries {
  /** In the order of the rows. */
  readonly points: readonly LossPoint[];
  /** Levels of the front, smallest first. */
  readonly front: readonly string[];
  /** Neighbours on the front that are too close to call between, two and more in each. */
  readonly tooClose: readonly (readonly string[])[];
}

/** Levels by size, loss and speed, with the front. The baseline is a point, at zero. */
export function lossSeries(rows: readonly ResultRow[], plan: readonly PlanRow[]): LossSeries {
  const measured = rows.flatMap(({ type, fileBytes, run, quality }) =>
    quality
      ? [{ type, fileBytes, run, quality, loss: lossOf(quality), kl: Math.max(0, quality.measured.kl.mean) }]
      : [],
  );
  const front = frontOf(measured);
  const points = measured.map(({ type, fileBytes, run, quality, loss, kl }): LossPoint => {
    const { median, min, max } = run?.speed.tokensPerSecond ?? {};
    return {
      type,
      fileBytes,
      kl,
      low: loss.klInterval?.low ?? null,
      high: loss.klInterval?.high ?? null,
      sameTop: loss.sameTop,
      speed: median === undefined ? null : { median, min: min!, max: max! },
      bitsPerWeight: plan.find((p) => p.type === type)?.bitsPerWeight ?? null,
      onFront: front.some((p) => p.type === type),
      beaten: front.some(
        (p) =>
          p.type !== type &&
          p.fileBytes <= fileBytes &&
          callOf(differenceOf(quality, p.quality)) === 'farther',
      ),
    };
  });
  const tooClose: string[][] = [];
  for (const [i, level] of front.entries()) {
    const before = front[i - 1];
    if (!before || callOf(differenceOf(level.quality, before.quality)) !== 'tooClose') continue;
    const last = tooClose.at(-1);
    if (last?.at(-1) === before.type) last.push(level.type);
    else tooClose.push([before.type, level.type]);
  }
  return { points, front: front.map((p) => p.type), tooClose };
}

/** GPU memory of a level at the chosen context, part by part, in bytes. */
export interface MemoryParts extends Pick<PlanRow, 'type' | 'weightBytes' | 'cacheBytes'> {
  /** Work space: activations, tables, results. */
  readonly computeBytes: number;
  readonly totalBytes: number;
  /** Null where the memory of the GPU is not known. */
  readonly fits: boolean | null;
}

/** Levels that are not refused, of a model that runs, in plan order. */
export const memoryPartsSeries = (plan: readonly PlanRow[], memoryBytes: number | null): MemoryParts[] =>
  plan.flatMap(({ type, refusal, weightBytes, runtimeBytes, cacheBytes }) => {
    if (refusal !== null || runtimeBytes === 0) return [];
    const totalBytes = weightBytes + runtimeBytes;
    return [
      {
        type,
        weightBytes,
        cacheBytes,
        computeBytes: runtimeBytes - cacheBytes,
        totalBytes,
        fits: memoryBytes === null ? null : totalBytes <= memoryBytes,
      },
    ];
  });

/** Bits of the file for each weight, of levels that are not refused, in plan order. */
export const bitsSeries = (plan: readonly PlanRow[]): { type: string; bitsPerWeight: number }[] =>
  plan.filter((p) => p.refusal === null).map(({ type, bitsPerWeight }) => ({ type, bitsPerWeight }));
