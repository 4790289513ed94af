// Losses of levels against their baseline, with their errors. Pure.
import type { QualityRecord } from '../../evaluate/quality-records';
import {
  type Estimate,
  type Interval,
  interval95,
  shareInterval95,
  weightedMean,
} from '../../util/statistics';

/** Loss of a level over a text, with 95 % intervals; they are null where one chunk was all there was. */
export interface Loss {
  /** Mean KL divergence from the baseline, in nats. */
  readonly kl: number;
  readonly klInterval: Interval | null;
  /** Share of tokens whose most probable successor is the baseline's. */
  readonly sameTop: number;
  readonly sameTopInterval: Interval | null;
  /** Scored tokens. */
  readonly tokens: number;
  /**
   * `batches`: the standard error of the chunks' means, by Student's t. `tokens`: of a record without them, as if tokens were
   * independent, which is too narrow. `baseline`: the level itself, which loses nothing.
   */
  readonly by: 'batches' | 'tokens' | 'baseline';
}

/** A sum of samples whose deviations are not known: a great many, so that Student's t is the normal distribution's. */
const MANY = 1e6;

const klEstimate = ({ measured: { kl, batches } }: QualityRecord): Estimate =>
  batches
    ? weightedMean(batches.kl, batches.tokens)
    : { mean: kl.mean, standardError: kl.standardError, samples: MANY };

const notBelowZero = (interval: Interval | null): Interval | null =>
  interval && { low: Math.max(0, interval.low), high: Math.max(0, interval.high) };

/**
 * The interval of a share, by Wilson's score of as many independent tokens as would spread like the chunks do; at least half
 * an observation.
 */
function sameTopInterval({ measured: { sameTop, batches, level } }: QualityRecord): Interval | null {
  const { share } = sameTop;
  if (!batches) return shareInterval95(share, level.tokens);
  if (batches.tokens.length < 2) return null;
  const { standardError } = weightedMean(batches.sameTop, batches.tokens);
  const variance = share * (1 - share);
  const effective = standardError > 0 ? Math.min(level.tokens, variance / standardError ** 2) : level.tokens;
  return shareInterval95(share, Math.max(0.5, effective));
}

export function lossOf(record: QualityRecord): Loss {
  const { kl, sameTop, level, batches } = record.measured;
  const known = { kl: kl.mean, sameTop: sameTop.share, tokens: level.tokens };
  if (record.type === record.base)
    return { ...known, klInterval: null, sameTopInterval: null, by: 'baseline' };
  return {
    ...known,
    klInterval: notBelowZero(interval95(klEstimate(record))),
    sameTopInterval: sameTopInterval(record),
    by: batches ? 'batches' : 'tokens',
  };
}

/** The loss of a level, less that of another. */
export interface Difference {
  /** In nats; negative where it loses less. */
  readonly kl: number;
  readonly standardError: number;
  /** Null where one chunk was all there was. */
  readonly interval: Interval | null;
  /** Both were measured on the same tokens, and are compared chunk by chunk: much tighter than two intervals beside each other. */
  readonly paired: boolean;
}

/** Figures of the same tokens under the same conditions. */
export const comparable = (a: QualityRecord, b: QualityRecord): boolean =>
  a.base === b.base && a.textLabel === b.textLabel && a.context === b.context && a.chunks === b.chunks;

const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((v, i) => v === b[i]);

/** The loss of `level`, less that of `other`. */
export function differenceOf(level: QualityRecord, other: QualityRecord): Difference {
  const [a, b] = [level.measured.batches, other.measured.batches];
  if (a && b && comparable(level, other) && isSame(a.tokens, b.tokens)) {
    const own = weightedMean(
      a.kl.map((kl, i) => kl - b.kl[i]!),
      a.tokens,
    );
    return { kl: own.mean, standardError: own.standardError, interval: interval95(own), paired: true };
  }
  const [x, y] = [klEstimate(level), klEstimate(other)];
  const apart: Estimate = {
    mean: x.mean - y.mean,
    standardError: Math.hypot(x.standardError, y.standardError),
    samples: Math.min(x.samples, y.samples),
  };
  return { kl: apart.mean, standardError: apart.standardError, interval: interval95(apart), paired: false };
}

/** `tooClose` where the 95 % interval of the difference holds zero, or is not known. */
export type Call = 'closer' | 'farther' | 'tooClose';
export function callOf({ interval }: Difference): Call {
  if (!interval) return 'tooClose';
  if (interval.high < 0) return 'closer';
  return interval.low > 0 ? 'farther' : 'tooClose';
}

/** More than this is no plan that anybody would follow. */
const MOST_TOKENS = 1e7;

/**
 * About how many tokens more would tell two levels apart, if they differ as much as it looks; null where nobody would wait for
 * it. `tokens` were scored.
 */
export function tokensToCall({ kl, interval }: Difference, tokens: number): number | null {
  if (!interval || kl === 0) return null;
  const half = (interval.high - interval.low) / 2;
  // Errors shrink with the root of the tokens.
  const wanted = tokens * (half / Math.abs(kl)) ** 2;
  return wanted > MOST_TOKENS ? null : Math.max(0, Math.ceil(wanted) - tokens);
}
