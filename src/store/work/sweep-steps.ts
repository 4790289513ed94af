// Pending measurements of a sweep, and the figures that it continues with. Pure.
import type { QualityRecord } from '../../evaluate/quality-records';
import type { KvType } from '../../model/kv-cache';
import type { RunRecord } from '../../studio/records';
import type { StudioState, Sweep } from '../state';

/** A pending measurement. */
export interface Step {
  readonly kind: 'quality' | 'speed';
  readonly type: string;
}

const sameConditions = (q: QualityRecord, s: Sweep): boolean =>
  q.base === s.base && q.textLabel === s.textLabel && q.context === s.context && q.chunks === s.chunks;

/** Pending measurements of a sweep. */
export function stepsLeft(
  sweep: Sweep,
  runs: readonly RunRecord[],
  qualities: readonly QualityRecord[],
): Step[] {
  const quality = sweep.quality
    ? sweep.types.filter((type) => !qualities.some((q) => q.type === type && sameConditions(q, sweep)))
    : [];
  const speed = sweep.speed
    ? sweep.types.filter((type) => !runs.some((r) => r.type === type && r.measuredMs >= sweep.startedMs))
    : [];
  return [
    ...quality.map((type) => ({ kind: 'quality' as const, type })),
    ...speed.map((type) => ({ kind: 'speed' as const, type })),
  ];
}

/** Conditions that comparable figures share, besides the text. */
export interface Conditions {
  readonly kvType: KvType;
  /** Null while the device is unknown. */
  readonly adapter: string | null;
}
export const conditionsOf = ({ kvType, device }: Pick<StudioState, 'kvType' | 'device'>): Conditions => ({
  kvType,
  adapter: device?.name ?? null,
});

/** A sweep and the figures that it continues with. */
export interface Continued {
  readonly sweep: Sweep;
  readonly runs: readonly RunRecord[];
  readonly qualities: readonly QualityRecord[];
  /** Levels with a dropped figure. */
  readonly dropped: readonly string[];
}

/**
 * Drops the figures of another cache type or adapter, which are not comparable with those of a continued sweep. A speed
 * without a cache type is kept for levels outside of the sweep only.
 */
export function underConditions(
  sweep: Sweep,
  runs: readonly RunRecord[],
  qualities: readonly QualityRecord[],
  now: Conditions,
): Continued {
  const holds = (r: RunRecord | QualityRecord): boolean =>
    (now.adapter === null || r.adapter === now.adapter) &&
    (r.kvType === now.kvType || (r.kvType === undefined && !sweep.types.includes(r.type)));
  const keptRuns = sweep.speed ? runs.filter(holds) : runs;
  const keptQualities = sweep.quality ? qualities.filter(holds) : qualities;
  const lost = [
    ...runs.filter((r) => !keptRuns.includes(r)),
    ...qualities.filter((q) => !keptQualities.includes(q)),
  ];
  // Without figures the first level decides the chunks again.
  const startsOver = keptQualities.length === 0 && qualities.length > 0;
  return {
    sweep: startsOver ? { ...sweep, chunks: null } : sweep,
    runs: keptRuns,
    qualities: keptQualities,
    dropped: [...new Set(lost.map((r) => r.type))],
  };
}

/** Message about dropped figures. */
export const droppedSentence = (dropped: readonly string[], now: Conditions): string =>
  `What was measured of ${dropped.join(', ')} with another or an unknown cache type, or on another adapter, is dropped; the sweep measures with a cache in ${now.kvType}${now.adapter === null ? '' : ` on ${now.adapter}`}.`;
