import type { ContextEnd } from '../../infer/benchmark';
import type { PlanRow } from '../../studio/summary';
import { frontOf, type Placed } from './front';
import { callOf, differenceOf, lossOf } from './loss';
import type { ResultRow } from './results';

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
    // The baseline loses nothing, which is no estimate.
    if (!before || level.type === level.quality.base) continue;
    if (callOf(differenceOf(level.quality, before.quality)) !== 'tooClose') continue;
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

/**
 * Size of a file that the GPU's memory just holds, by the smallest level that it does not; null where all of them fit, or nobody
 * knows the memory.
 */
export function fileBytesThatFit(plan: readonly PlanRow[], memoryBytes: number | null): number | null {
  if (memoryBytes === null) return null;
  const over = plan.filter(
    (p) => p.refusal === null && p.runtimeBytes > 0 && p.weightBytes + p.runtimeBytes > memoryBytes,
  );
  if (over.length === 0) return null;
  const least = over.reduce((a, b) => (b.fileBytes < a.fileBytes ? b : a));
  // Weights take about as much on the device as in the file.
  return Math.max(0, (memoryBytes - least.runtimeBytes) * (least.fileBytes / least.weightBytes));
}

/** Speed of generation of a level by the length of the context, shortest first. */
export interface ContextLine extends Pick<PlanRow, 'type'> {
  readonly points: readonly {
    readonly contextTokens: number;
    readonly median: number;
    readonly min: number;
    readonly max: number;
  }[];
  /** Null where only the usual measurement was made. */
  readonly endedBy: ContextEnd | null;
}

/** Levels whose speed was measured; those of one context have one point. */
export const contextSeries = (rows: readonly ResultRow[]): ContextLine[] =>
  rows.flatMap(({ type, run }) => {
    if (!run) return [];
    const { promptTokens, generatedTokens, tokensPerSecond, byContext } = run.speed;
    const own = { contextTokens: promptTokens + generatedTokens, tokensPerSecond };
    const points = (byContext?.speeds ?? [own]).map(({ contextTokens, tokensPerSecond: t }) => ({
      contextTokens,
      median: t.median,
      min: t.min,
      max: t.max,
    }));
    return points.length > 0 ? [{ type, points, endedBy: byContext?.endedBy ?? null }] : [];
  });
