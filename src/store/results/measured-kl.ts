import type { QualityRecord } from '../../evaluate/quality-records';

/** The mean KL divergence of a level that was measured last, in nats; null where there is none. */
export const measuredKl = (qualities: readonly QualityRecord[], type: string): number | null =>
  qualities.findLast((q) => q.type === type)?.measured.kl.mean ?? null;
